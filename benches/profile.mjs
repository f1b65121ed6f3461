// Where the CPU of a call goes.

import { profile } from "./support/profile.mjs";
import { NAMES, table } from "./support/tables.mjs";

const get = { operation: "get" };
const create = { operation: "create", bytes: 100 };
const itself = { worker: "caller", args: { stub: "with length" } };

/** What is profiled: a worker of `workers/`, what it is given and asked, and for whom. */
const CASES = [
  {
    label: "The client itself, nothing sent: get", ...itself, contestants: ["ours", "ofetch", "timed"],
    ask: (calls) => [{ ...get, calls: calls * 2, concurrency: 1 }],
  },
  {
    label: "The client itself, nothing sent: create 0.1 kB", ...itself, contestants: ["ours", "ofetch", "getstream"],
    ask: (calls) => [{ ...create, calls: calls * 2, concurrency: 1 }],
  },
  {
    label: "Validation: 2 kB", worker: "validator", contestants: ["ours"],
    ask: (calls) => [{ how: "validate", bytes: 2_000, times: calls * 2 }],
  },
  {
    label: "A whole call: create 0.1 kB, 16 at a time", worker: "caller", contestants: ["ours", "getstream", "timed"],
    ask: (calls) => [{ ...create, calls: calls / 2, concurrency: 16 }],
  },
  { label: "Cold start, to the first call", worker: "starter", contestants: ["ours", "raw"], ask: () => [] },
];

export const title = "Where the time goes";

export async function run({ quick, entry, service }) {
  const tables = [];
  for (const { label, worker, contestants, args, ask } of CASES) {
    for (const contestant of contestants) {
      const given = { base: service.first.url, entry, contestant, ...args };
      const found = await profile(worker, given, ask(quick ? 1_000 : 20_000));
      const rows = found.map(([name, share]) => [`\`${name}\``, `${(share * 100).toFixed(1)} %`]);
      tables.push(`${label}: ${NAMES[contestant]}`, table(["function", "share"], rows));
    }
  }
  return {
    about: "The functions with the most time of their own, in CPU profiles of V8's. `WebAssembly` is the module as a whole; what runs " +
      "outside of JavaScript, as sockets do, is `(program)`.",
    tables, charts: [], goals: [],
  };
}
