// The faults of a state machine, by a validator of Amazon States Language that others wrote. stdin: its definition; stdout: a JSON list.
import validator from 'asl-validator'
import { readFileSync } from 'node:fs'

const { isValid, errors } = validator(JSON.parse(readFileSync(0, 'utf8')), { checkArn: true, checkPaths: true })
process.stdout.write(JSON.stringify(isValid ? [] : errors))
