// What else tokenizer.json files of encoders hold, put together from the vocabularies that train.mjs made: variants(OUT, random words of the text).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const cl100k = digits =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`
const metaspace = { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }] }
const hexTokens = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`)

/** The same numbers on every run. */
function numbers(seed) {
  return below => Math.floor((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 * below)
}

export function variants(out, text) {
  const read = name => JSON.parse(readFileSync(join(out, name, 'tokenizer.json'), 'utf8'))
  const write = (name, json) => {
    mkdirSync(join(out, name), { recursive: true })
    writeFileSync(join(out, name, 'tokenizer.json'), JSON.stringify(json))
  }
  const size = json => Math.max(Array.isArray(json.model.vocab) ? json.model.vocab.length : Object.keys(json.model.vocab).length, ...json.added_tokens.map(t => t.id + 1))
  const add = (json, content, more) => {
    if (json.added_tokens.some(t => t.content === content)) return
    const id = json.model.vocab[content] ?? size(json)
    json.added_tokens.push({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: true, special: false, ...more })
  }
  const words = [...new Set(text.split(/\s+/).filter(word => word))]

  // A Russian BERT's habit: 1,639 added tokens, words of the text and parts of words, one inside the other.
  // Of tokens that are the same once normalized Hugging Face finds one or another from run to run, so there is but one of each here.
  const many = read('wordpiece-uncased'), next = numbers(7), seen = new Set()
  const normal = token => token.normalize('NFD').replace(/[\p{Mn}\p{C}]/gu, '').toLowerCase()
  const flag = of => next(of) === 0
  while (many.added_tokens.length < 1639) {
    const word = words[next(words.length)], from = next(word.length)
    const part = [() => word, () => word.slice(from), () => word.slice(0, from + 1), () => word.toUpperCase(), () => `${word} ${words[next(words.length)]}`,
      () => word + next(4000), () => words[next(words.length)] + word, () => String.fromCodePoint(0x410 + next(64), 0x410 + next(64)), () => String.fromCodePoint(0x1F600 + next(60))][next(9)]()
    // A token that the normalizer leaves nothing of sends Hugging Face's search into an endless loop.
    if (part.isWellFormed() && /[\p{L}\p{N}\p{So}]/u.test(part) && !seen.has(normal(part))) add(many, part, { single_word: flag(3), lstrip: flag(6), rstrip: flag(6), normalized: !flag(3), special: flag(8) })
    seen.add(normal(part))
  }
  write('wordpiece-many-added', many)
  const spaced = read('wordpiece-cased')
  for (const token of [' qxz', 'tea pot', 'x-y']) add(spaced, token)
  write('wordpiece-spaced-added', spaced)

  // No type, as old files have it; sections that a job overrides.
  const old = read('wordpiece-cased')
  delete old.model.type
  old.truncation = { direction: 'Right', max_length: 9, strategy: 'LongestFirst', stride: 0 }
  old.padding = { strategy: { Fixed: 12 }, direction: 'Right', pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' }
  old.model.max_input_chars_per_word = 11
  write('wordpiece-old', old)

  // Added tokens whose stated ids leave gaps and go backwards.
  const gaps = read('wordpiece-cased')
  const behind = size(gaps)
  for (const [word, id] of [['xqa', behind + 40], ['Zqz', behind], ['qlampq', behind + 7]]) add(gaps, word, { id })
  write('wordpiece-gaps', gaps)

  // ModernBERT's habits: added tokens of spaces, NFC.
  const spaces = read('bpe-nfc')
  spaces.added_tokens = spaces.added_tokens.filter(t => t.content !== '<mask>')
  for (let n = 24; n > 1; n--) add(spaces, ' '.repeat(n))
  for (const token of ['|||EMAIL|||', '\t\t', '\n\n', 'e\u0301t\u00e9', '[unused0]']) add(spaces, token)
  add(spaces, '[MASK]', { lstrip: true, normalized: false, special: true })
  write('bpe-spaces', spaces)
  const early = structuredClone(spaces)
  early.normalizer = null
  write('bpe-spaces-plain', early)

  // Later byte-level models cut by other patterns, and write merges as pairs or as strings.
  const asText = json => { json.model.merges = json.model.merges.map(merge => Array.isArray(merge) ? merge.join(' ') : merge) }
  for (const [name, digits, behavior, invert] of [['bpe-cl100k', '{1,3}', 'Isolated', false], ['bpe-cl100k-digit', '', 'Isolated', false], ['bpe-cl100k-inverted', '{1,3}', 'Removed', true]]) {
    const json = read(name === 'bpe-cl100k' ? 'bpe' : 'bpe-nfc')
    json.pre_tokenizer = { type: 'Sequence', pretokenizers: [
      { type: 'Split', pattern: { Regex: cl100k(digits) }, behavior, invert },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }] }
    json.model.ignore_merges = name === 'bpe-cl100k'
    if (json.model.ignore_merges) for (const word of words.slice(0, 300)) json.model.vocab['Ġ' + word.replace(/[^a-z]/g, '')] ??= size(json)
    if (json.model.ignore_merges) json.added_tokens = json.added_tokens.filter(t => t.content !== '<mask>')
    asText(json)
    write(name, json)
  }

  // SentencePiece's BPE: pieces with ▁, unknown characters, bytes.
  for (const [name, flags] of [['sp-bpe', { unk_token: '<unk>', fuse_unk: true }], ['sp-bpe-single', { unk_token: '<unk>', fuse_unk: false }],
    ['sp-bpe-silent', {}], ['sp-bpe-bytes', { unk_token: '<unk>', fuse_unk: true, byte_fallback: true }],
    ['sp-bpe-some-bytes', { unk_token: '<unk>', fuse_unk: false, byte_fallback: true, ignore_merges: true }]]) {
    const json = read('sp-bpe-trained')
    Object.assign(json.model, flags)
    if (flags.byte_fallback) hexTokens.forEach((token, b) => { if (name === 'sp-bpe-bytes' || b % 5) json.model.vocab[token] = Object.keys(json.model.vocab).length })
    json.pre_tokenizer = metaspace
    write(name, json)
  }
  const llama = read('sp-bpe-bytes')
  llama.pre_tokenizer = null
  llama.normalizer = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] }
  llama.decoder = { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] }
  write('sp-bpe-llama', llama)

  const bytes = read('unigram')
  delete bytes.model.type
  bytes.model.byte_fallback = true
  bytes.added_tokens = bytes.added_tokens.filter(t => t.content !== '<mask>')
  for (const token of hexTokens) bytes.model.vocab.push([token, -20])
  bytes.decoder = { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }] }
  write('unigram-bytes', bytes)
  // DeBERTa's: the whole text is stripped before the map sees it.
  const strip = read('unigram-map')
  strip.normalizer.normalizers.unshift({ type: 'Strip', strip_left: true, strip_right: true })
  write('unigram-strip', strip)
  for (const scheme of ['first', 'never']) {
    const json = read('unigram')
    json.pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme, split: scheme === 'never' }
    json.decoder = { ...json.pre_tokenizer }
    write(`unigram-${scheme}`, json)
  }
  // DeBERTa's as transformers 5 writes it.
  const deberta = read('unigram')
  deberta.normalizer = { type: 'Sequence', normalizers: [{ type: 'Replace', pattern: { Regex: '\\s{2,}|[\\n\\r\\t]' }, content: ' ' }, { type: 'NFC' }, { type: 'Strip', strip_left: false, strip_right: true }] }
  deberta.pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  write('unigram-deberta', deberta)

  // Whole words of one id each.
  const wordlevel = read('wordpiece-uncased')
  wordlevel.model = { type: 'WordLevel', unk_token: '[UNK]', vocab: Object.fromEntries(Object.entries(wordlevel.model.vocab).filter(([token]) => !token.startsWith('##'))) }
  write('wordlevel', wordlevel)

  // CLIP's: the last character of a word has a suffix of its own; the same with a prefix on all but the first.
  for (const [name, prefix] of [['bpe-suffix', ''], ['bpe-affixes', '##']]) {
    const json = read('bpe'), suffix = '</w>'
    const vocab = Object.fromEntries(json.added_tokens.map(token => [token.content, token.id])), used = new Set(Object.values(vocab)), merges = []
    let free = 0
    const put = token => {
      if (token in vocab) return
      while (used.has(free)) free++
      used.add(free)
      vocab[token] = free
    }
    for (const c of Object.keys(json.model.vocab).filter(token => token.length === 1 && token !== 'q')) for (const before of new Set(['', prefix])) for (const after of ['', suffix]) put(before + c + after)
    for (const word of words.slice(0, 400).map(word => word.toLowerCase()).filter(word => /^[a-pr-z]{2,}$/.test(word))) {
      let left = word[0]
      for (let i = 1; i < word.length; i++) {
        const right = prefix + word[i] + (i === word.length - 1 ? suffix : ''), merge = `${left} ${right}`
        left += right.slice(prefix.length)
        if (!merges.includes(merge)) merges.push(merge)
        put(left)
      }
    }
    json.model = { type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: prefix, end_of_word_suffix: suffix, fuse_unk: false, byte_fallback: false, vocab, merges }
    json.normalizer = { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }] }
    json.pre_tokenizer = { type: 'Sequence', pretokenizers: [
      { type: 'Split', pattern: { Regex: "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" }, behavior: 'Removed', invert: true },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }] }
    write(name, json)
  }
}
