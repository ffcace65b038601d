// Whether policies allow requests, by a simulator of IAM that others wrote.
// stdin: { account, policies: [document], requests: [{ action, resource, context }] }; stdout: a JSON list of decisions in their order.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { readFileSync } from 'node:fs'

const { account, policies, requests } = JSON.parse(readFileSync(0, 'utf8'))
const decisions = []
for (const { action, resource, context } of requests) {
  const answer = await runSimulation({
    request: {
      action,
      principal: `arn:aws:iam::${account}:role/runner`,
      resource: { resource, accountId: account },
      contextVariables: context ?? {},
    },
    identityPolicies: policies.map((policy, i) => ({ name: `policy${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {})
  decisions.push(answer.resultType === 'error' ? `error: ${JSON.stringify(answer.errors)}` : answer.overallResult)
}
process.stdout.write(JSON.stringify(decisions))
