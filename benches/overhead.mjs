// What the client itself costs in Node: the CPU of a call whose answer is there at once, and has to be read as any other.

import { SIZES } from "./support/payload.mjs";
import { startWorker } from "./support/processes.mjs";
import { column, inTurns } from "./support/stats.mjs";
import { compared, CONTESTANTS, contestantChart, NAMES, PEERS, spread, table } from "./support/tables.mjs";

const GET = { label: "get", operation: "get" };
const creates = Object.entries(SIZES).map(([size, bytes]) => ({ label: `create ${size}`, operation: "create", bytes }));
const SMALL = [GET, creates[0]];

/** How the answers come, and what is called then. Compressed ones need a server. */
const PLACES = [
  { answer: "with length", stub: "with length", kinds: [GET, ...creates] },
  { answer: "chunked", stub: "chunked", kinds: SMALL },
  { answer: "gzip, from a server", kinds: SMALL },
];

const LIMITS = { ofetch: 0.8, ky: 0.45, getstream: 0.6 };

export const title = "What the client itself costs";

export async function run({ rounds, quick, seed, entry, service }) {
  const times = [], ratiosOf = [], groups = [], goals = [];
  await service.ask({ gzip: true });
  for (const { answer, stub, kinds } of PLACES) {
    const workers = {};
    for (const contestant of CONTESTANTS) {
      workers[contestant] = await startWorker("caller", { contestant, base: service.first.url, stub, entry });
    }
    for (const { label, ...kind } of kinds) {
      const calls = quick ? 100 : !stub ? 300 : kind.bytes > 1_000 ? 800 : 2_000;
      const ask = (name) => [name, () => workers[name].ask({ ...kind, calls, concurrency: 1 })];
      const measured = await inTurns(Object.fromEntries(CONTESTANTS.map(ask)), { rounds, seed, warmUp: quick ? 1 : 3 });
      const { ratios, medians } = compared(measured, "cpu", CONTESTANTS);
      const what = `${label}, ${answer}`;
      times.push([what, ...medians.map((cpu) => cpu.toFixed(1))]);
      ratiosOf.push([what, ...PEERS.map((peer) => spread(ratios[peer]))]);
      if (!stub || kind.bytes > SIZES["0.1 kB"]) continue;
      groups.push([what, Object.fromEntries(CONTESTANTS.map((name) => [name, column(measured[name], "cpu")]))]);
      for (const [peer, limit] of Object.entries(LIMITS)) goals.push({ goal: `own-${peer}`, what, ratio: ratios[peer], limit });
    }
    for (const worker of Object.values(workers)) await worker.stop();
  }
  await service.ask({});
  return {
    about: "Node, one call at a time. Nothing is sent, but for the answers with gzip: a stub of `fetch` gives a real `Response` " +
      "at once, with its length in a header or chunked, as a stream of unknown length; and in place of its adapter getstream's " +
      "axios has one that reads the text of such a `Response`. What making and reading it takes is in all numbers. Compressed " +
      "answers come from a server on the same machine, so that the whole call is in them, getstream's through its own adapter.",
    tables: [
      "Microseconds of CPU for each call:",
      table(["", ...CONTESTANTS.map((name) => NAMES[name])], times),
      "The same of user-handle, as a ratio to that of each peer:",
      table(["", ...PEERS.map((name) => NAMES[name])], ratiosOf),
    ],
    charts: [contestantChart("overhead", "CPU of the client itself, nothing sent", "µs of CPU for each call", groups)],
    goals,
  };
}
