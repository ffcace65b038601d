// Encodes texts with Hugging Face's own tokenizers and writes what they say as little-endian int32. One process does many jobs.
// stdin: a JSON list of { tokenizer, engine: "0.23" | "0.22", texts, pairs, out, maxLength, strategy, stride, specials, details }
//   texts, pairs: files of [length in UTF-16 units][units] records; strings may hold lone surrogates.
//   { tokenizer, decode: file of [n][ids] records, skip: whether special tokens are left out, out: file of texts } asks for texts of ids.
//   direction: left cuts too long texts at their start.
//   out, per text: [encodings] and per encoding [n][ids], with details also [type ids][special tokens mask][start, end][sequence].
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'
const require = createRequire(import.meta.url)
const engines = { 0.23: () => require('tokenizers'), 0.22: () => require('@anush008/tokenizers') }

function readTexts(path) {
  const bytes = readFileSync(path), texts = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + 2 * bytes.readInt32LE(at)
    texts.push(bytes.toString('utf16le', at + 4, end))
    at = end
  }
  return texts
}

const cache = new Map()
function load(path, engine) {
  const key = engine + path
  if (!cache.has(key)) {
    const json = JSON.parse(readFileSync(path, 'utf8'))
    json.truncation = json.padding = null
    cache.set(key, engines[engine]().Tokenizer.fromString(JSON.stringify(json)))
  }
  return cache.get(key)
}

async function decode(job) {
  const tokenizer = load(job.tokenizer, job.engine), bytes = readFileSync(job.decode), out = []
  for (let at = 0; at < bytes.length;) {
    const ids = Array.from({ length: bytes.readInt32LE(at) }, (_, i) => bytes.readInt32LE(at + 4 + 4 * i))
    at += 4 + 4 * ids.length
    const text = Buffer.from(await tokenizer.decode(ids, job.skip), 'utf16le'), length = Buffer.alloc(4)
    length.writeInt32LE(text.length / 2)
    out.push(length, text)
  }
  writeFileSync(job.out, Buffer.concat(out))
}

async function run(job) {
  const tokenizer = load(job.tokenizer, job.engine)
  tokenizer.disableTruncation()
  if (job.maxLength) tokenizer.setTruncation(job.maxLength, { strategy: job.strategy ?? 'LongestFirst', stride: job.stride ?? 0, direction: job.direction ?? 'right' })
  const texts = readTexts(job.texts), pairs = job.pairs ? readTexts(job.pairs) : null
  const options = { addSpecialTokens: job.specials }
  let out = new Int32Array(1 << 16), used = 0
  const put = list => {
    if (used + list.length > out.length) { const more = new Int32Array(Math.max(out.length * 2, used + list.length)); more.set(out); out = more }
    out.set(list, used)
    used += list.length
  }
  for (let at = 0; at < texts.length; at += 1000) {
    const part = texts.slice(at, at + 1000)
    const encodings = pairs
      ? await Promise.all(part.map((text, i) => tokenizer.encode(text, pairs[at + i], options)))
      : await tokenizer.encodeBatch(part, options)
    for (const first of encodings) {
      const all = job.stride === undefined ? [first] : [first, ...first.getOverflowing()]
      put([all.length])
      for (const encoding of all) {
        const ids = encoding.getIds()
        put([ids.length])
        put(ids)
        if (!job.details) continue
        put(encoding.getTypeIds())
        put(encoding.getSpecialTokensMask())
        put(encoding.getOffsets().flat())
        put(encoding.getSequenceIds().map(id => id ?? -1))
      }
    }
  }
  writeFileSync(job.out, Buffer.from(out.buffer, 0, used * 4))
}

for (const job of JSON.parse(readFileSync(0, 'utf8'))) await (job.decode ? decode(job) : run(job))
