// What is held: the short forms of `cargo xtask memory`, and what is never freed by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { importPeaks, MOST } from "../soak/import-memory.mjs";
import { holdsNothing } from "../soak/memory.mjs";
import { collectGarbage, watchInstances } from "../support/memory.mjs";
import { fresh } from "../support/package.mjs";

test("5 000 calls on handles that nobody frees hold no more than the first 2 000", async () => {
  const { made, freed } = await holdsNothing({ calls: 5_000, warmUp: 2_000 });
  assert.ok(made >= 7_000);
  assert.ok(freed > made * 0.99, `${freed} of ${made} handles were collected`);
});

test("clients that nobody disposes of leave the module as large as the first 500 did", async () => {
  const started = [];
  const restore = watchInstances(started);
  const answer = '{"id":"ada","data":{}}';
  try {
    const api = await fresh();
    const round = async (clients) => {
      for (let n = 0; n < clients; n += 1) {
        const client = api.connect(`key-${n}`, "secret", undefined, { fetch: async () => new Response(answer) });
        client.on("response", () => {});
        await client.user("ada").get();
        if (n % 100 === 0) await collectGarbage();
      }
      await collectGarbage();
      return [started[0].memory.buffer.byteLength, started[0].__wbindgen_externrefs.length];
    };
    const before = await round(500);
    assert.deepEqual(await round(2_000), before);
    assert.equal(started.length, 1);
  } finally {
    restore();
  }
});

test("an import of 200 000 users takes no more memory than one of 20 000, by more than a fifth", async () => {
  const [[few, many]] = await importPeaks([20_000, 200_000]);
  assert.ok(many <= MOST * few, `${few} MB, and ${many} MB`);
});
