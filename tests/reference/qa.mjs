// node qa.mjs --model DIR --texts FILE.jsonl --out FILE.jsonl [--top-k N]
// Reads {"question", "context"} lines. Writes for each a list of {"answer", "score"}, best first; prints {"rows"}.
import { writeFileSync } from 'node:fs';
import { open, options, readLines } from './model.mjs';

const given = options({ 'top-k': { type: 'string', default: '1' } });
const lines = readLines(given.texts);
const answerer = await open('question-answering', given.model);
const answers = [];
for (const { question, context } of lines) {
  const found = await answerer(question, context, { top_k: Number(given['top-k']) });
  answers.push([found].flat().map(({ answer, score }) => ({ answer, score })));
}
writeFileSync(given.out, answers.map((answer) => JSON.stringify(answer) + '\n').join(''));
console.log(JSON.stringify({ rows: lines.length }));
