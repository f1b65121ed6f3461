// What is held after very many calls, and by handles that nobody frees.

import { startWorker } from "./support/processes.mjs";
import { table } from "./support/tables.mjs";

const exact = (value) => ({ median: value, low: value, high: value });
const kB = (bytes) => (bytes / 1_024).toFixed(0);
const MB = (bytes) => (bytes / 1e6).toFixed(1);

export const title = "Memory";

export async function run({ quick, long, entry }) {
  const calls = quick ? 20_000 : long ? 1_000_000 : 200_000;
  const kept = quick ? 100_000 : 1_000_000;
  const rows = [], goals = [];
  const steps = [["at the start", undefined], [`after ${calls / 10} calls`, { calls: calls / 10, kept: 0 }],
    [`after ${calls} more`, { calls, kept: 0 }], [`with ${kept} handles kept`, { calls: 0, kept }]];
  const found = {};
  for (const contestant of ["ours", "getstream"]) {
    const worker = await startWorker("holder", { contestant, entry });
    found[contestant] = [worker.first];
    for (const [, step] of steps.slice(1)) found[contestant].push(await worker.ask(step));
    await worker.stop();
  }
  steps.forEach(([label], at) => {
    const [own, other] = [found.ours[at], found.getstream[at]];
    rows.push([label, kB(own.linear), MB(own.heap), MB(other.heap), (own.heap / other.heap).toFixed(2)]);
  });
  const [start, warm, , last] = found.ours.map(({ linear }) => linear);
  goals.push({ goal: "memory", what: "linear memory at the start, kB", ratio: exact(start / 1_024), limit: 256 });
  goals.push({ goal: "memory", what: "linear memory at the end, MB", ratio: exact(last / 1_048_576), limit: 2 });
  goals.push({ goal: "memory", what: "linear memory at the end, against after the first calls", ratio: exact(last / warm), limit: 1 });
  return {
    about: "Half of the calls are `get`s and half are `create`s of 2 kB, 16 at a time, with a transport that answers at once; " +
      "memory after a collection. `cargo xtask memory` makes a million calls against the real server.",
    tables: [table(["", "linear memory, kB", "heap, MB", "getstream's heap, MB", "heap against getstream"], rows)],
    charts: [],
    goals,
  };
}
