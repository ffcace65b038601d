// Trains small vocabularies with Hugging Face's trainers from a text of ours: node train.mjs TEXT OUT writes OUT/<name>/tokenizer.json.
import { createRequire } from 'node:module'
import { mkdirSync, writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { variants } from './variants.mjs'
const hf = createRequire(import.meta.url)('tokenizers')
const [text, out] = process.argv.slice(2)

const added = (id, content, more) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...more })
const special = (id, type_id) => ({ SpecialToken: { id, type_id } }), sequence = (id, type_id) => ({ Sequence: { id, type_id } })

/** Trains an empty model behind the given steps and returns the tokenizer.json's content. */
function train(model, normalizer, preTokenizer, from = text) {
  const tokenizer = new hf.Tokenizer(model)
  if (normalizer) tokenizer.setNormalizer(normalizer)
  tokenizer.setPreTokenizer(preTokenizer)
  tokenizer.train([from])
  const path = join(out, 'trained.json')
  tokenizer.save(path)
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Moves the vocabulary up to make room for special tokens at its start. */
function prepend(json, tokens) {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
  let next = tokens.length
  for (const [token] of Object.entries(json.model.vocab).sort((a, b) => a[1] - b[1])) if (!(token in vocab)) vocab[token] = next++
  json.model.vocab = vocab
  return next
}

function save(name, json, post, tokens) {
  mkdirSync(join(out, name), { recursive: true })
  writeFileSync(join(out, name, 'tokenizer.json'), JSON.stringify({ ...json, post_processor: post, added_tokens: tokens, truncation: null, padding: null }))
}

const bertTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
for (const lowercase of [true, false]) {
  const options = { cleanText: true, handleChineseChars: true, stripAccents: lowercase, lowercase }
  const json = train(hf.WordPiece.init({ '[UNK]': 0 }, { unkToken: '[UNK]' }), hf.bertNormalizer(options), hf.bertPreTokenizer())
  const size = prepend(json, bertTokens)
  const tokens = bertTokens.map((token, id) => added(id, token))
  const known = json.model.vocab.Zwischenraum
  tokens.push(added(known ?? size, 'Zwischenraum', { normalized: true, special: false, single_word: true }))
  tokens.push(added(known === undefined ? size + 1 : size, '<tab>', { lstrip: true, rstrip: true }))
  json.decoder = { type: 'WordPiece', prefix: '##', cleanup: true }
  save(lowercase ? 'wordpiece-uncased' : 'wordpiece-cased', json, {
    type: 'TemplateProcessing',
    single: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)],
    pair: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0), sequence('B', 1), special('[SEP]', 1)],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
  }, tokens)
}

const robertaTokens = ['<s>', '<pad>', '</s>', '<unk>']
for (const [name, prefixSpace, normalizer] of [['bpe', false, null], ['bpe-prefix', true, null], ['bpe-nfc', false, hf.nfcNormalizer()]]) {
  const json = train(hf.BPE.empty(), normalizer, hf.byteLevelPreTokenizer(prefixSpace))
  const size = prepend(json, robertaTokens)
  json.decoder = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }
  save(name, json, { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: prefixSpace },
    [...robertaTokens.map((token, id) => added(id, token, { normalized: name === 'bpe' })), added(size, '<mask>', { lstrip: true })])
}

// A character map of our own: "@" becomes "at", U+0001 nothing. Darts double array, zero-terminated replacements.
const units = new Uint32Array(512)
units[0] = 256 << 10
for (const [from, to] of [[0x40, 0], [1, 2]]) {
  units[256 ^ from] = 1 << 10 | 1 << 8 | from
  units[256 ^ from ^ 1] = to
}
const map = Buffer.from([...new Uint8Array(new Uint32Array([units.byteLength]).buffer), ...new Uint8Array(units.buffer), 0x61, 0x74, 0])
for (const [name, normalizers, preTokenizers] of [
  ['unigram', [hf.nmt(), hf.nfkcNormalizer()], [hf.whitespaceSplitPreTokenizer(), hf.metaspacePreTokenizer()]],
  ['unigram-map', [hf.precompiled([...map])], [hf.metaspacePreTokenizer()]],
]) {
  const json = train(hf.Unigram.empty(), hf.sequenceNormalizer(normalizers), hf.sequencePreTokenizer(preTokenizers))
  const rest = json.model.vocab.filter(([token]) => !robertaTokens.includes(token))
  json.model.vocab = [...robertaTokens.map(token => [token, 0]), ...rest, ['<mask>', 0]]
  json.model.unk_id = 3
  json.decoder = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  if (name === 'unigram-map') json.normalizer = { type: 'Sequence', normalizers: [json.normalizer, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] }
  save(name, json, {
    type: 'TemplateProcessing',
    single: [special('<s>', 0), sequence('A', 0), special('</s>', 0)],
    pair: [special('<s>', 0), sequence('A', 0), special('</s>', 0), special('</s>', 0), sequence('B', 0), special('</s>', 0)],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] }, '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] } },
  }, [...robertaTokens.map((token, id) => added(id, token)), added(json.model.vocab.length - 1, '<mask>', { lstrip: true })])
}

// SentencePiece's BPE as BARThez has it, trained on the words' own alphabet: the characters of the last line stay unknown.
{
  const known = join(out, 'known.txt'), lines = readFileSync(text, 'utf8').split('\n')
  writeFileSync(known, lines.slice(0, -1).join('\n'))
  const json = train(hf.BPE.empty(), hf.sequenceNormalizer([hf.nmt(), hf.nfkcNormalizer()]),
    hf.sequencePreTokenizer([hf.whitespaceSplitPreTokenizer(), hf.metaspacePreTokenizer()]), known)
  prepend(json, robertaTokens)
  json.decoder = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  save('sp-bpe-trained', json, { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: true },
    robertaTokens.map((token, id) => added(id, token)))
}

variants(out, readFileSync(text, 'utf8').split('\n').slice(0, -1).join('\n'))
