// What the client itself costs: the CPU of a call whose transport answers at once.

import { inTurns } from "./support/stats.mjs";
import { startWorker } from "./support/processes.mjs";
import { SIZES } from "./support/payload.mjs";
import { compared, NAMES, ratioChart, spread, table } from "./support/tables.mjs";

const CONTESTANTS = ["ours", "getstream", "raw"];
const LIMITS = { "get": 0.15, "create 0.1 kB": 0.15, "create 2 kB": 0.3, "create 9.9 kB": 0.7 };

export const title = "What the client itself costs";

export async function run({ rounds, quick, seed, entry }) {
  const kinds = { get: { operation: "get" } };
  for (const [size, bytes] of Object.entries(SIZES)) kinds[`create ${size}`] = { operation: "create", bytes };
  const workers = {};
  for (const contestant of CONTESTANTS) {
    workers[contestant] = await startWorker("caller", { contestant, base: "http://127.0.0.1:8099", stub: true, entry });
  }
  const rows = [], bars = [], goals = [];
  for (const [label, kind] of Object.entries(kinds)) {
    const calls = quick ? 300 : kind.bytes > 1_000 ? 2_000 : 5_000;
    const ask = (worker) => () => worker.ask({ ...kind, calls, concurrency: 1 });
    const contestants = Object.fromEntries(CONTESTANTS.map((name) => [name, ask(workers[name])]));
    const measured = await inTurns(contestants, { rounds, seed, warmUp: 3 });
    const { ratios, medians } = compared(measured, "cpu", CONTESTANTS);
    rows.push([label, ...medians.map((cpu) => cpu.toFixed(1)), spread(ratios.getstream)]);
    bars.push([label, ratios.getstream]);
    goals.push({ goal: 4, what: label, ratio: ratios.getstream, limit: LIMITS[label] });
  }
  for (const worker of Object.values(workers)) await worker.stop();
  return {
    about: "Nothing is sent: `fetch`, or the adapter of getstream's axios, gives the same small answer at once. " +
      "Node, one call at a time; microseconds of CPU for each call.",
    tables: [table(["", ...CONTESTANTS.map((name) => NAMES[name]), "against getstream"], rows)],
    charts: [ratioChart("overhead", "CPU of the client itself, nothing sent", bars)],
    goals,
  };
}
