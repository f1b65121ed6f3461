// Imports a file of users, one JSON object a line, and goes on where it was when it is started again after a crash:
// node import-ndjson.mjs users.ndjson
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "user-handle";

const [file = "users.ndjson"] = process.argv.slice(2);
const baseUrl = process.env.USER_HANDLE_URL ?? "http://localhost:8000/api/";
const client = connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl });

const memory = `${file}.checkpoint`;
const resumeFrom = existsSync(memory) ? Number(readFileSync(memory, "utf8")) : 0;

const report = await client.users.import(createReadStream(file), {
  resumeFrom,
  onProgress({ checkpoint, perSecond }) {
    writeFileSync(memory, String(checkpoint));
    console.log(`${checkpoint} users, ${Math.round(perSecond)} per second`);
  },
  onFailure({ index, id, error }) {
    console.error(`line ${index + 1} (${id}): ${error.message}`);
  },
});
console.log(`${report.stored} stored, ${report.failed} failed`);
