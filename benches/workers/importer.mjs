// Imports users that are made as they are read, in a process of its own: how long it took, and what it held at most.

import { getstream, ours } from "../support/clients.mjs";
import { record } from "../support/payload.mjs";
import { answerWith, metered } from "../support/processes.mjs";

const { contestant, base, entry, users } = JSON.parse(process.argv[2]);
const BATCH = 1_000, AT_ONCE = 16;

function* source() {
  for (let number = 0; number < users; number += 1) {
    yield { id: `user-${number}`, data: { name: `User ${number}`, born: 1900 + (number % 100), city: "London", tags: ["a", "b"] } };
  }
}

/** As one writes it: so many batches at a time, then as many again. */
async function inLoop(client) {
  let batches = [], batch = [];
  const flush = async () => {
    await Promise.all(batches.map((it) => client.addUsers(it, false)));
    batches = [];
  };
  for (const user of source()) {
    if (batch.push(user) < BATCH) continue;
    batches.push(batch);
    batch = [];
    if (batches.length === AT_ONCE) await flush();
  }
  if (batch.length > 0) batches.push(batch);
  await flush();
}

const api = contestant === "ours" ? await import(entry) : (await import("getstream")).default;
const { client } = contestant === "ours" ? ours(api, base) : getstream(api, base);
// The connection, and what is loaded late, are not the import's.
await client.addUsers([record("warm-up", {})], false);

const isThere = contestant !== "ours" || typeof client.users.import === "function";
answerWith({ isThere }, async () => {
  const before = process.memoryUsage.rss();
  const { cpu, wall } = await metered(() => (contestant === "ours" ? client.users.import(source()) : inLoop(client)));
  return { cpu, wall, peak: Math.max(0, process.resourceUsage().maxRSS * 1_024 - before) };
});
