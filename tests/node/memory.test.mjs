// What is held: the short forms of `cargo xtask memory`, and what is never freed by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { importPeaks, MOST } from "../soak/import-memory.mjs";
import { holdsNothing } from "../soak/memory.mjs";
import { collectGarbage, NOISE, watchInstances } from "../support/memory.mjs";
import { fresh } from "../support/package.mjs";

test("5 000 calls on handles that nobody frees hold no more than the first 2 000", async () => {
  const { made, freed } = await holdsNothing({ calls: 5_000, warmUp: 2_000 });
  assert.ok(made >= 7_000);
  assert.ok(freed > made * 0.99, `${freed} of ${made} handles were collected`);
});

test("clients that nobody disposes of leave the module as large as those before them did", async () => {
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
    // When they are collected is the engine's choice, so a round may need more room than any before it; but each of 500 clients
    // that stayed would need room of its own, and then every round grows.
    const sizes = [await round(500)];
    do sizes.push(await round(500));
    while (sizes.length < 6 && !isDeepStrictEqual(sizes.at(-1), sizes.at(-2)));
    assert.deepEqual(sizes.at(-1), sizes.at(-2), JSON.stringify(sizes));
    assert.equal(started.length, 1);
  } finally {
    restore();
  }
});

test("what an import held is let go of when it ends, and while it runs", async () => {
  const answer = '{"created_users":[],"duration":"1ms"}';
  const client = (await fresh()).connect("key", "secret", undefined, { fetch: async () => new Response(answer, { status: 201 }) });
  let number = 0;
  const held = async (count) => {
    const end = number + count;
    await client.users.import((function* () { while (number < end) yield { id: `user-${number++}`, data: { number } }; })());
    await collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return { heap: heapUsed, external };
  };
  const before = await held(20_000);
  const after = await held(400_000);
  const shown = JSON.stringify({ before, after });
  assert.ok(after.heap <= before.heap + NOISE, `the heap grew: ${shown}`);
  assert.ok(after.external <= before.external + NOISE, `the memory outside the heap grew: ${shown}`);
});

test("an import of 200 000 users takes no more memory than one of 20 000, by more than a fifth", async () => {
  const [[few, many]] = await importPeaks([20_000, 200_000]);
  assert.ok(many <= MOST * few, `${few} MB, and ${many} MB`);
});
