// An import of many users, against getstream's batches in a loop.

import { startWorker } from "./support/processes.mjs";
import { column, inTurns, ratio, summary } from "./support/stats.mjs";
import { NAMES, spread, table } from "./support/tables.mjs";

const CONTESTANTS = ["ours", "getstream"];
/**
 * Of a service that answers at once, and of one across a network: least and most milliseconds to an answer, and how many times as
 * fast as getstream is aimed at.
 */
const SERVICES = {
  "an answer at once": { latency: [0, 0], goal: 1.5 },
  "an answer in 20 to 100 ms": { latency: [20, 100], goal: 1.6 },
};

export const title = "Import";

export async function run({ rounds, quick, seed, entry, service }) {
  const users = quick ? 10_000 : 100_000;
  const base = service.first.url;
  const once = async (contestant) => {
    const worker = await startWorker("importer", { contestant, base, entry, users });
    const found = worker.first.isThere ? await worker.ask({}) : undefined;
    await worker.stop();
    return found;
  };
  const about = `${users} users, read from a generator; getstream: \`addUsers\` of 1 000, 16 of them at a time with ` +
    "`Promise.all`, then the next 16. A new process each time; memory is the most that it held above what it held before.";
  if ((await once("ours")) === undefined) {
    return { about: `${about}\n\nThis build has no \`client.users.import\`: not measured.`, tables: [], charts: [], goals: [] };
  }
  const rows = [], bars = [], goals = [];
  for (const [label, { latency, goal }] of Object.entries(SERVICES)) {
    await service.ask({ latency });
    const contestants = Object.fromEntries(CONTESTANTS.map((name) => [name, () => once(name)]));
    const measured = await inTurns(contestants, { rounds, seed, warmUp: 0 });
    const of = (name, key) => column(measured[name], key);
    const faster = ratio(of("getstream", "wall"), of("ours", "wall"));
    const memory = ratio(of("ours", "peak"), of("getstream", "peak"));
    const cpu = ratio(of("ours", "cpu"), of("getstream", "cpu"));
    const perSecond = (name) => (users / (summary(of(name, "wall")).median / 1e6)).toFixed(0);
    const peak = (name) => (summary(of(name, "peak")).median / 1e6).toFixed(0);
    rows.push([label, ...CONTESTANTS.map(perSecond), spread(faster), spread(cpu), ...CONTESTANTS.map(peak), spread(memory)]);
    bars.push({ label: `users a second, ${label}`, value: faster.median, ...faster });
    bars.push({ label: `peak memory, ${label}`, value: memory.median, ...memory });
    goals.push({ goal: "import-speed", what: `times as fast, ${label}`, ratio: faster, limit: goal, isAtLeast: true });
    goals.push({ goal: "import-memory", what: `peak memory, ${label}`, ratio: memory, limit: 0.5 });
  }
  await service.ask({});
  const each = (what) => CONTESTANTS.map((name) => `${NAMES[name]}, ${what}`);
  return {
    about,
    tables: [
      table(
        ["", ...each("users/s"), "times as fast", "CPU against getstream", ...each("peak MB"), "memory against getstream"],
        rows,
      ),
    ],
    charts: [
      {
        name: "import", title: `Import of ${users} users`, bars, rule: 1,
        note: "ratio to getstream's (1, the dashed line); more users a second, and less memory, is better",
      },
    ],
    goals,
  };
}
