// A thousand `get`s at the same time, which gathering makes into few requests.

import { startWorker } from "./support/processes.mjs";
import { column, inTurns, ratio } from "./support/stats.mjs";
import { compared, NAMES, spread, table } from "./support/tables.mjs";

const CONTESTANTS = ["ours", "getstream", "raw"];
const CALLS = 1_000;

export const title = "A thousand reads at the same time";

export async function run({ rounds, seed, entry, service }) {
  const base = service.first.url;
  const workers = {};
  for (const contestant of CONTESTANTS) {
    const options = contestant === "ours" ? { gather: true } : undefined;
    workers[contestant] = await startWorker("caller", { contestant, base, entry, options });
  }
  const ask = (worker) => () => worker.ask({ operation: "get", calls: CALLS, concurrency: CALLS });
  await service.ask({});
  await ask(workers.ours)();
  const { requests } = await service.ask({});
  const contestants = Object.fromEntries(CONTESTANTS.map((name) => [name, ask(workers[name])]));
  const measured = await inTurns(contestants, { rounds, seed });
  for (const worker of Object.values(workers)) await worker.stop();
  const { medians } = compared(measured, "wall", CONTESTANTS);
  const faster = ratio(column(measured.getstream, "wall"), column(measured.ours, "wall"));
  const cpu = compared(measured, "cpu", CONTESTANTS).ratios.getstream;
  const isThere = requests < CALLS / 2;
  const rows = CONTESTANTS.map((name, at) =>
    [NAMES[name], (1e6 / medians[at]).toFixed(0), ...(name === "ours" ? [spread(faster), spread(cpu)] : ["", ""])]);
  const bars = [
    { label: isThere ? "user-handle, gathering" : "user-handle", value: faster.median, ...faster },
    { label: "getstream", value: 1, isPeer: true },
  ];
  return {
    about: `${CALLS} \`get\`s of different users at the same time, in Node; with \`gather: true\` ours sent ${requests} ` +
      "requests." +
      (isThere ? "" : " This build does not gather: what is measured is what single requests do."),
    tables: [table(["", "calls/s", "times getstream's", "CPU against getstream"], rows)],
    charts: [
      {
        name: "gather", title: "A thousand reads at the same time", bars, rule: 1,
        note: "calls a second, as a ratio to getstream's (1, the dashed line); more is better",
      },
    ],
    goals: isThere ? [{ goal: "gather", what: "times getstream's calls a second", ratio: faster, limit: 20, isAtLeast: true }] : [],
  };
}
