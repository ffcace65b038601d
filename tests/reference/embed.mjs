// node embed.mjs --model DIR --texts FILE.jsonl --out FILE [--pooling mean|cls|last_token] [--normalize] [--batch N]
// Reads {"text"} lines. Writes FILE (float32, little endian, row after row) and FILE.ids.jsonl (the ids of each text, truncated, specials included);
// prints {"rows", "dimensions"}.
import { writeFileSync } from 'node:fs';
import { batches, open, options, readLines } from './model.mjs';

const given = options({ pooling: { type: 'string', default: 'mean' }, normalize: { type: 'boolean', default: false } });
const texts = readLines(given.texts).map((line) => line.text);
const extractor = await open('feature-extraction', given.model);
const parts = [];
let dimensions = 0;
for (const batch of batches(texts, Number(given.batch))) {
  const { data, dims } = await extractor(batch, { pooling: given.pooling, normalize: given.normalize });
  parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  dimensions = dims[1];
}
const ids = texts.map((text) => Array.from(extractor.tokenizer(text, { truncation: true }).input_ids.data, Number));
writeFileSync(given.out, Buffer.concat(parts));
writeFileSync(`${given.out}.ids.jsonl`, ids.map((row) => JSON.stringify(row) + '\n').join(''));
console.log(JSON.stringify({ rows: texts.length, dimensions }));
