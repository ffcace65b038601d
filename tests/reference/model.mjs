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
export async function open(task, folder) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = dirname(resolve(folder));
  const made = await pipeline(task, basename(resolve(folder)), { dtype: 'fp32', device: 'cpu', local_files_only: true });
  made.tokenizer = closeTruncated(made.tokenizer);
  return made;
}

/**
 * transformers.js truncates after it has added the special tokens, and so cuts off the last of them; Hugging Face's other libraries
 * make room for it. This puts it back where a row ends without it. (Single texts; of pairs only the end is mended.)
 */
function closeTruncated(tokenizer) {
  const last = BigInt(tokenizer.sep_token_id);
  return new Proxy(tokenizer, {
    apply(target, self, args) {
      const made = Reflect.apply(target, self, args);
      const [rows, length] = made.input_ids.dims;
      for (let at = length - 1; at < rows * length; at += length)
        if (made.attention_mask.data[at] === 1n) made.input_ids.data[at] = last;
      return made;
    },
  });
}

export function readLines(path) {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.length > 0).map((line) => JSON.parse(line));
}

export function* batches(items, size) {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
