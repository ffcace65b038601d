// node bench.mjs --model DIR --texts FILE.jsonl --out UNUSED [--batch N] [--max-length N]
// Embeds {"text"} lines in file order, batch by batch, padded to the longest (mean, normalised: the usual way), and prints what it cost:
// {"rows", "tokens", "fill", "cpuSeconds", "wallSeconds", "peakBytes"}, without loading the model.
import { batches, open, options, readLines } from './model.mjs';

const given = options({ 'max-length': { type: 'string', default: '512' } });
const texts = readLines(given.texts).map((line) => line.text);
const extractor = await open('feature-extraction', given.model);
extractor.tokenizer._tokenizerConfig.model_max_length = Number(given['max-length']); // the pipeline has no option for it
await extractor(texts.slice(0, 4), { pooling: 'mean', normalize: true });

const cpu = process.cpuUsage();
const start = performance.now();
for (const batch of batches(texts, Number(given.batch))) await extractor(batch, { pooling: 'mean', normalize: true });
const wallSeconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpu);

let tokens = 0;
let padded = 0;
for (const batch of batches(texts, Number(given.batch))) {
  const { attention_mask: mask } = extractor.tokenizer(batch, { padding: true, truncation: true });
  padded += mask.data.length;
  for (const value of mask.data) tokens += Number(value);
}
console.log(JSON.stringify({
  rows: texts.length, tokens, fill: tokens / padded, cpuSeconds: (used.user + used.system) / 1e6, wallSeconds,
  peakBytes: process.resourceUsage().maxRSS * 1024,
}));
