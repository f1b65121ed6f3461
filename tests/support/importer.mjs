// A process that imports, and may be killed: importer.mjs URL KEY SECRET COUNT CHECKPOINT-FILE. Goes on where the file says.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [entry, baseUrl, key, secret, count, file] = process.argv.slice(2);
const { connect } = await import(pathToFileURL(entry));
const client = connect(key, secret, undefined, { baseUrl });

function* users() {
  for (let n = 0; n < Number(count); n += 1) yield { id: `killed-${n}`, data: { n, text: "é".repeat(n % 50) } };
}

function remember(checkpoint) {
  // Renamed, so that whoever is killed while writing leaves the old one.
  writeFileSync(`${file}.new`, String(checkpoint));
  renameSync(`${file}.new`, file);
}

const { stored } = await client.users.import(users(), {
  batchSize: 50,
  resumeFrom: Number(readFileSync(file, "utf8")),
  onProgress({ checkpoint }) {
    remember(checkpoint);
    console.log(checkpoint);
  },
});
console.log(`done ${stored}`);
