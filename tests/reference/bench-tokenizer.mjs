// CPU seconds Hugging Face's tokenizers take for a file of {"text"} lines, one thread: node bench-tokenizer.mjs TOKENIZER TEXTS PASSES
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
process.env.RAYON_NUM_THREADS = '1'
process.env.TOKENIZERS_PARALLELISM = 'false'
const { Tokenizer } = createRequire(import.meta.url)('tokenizers')
const [file, texts, passes] = process.argv.slice(2)
const lines = readFileSync(texts, 'utf8').split('\n').filter(line => line).map(line => JSON.parse(line).text)
const tokenizer = Tokenizer.fromFile(file)
tokenizer.disableTruncation()
tokenizer.disablePadding()
let best = Infinity
for (let pass = 0; pass < passes; pass++) {
  const before = process.cpuUsage()
  await tokenizer.encodeBatch(lines, { addSpecialTokens: true })
  const { user, system } = process.cpuUsage(before)
  best = Math.min(best, (user + system) / 1e6)
}
console.log(JSON.stringify({ cpuSeconds: best }))
