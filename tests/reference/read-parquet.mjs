// Reads a part with hyparquet and with parquet-wasm (the Rust library of Arrow) and prints what each saw, as one JSON document.
//   node read-parquet.mjs PART COLUMN
import { readFileSync } from "node:fs";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { tableFromIPC } from "apache-arrow";
import { readParquet } from "parquet-wasm/node";

const [path, column] = process.argv.slice(2);
const file = await asyncBufferFromFile(path);
const metadata = await parquetMetadataAsync(file);
const rows = await parquetReadObjects({ file, compressors });
const table = tableFromIPC(readParquet(new Uint8Array(readFileSync(path))).intoIPCStream());
const vectors = table.getChild(column);
const encodings = metadata.row_groups
  .flatMap((group) => group.columns)
  .filter((c) => c.meta_data.path_in_schema[0] === column)
  .flatMap((c) => c.meta_data.encodings);
console.log(
  JSON.stringify({
    metadata: Object.fromEntries(metadata.key_value_metadata.map((e) => [e.key, e.value])),
    encodings: [...new Set(encodings)],
    groupBytes: Math.max(0, ...metadata.row_groups.map((group) => Number(group.total_byte_size))),
    columnIndex: metadata.row_groups.every((group) => group.columns.some((c) => c.column_index_offset !== undefined)),
    required: metadata.schema.find((e) => e.name === column).repetition_type === "REQUIRED",
    hyparquet: rows.map((row) => Array.from(row[column])),
    arrow: Array.from({ length: table.numRows }, (_, i) => Array.from(vectors.get(i))),
    arrowType: `${table.schema.fields.find((f) => f.name === column).type}`,
  }),
);
