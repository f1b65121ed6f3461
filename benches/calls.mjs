// Whole calls in Node, against a server of the same machine: what they take of CPU and of time.

import { SIZES } from "./support/payload.mjs";
import { startWorker } from "./support/processes.mjs";
import { column, inTurns, ratio } from "./support/stats.mjs";
import { compared, CONTESTANTS, contestantChart, NAMES, PEERS, spread, table } from "./support/tables.mjs";

const AT_ONCE = [1, 16, 128];
/** Of the CPU, against each peer. */
const LIMITS = { timed: 1.1, ofetch: 1 };

export const title = "Whole calls in Node";

/** The kinds of calls, here and in the browser. */
export function kinds(atOnce) {
  const found = [];
  for (const concurrency of atOnce) {
    found.push({ label: `get, ${concurrency} at a time`, operation: "get", concurrency });
    for (const [size, bytes] of Object.entries(SIZES)) {
      found.push({ label: `create ${size}, ${concurrency} at a time`, operation: "create", bytes, concurrency });
    }
  }
  return found;
}

export async function run({ rounds, quick, seed, entry, service }) {
  const start = (contestant) => startWorker("caller", { contestant, base: service.first.url, entry });
  const workers = {};
  for (const contestant of CONTESTANTS) workers[contestant] = await start(contestant);
  // A second process of the same: how far a ratio of equals is from 1.
  workers.again = await start("raw");
  const cpuTimes = [], perSecond = [], cpuRatios = [], wallRatios = [], groups = [], goals = [], equals = [];
  for (const { label, ...kind } of kinds(AT_ONCE)) {
    const calls = quick ? 64 : kind.concurrency === 128 ? 384 : 256;
    const names = kind.concurrency === 16 ? [...CONTESTANTS, "again"] : CONTESTANTS;
    const contestants = names.map((name) => [name, () => workers[name].ask({ ...kind, calls })]);
    const measured = await inTurns(Object.fromEntries(contestants), { rounds, seed, warmUp: quick ? 1 : 3 });
    if (measured.again) equals.push(spread(ratio(column(measured.again, "cpu"), column(measured.raw, "cpu"))));
    const cpu = compared(measured, "cpu", CONTESTANTS);
    const wall = compared(measured, "wall", CONTESTANTS);
    cpuTimes.push([label, ...cpu.medians.map((it) => it.toFixed(0))]);
    perSecond.push([label, ...wall.medians.map((it) => (1e6 / it).toFixed(0))]);
    cpuRatios.push([label, ...PEERS.map((peer) => spread(cpu.ratios[peer]))]);
    wallRatios.push([label, ...PEERS.map((peer) => spread(wall.ratios[peer]))]);
    if (kind.concurrency === 16 && !(kind.bytes > 100)) {
      groups.push([label, Object.fromEntries(CONTESTANTS.map((name) => [name, column(measured[name], "cpu")]))]);
    }
    for (const [peer, limit] of Object.entries(LIMITS)) goals.push({ goal: `node-${peer}`, what: label, ratio: cpu.ratios[peer], limit });
  }
  for (const worker of Object.values(workers)) await worker.stop();
  const all = ["", ...CONTESTANTS.map((name) => NAMES[name])];
  const peers = ["", ...PEERS.map((name) => NAMES[name])];
  return {
    about: "The server is a process of its own. CPU is that of the client's process; it and calls a second depend on what else " +
      "the machine does, the ratios far less. How much they do: a second process of bare `fetch` against the first, at the four " +
      `kinds of calls 16 at a time, took of CPU ${equals.join(", ")}.`,
    tables: [
      "Microseconds of CPU for each call:", table(all, cpuTimes),
      "The same of user-handle, as a ratio to that of each peer:", table(peers, cpuRatios),
      "Calls a second:", table(all, perSecond),
      "Time of user-handle, as a ratio to that of each peer:", table(peers, wallRatios),
    ],
    charts: [contestantChart("calls-node", "CPU of a whole call in Node", "µs of CPU for each call", groups)],
    goals,
  };
}
