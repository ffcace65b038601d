// Writes src/ProcessingJob.Tokenization/Unicode/UnicodeData.g.cs: what Hugging Face's tokenizers do to every Unicode scalar value,
// found by asking them. Their crates carry Unicode data of several ages, so no edition of the standard gives the same answers.
// Usage: node scripts/unicode/generate.mjs      (after npm ci in tests/reference; takes some minutes)
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
const require = createRequire(new URL('../../tests/reference/', import.meta.url))
const hf = require('tokenizers')
const target = fileURLToPath(new URL('../../src/ProcessingJob.Tokenization/Unicode/UnicodeData.g.cs', import.meta.url))

const scalars = []
for (let c = 0; c <= 0x10ffff; c++) if (c < 0xd800 || c > 0xdfff) scalars.push(c)
const text = c => String.fromCodePoint(c)
const points = s => Array.from(s, ch => ch.codePointAt(0))
const splitter = regex => hf.Tokenizer.fromString(JSON.stringify({
  version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null, decoder: null,
  pre_tokenizer: { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
  model: { type: 'WordPiece', unk_token: '?', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: { '?': 0 } },
})).getPreTokenizer()

const clean = hf.bertNormalizer({ cleanText: true, handleChineseChars: false, stripAccents: false, lowercase: false })
const strip = hf.bertNormalizer({ cleanText: false, handleChineseChars: false, stripAccents: true, lowercase: false })
const accents = hf.stripAccentsNormalizer()
const nfd = hf.nfdNormalizer(), nfkd = hf.nfkdNormalizer(), nfc = hf.nfcNormalizer(), lower = hf.lowercase()
const punctuation = hf.punctuationPreTokenizer('isolated'), space = hf.whitespaceSplitPreTokenizer()
const digits = hf.digitsPreTokenizer(false), word = hf.whitespacePreTokenizer()
const letter = splitter('\\p{L}'), number = splitter('\\p{N}'), white = splitter('\\s')

// A character map that turns "a" into "b" shows which characters belong to the grapheme cluster before them: "a" + C becomes "b" alone.
const units = new Uint32Array(512)
units[0] = 256 << 10
units[256 ^ 0x61] = 1 << 10 | 1 << 8 | 0x61
const clusters = hf.precompiled([...new Uint8Array(new Uint32Array([units.byteLength]).buffer), ...new Uint8Array(units.buffer), 0x62, 0])

const flags = new Uint16Array(0x110000)
const lowers = [], canonical = new Map(), compatible = []
for (const c of scalars) {
  const s = text(c), xcy = `x${s}y`
  let f = 0
  if (clean.normalizeString(xcy) === 'xy') f |= 1
  const d = nfd.normalizeString(s)
  if (d !== s) { if (c < 0xac00 || c > 0xd7a3) canonical.set(c, points(d)) } else if (strip.normalizeString(xcy) === 'xy') f |= 2
  const k = nfkd.normalizeString(s)
  if (k !== d) compatible.push([c, points(k)])
  const l = lower.normalizeString(s)
  if (l !== s) lowers.push([c, points(l)])
  const parts = p => p.preTokenizeString(xcy).length
  if (parts(punctuation) === 3) f |= 4
  if (parts(space) === 2) f |= 8
  if (parts(digits) === 3) f |= 16
  if (parts(word) === 1) f |= 32
  if (accents.normalizeString(xcy) === 'xy') f |= 64
  // "x" and "y" are letters themselves, so letters are asked for between full stops.
  if (letter.preTokenizeString(`.${s}.`).length === 3) f |= 128
  if (parts(number) === 3) f |= 256
  if (parts(white) === 3) f |= 512
  if (clusters.normalizeString('a' + s) === 'b') f |= 1024
  flags[c] = f
}
// Combining classes are seen only through the order that normalization gives: marks that compare equal share a rank.
const swaps = (a, b) => { const s = text(a) + text(b), n = nfd.normalizeString('.' + s); return n === '.' + text(b) + text(a) }
const marks = scalars.filter(c => !canonical.has(c) && (c < 0xac00 || c > 0xd7a3) && c >= 0x300 && (swaps(c, 0x334) || swaps(0x345, c)))
marks.push(0x334, 0x345)
const unique = [...new Set(marks)].sort((a, b) => a - b)
const ranks = [] // one representative per class, ascending
const classOf = new Map()
for (const c of unique) {
  let lo = 0, hi = ranks.length, found = -1
  while (lo < hi) {
    const mid = (lo + hi) >> 1, r = ranks[mid][0]
    if (swaps(r, c)) hi = mid
    else if (swaps(c, r)) lo = mid + 1
    else { found = mid; break }
  }
  if (found >= 0) ranks[found].push(c)
  else ranks.splice(lo, 0, [c])
}
ranks.forEach((members, i) => members.forEach(c => classOf.set(c, i + 1)))

const compositions = []
for (const [c, d] of canonical) {
  if (d.length < 2 || nfc.normalizeString(text(c)) !== text(c)) continue
  const first = points(nfc.normalizeString(d.slice(0, -1).map(text).join('')))
  if (first.length !== 1) throw new Error(`no primary composite for ${c.toString(16)}`)
  if (nfc.normalizeString(text(first[0]) + text(d.at(-1))) !== text(c)) throw new Error(`bad pair for ${c.toString(16)}`)
  compositions.push([first[0], d.at(-1), c])
}

const varint = (out, n) => { while (n >= 128) { out.push(n & 127 | 128); n >>>= 7 } out.push(n) }
const signed = (out, n) => varint(out, n < 0 ? -n * 2 - 1 : n * 2)
const runs = (count, valueAt) => {
  const out = []
  for (let c = 0; c < count;) {
    let e = c
    while (e < count && valueAt(e) === valueAt(c)) e++
    varint(out, e - c); varint(out, valueAt(c)); c = e
  }
  return out
}
const mappings = list => {
  const out = []
  let last = 0
  for (const [c, to] of list) {
    varint(out, c - last); varint(out, to.length)
    let near = c
    for (const t of to) { signed(out, t - near); near = t }
    last = c
  }
  return out
}
const pairs = list => {
  const out = []
  let last = 0
  for (const [a, b, c] of list.sort((x, y) => x[2] - y[2])) { varint(out, c - last); signed(out, a - c); signed(out, b - c); last = c }
  return out
}
const constant = (name, doc, bytes) => {
  const lines = Buffer.from(bytes).toString('base64').match(/.{1,116}/g)
  return `    /// <summary>${doc}</summary>\n    public const string ${name} =\n${lines.map(l => `        "${l}"`).join(' +\n')};\n`
}
writeFileSync(target, `// <auto-generated>By scripts/unicode/generate.mjs from the answers of the npm package tokenizers. Do not edit.</auto-generated>
namespace ProcessingJob.Tokenization.Unicode;

/// <summary>Variable-length integers in Base64; <see cref="UnicodeTables"/> unpacks them.</summary>
static class UnicodeData
{
${[
  constant('Flags', 'Runs (length, flags) over all code points.', runs(0x110000, c => flags[c])),
  constant('Classes', 'Runs (length, rank of the canonical combining class) over all code points.', runs(0x110000, c => classOf.get(c) ?? 0)),
  constant('Lower', 'Code points that lower-casing changes.', mappings(lowers)),
  constant('Canonical', 'Full canonical decompositions, Hangul left out.', mappings([...canonical])),
  constant('Compatible', 'Full compatibility decompositions where they differ from the canonical ones.', mappings(compatible)),
  constant('Compositions', 'Pairs that compose, Hangul left out.', pairs(compositions)),
].join('\n')}}
`)
console.log(`flags ${new Set(flags).size} kinds, lower ${lowers.length}, canonical ${canonical.size}, compatible ${compatible.length}, marks ${classOf.size} in ${ranks.length} classes, pairs ${compositions.length}`)
