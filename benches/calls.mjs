// Whole calls in Node, against a server of the same machine: what they take of CPU and of time.

import { column, inTurns, ratio } from "./support/stats.mjs";
import { startWorker } from "./support/processes.mjs";
import { SIZES } from "./support/payload.mjs";
import { compared, NAMES, ratioChart, spread, table } from "./support/tables.mjs";

const CONTESTANTS = ["ours", "getstream", "raw"];
export const AT_ONCE = [1, 16, 128];

export const title = "Whole calls in Node";

/** The kinds of calls, here and in the browser. */
export function kinds() {
  const found = [];
  for (const concurrency of AT_ONCE) {
    found.push({ label: `get, ${concurrency} at a time`, operation: "get", concurrency });
    for (const [size, bytes] of Object.entries(SIZES)) {
      found.push({ label: `create ${size}, ${concurrency} at a time`, operation: "create", bytes, concurrency });
    }
  }
  return found;
}

export async function run({ rounds, quick, seed, entry, service }) {
  const workers = {};
  for (const contestant of CONTESTANTS) {
    workers[contestant] = await startWorker("caller", { contestant, base: service.first.url, entry });
  }
  // A second process of the same: how far a ratio of equals is from 1.
  workers.again = await startWorker("caller", { contestant: "raw", base: service.first.url, entry });
  const rows = [], bars = [], goals = [], equals = [];
  for (const { label, ...kind } of kinds()) {
    const calls = quick ? 64 : kind.concurrency === 128 ? 512 : 320;
    const ask = (worker) => () => worker.ask({ ...kind, calls });
    const names = kind.concurrency === 16 ? [...CONTESTANTS, "again"] : CONTESTANTS;
    const contestants = Object.fromEntries(names.map((name) => [name, ask(workers[name])]));
    const measured = await inTurns(contestants, { rounds, seed });
    if (measured.again) equals.push(spread(ratio(column(measured.again, "cpu"), column(measured.raw, "cpu"))));
    const cpu = compared(measured, "cpu", CONTESTANTS);
    const wall = compared(measured, "wall", CONTESTANTS);
    rows.push([
      label, ...cpu.medians.map((it) => it.toFixed(0)), spread(cpu.ratios.raw), spread(cpu.ratios.getstream),
      ...wall.medians.map((it) => (1e6 / it).toFixed(0)), spread(wall.ratios.getstream),
    ]);
    if (kind.concurrency === 16) bars.push([label, cpu.ratios.getstream]);
    goals.push({ goal: 5, what: `${label}, against \`fetch\``, ratio: cpu.ratios.raw, limit: 1.15 });
    const limit = kind.operation === "get" ? 0.85 : 1.05;
    goals.push({ goal: 5, what: `${label}, against getstream`, ratio: cpu.ratios.getstream, limit });
  }
  for (const worker of Object.values(workers)) await worker.stop();
  const names = CONTESTANTS.map((name) => NAMES[name]);
  return {
    about: "The server is a process of its own. Microseconds of CPU of the client's process for each call, and calls a " +
      "second; " +
      "both depend on what else the machine does, the ratios far less. " +
      "How much they do: a second process of `fetch` by hand against the first, at the four kinds of calls 16 at a time, " +
      `took of CPU ${equals.join(", ")}.`,
    tables: [
      table(
        [
          "", ...names.map((name) => `${name}, µs`), "CPU against `fetch`", "CPU against getstream",
          ...names.map((name) => `${name}, calls/s`), "time against getstream",
        ],
        rows,
      ),
    ],
    charts: [ratioChart("calls-node", "CPU of a whole call in Node, 16 at a time", bars)],
    goals,
  };
}
