// What the three peers share: a local model folder, never the network, and texts as jsonl.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { env, pipeline } from '@huggingface/transformers';

/** Options of the command line: the common ones and those given. */
export function options(more = {}) {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' }, // a model folder
      texts: { type: 'string' }, // jsonl, one object a line
      out: { type: 'string' }, // where the answer goes
      batch: { type: 'string', default: '16' },
      ...more,
    },
  });
  for (const name of ['model', 'texts', 'out']) if (!values[name]) throw new Error(`--${name} is missing`);
  return values;
}

/** A transformers.js pipeline on onnx/model.onnx of the folder, float32, on the CPU. */
export function open(task, folder) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = dirname(resolve(folder));
  return pipeline(task, basename(resolve(folder)), { dtype: 'fp32', device: 'cpu', local_files_only: true });
}

export function readLines(path) {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.length > 0).map((line) => JSON.parse(line));
}

export function* batches(items, size) {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
