// node classify.mjs --model DIR --texts FILE.jsonl --out FILE.jsonl [--top-k N] [--batch N]
// Reads {"text"} lines. Writes for each a list of {"label", "score"}, best first; prints {"rows"}.
import { writeFileSync } from 'node:fs';
import { batches, open, options, readLines } from './model.mjs';

const given = options({ 'top-k': { type: 'string', default: '1' } });
const texts = readLines(given.texts).map((line) => line.text);
const classifier = await open('text-classification', given.model);
const labels = [];
for (const batch of batches(texts, Number(given.batch)))
  for (const found of await classifier(batch, { top_k: Number(given['top-k']) })) labels.push([found].flat());
writeFileSync(given.out, labels.map((label) => JSON.stringify(label) + '\n').join(''));
console.log(JSON.stringify({ rows: texts.length }));
