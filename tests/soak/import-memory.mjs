// The most memory that processes hold which import few users and many, from NDJSON, into the real server.
//
// V8 lets a heap grow for as long as nothing stops it: its young generation alone comes to 32 MB after some 150 000 users. So
// what an import needs shows where the heap is given; what a process takes that gives none is shown beside it.
//
// `cargo xtask memory` runs it with a million.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";

import { dist } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

/** A young generation of three megabytes, and as much for the old as an import needs. */
const SMALL_HEAP = ["--max-semi-space-size=1", "--max-old-space-size=48"];
/** What many users may take, against few. */
export const MOST = 1.2;

const script = fileURLToPath(import.meta.url);

/** The most that processes held, in MB: of these heaps, and in each with so many users. */
export async function importPeaks(counts, heaps = [SMALL_HEAP]) {
  const peaks = [];
  for (const flags of heaps) {
    const held = [];
    for (const count of counts) {
      const server = await startServer();
      try {
        const args = [...flags, script, "--import", join(dist, "index.js"), "--url", server.api, "--count", String(count)];
        const { stdout } = await promisify(execFile)(process.execPath, args);
        const { stored, peak } = JSON.parse(stdout);
        assert.equal(stored, count);
        held.push(peak);
      } finally {
        await server.stop();
      }
    }
    peaks.push(held);
  }
  return peaks;
}

/** The process that imports. */
async function importAll({ entry, url, count }) {
  const { connect } = await import(pathToFileURL(entry));
  function* lines() {
    for (let n = 0; n < count; n += 1) {
      yield `${JSON.stringify({ id: `user-${n}`, data: { name: `User ${n}`, about: "é".repeat(200), tags: ["a", "b"] } })}\n`;
    }
  }
  const { stored } = await connect(KEY, SECRET, undefined, { baseUrl: url }).users.import(lines());
  console.log(JSON.stringify({ stored, peak: process.resourceUsage().maxRSS / 1_000 }));
}

if (process.argv[1] === script) {
  const text = (name, given) => [name, { type: "string", default: given }];
  const options = Object.fromEntries([text("import", ""), text("url", ""), text("count", ""), text("few", "100000"), text("many", "1000000")]);
  const { values } = parseArgs({ options });
  if (values.import) {
    await importAll({ entry: values.import, url: values.url, count: Number(values.count) });
  } else {
    const counts = [Number(values.few), Number(values.many)];
    const [small, usual] = await importPeaks(counts, [SMALL_HEAP, []]);
    const line = ([few, many]) => `${few.toFixed(0)} MB, and ${many.toFixed(0)} MB: ${(many / few).toFixed(2)} times as much`;
    console.log(`The most that a process held which imported ${counts[0]} users, and one that imported ${counts[1]}:`);
    console.log(`  node ${SMALL_HEAP.join(" ")}: ${line(small)}`);
    console.log(`  node: ${line(usual)}`);
    assert.ok(small[1] <= MOST * small[0], `at most ${MOST} times as much was wanted`);
  }
}
