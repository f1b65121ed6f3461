// Very many calls, none of which fails, on handles that nobody frees: what is held after the first 10 000 is held at the end.
//
// `cargo xtask memory` runs it with a million.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { assertFlat, collectGarbage, measure, told, watchInstances } from "../support/memory.mjs";
import { fresh } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

/** Calls at the same time. */
const LANES = 16;
const WARM_UP = 10_000;
const PARTS = 10;
/** Each user is created, read, replaced and deleted, by handles of their own. */
const ROUND = [
  (user) => user.create({ name: "Ada", born: 1815 }),
  (user) => user.get(),
  (user) => user.update({ name: "Ada Lovelace", tags: ["é", "😀"] }),
  (user) => user.getOrCreate({}),
  (user) => user.profile(),
  (user) => user.get({ timeout: 5_000 }),
  (user) => user.get(),
  (user) => user.delete(),
];

/** Makes so many calls after the warm-up, checks that nothing has grown, and gives a report. */
export async function holdsNothing({ calls, warmUp = WARM_UP }) {
  const started = [];
  const restoreInstance = watchInstances(started);
  const server = await startServer("", ":memory:");
  try {
    const begin = Date.now();
    const api = await fresh();
    const client = api.connect(KEY, SECRET, undefined, { baseUrl: server.api });
    const freed = { handles: 0 };
    const registry = new FinalizationRegistry(() => { freed.handles += 1; });
    let made = 0;

    async function run(count) {
      const rounds = Math.ceil(count / ROUND.length / LANES);
      await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
        for (let round = 0; round < rounds; round += 1) {
          for (const call of ROUND) {
            const user = client.user(`lane-${lane}`);
            registry.register(user);
            await call(user);
            made += 1;
          }
        }
      }));
    }

    await run(warmUp);
    const measured = [await measure(started)];
    for (let part = 0; part < PARTS; part += 1) {
      await run(calls / PARTS);
      measured.push(await measure(started));
    }
    assertFlat(measured, LANES);
    await collectGarbage();
    return { made, freed: freed.handles, seconds: (Date.now() - begin) / 1_000, measured };
  } finally {
    restoreInstance();
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { calls: { type: "string", default: "1000000" }, users: { type: "string", default: "1000000" } },
  });
  const { made, freed, seconds, measured } = await holdsNothing({ calls: Number(values.calls) });
  assert.ok(freed > made * 0.99, `${freed} of ${made} handles were collected`);
  console.log(`${made} calls in ${seconds.toFixed(1)} s; ${freed} of ${made} handles were collected, none was freed`);
  console.log("After the first 10 000 calls, and after each tenth of the others:");
  for (const line of told(measured)) console.log(`  ${line}`);
  const imports = fileURLToPath(new URL("import-memory.mjs", import.meta.url));
  execFileSync(process.execPath, [imports, `--many=${values.users}`], { stdio: "inherit" });
}
