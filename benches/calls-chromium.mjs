// Whole calls in Chromium, against a server of the same machine and of the page's own origin.

import { startBrowser } from "../tests/support/browser.mjs";
import { kinds } from "./calls.mjs";
import { openPage } from "./support/pages.mjs";
import { column, inTurns } from "./support/stats.mjs";
import { compared, CONTESTANTS, contestantChart, NAMES, PEERS, spread, table } from "./support/tables.mjs";

export const title = "Whole calls in Chromium";

export async function run({ rounds, quick, seed, service }) {
  const browser = await startBrowser();
  const pages = {};
  for (const contestant of CONTESTANTS) pages[contestant] = await openPage(browser, service, contestant);
  const times = [], ratiosOf = [], groups = [], goals = [];
  for (const { label, ...kind } of kinds([1, 16])) {
    const calls = quick ? 32 : kind.concurrency * 6 + 64;
    const contestants = CONTESTANTS.map((name) => [name, () => pages[name].ask("makeCalls", { ...kind, calls })]);
    const measured = await inTurns(Object.fromEntries(contestants), { rounds, seed, warmUp: quick ? 1 : 2 });
    const { ratios, medians } = compared(measured, "wall", CONTESTANTS);
    times.push([label, ...medians.map((wall) => wall.toFixed(0))]);
    ratiosOf.push([label, ...PEERS.map((peer) => spread(ratios[peer]))]);
    goals.push({ goal: "chromium-timed", what: label, ratio: ratios.timed, limit: 1.05 });
    if (kind.concurrency === 1 && !(kind.bytes > 100)) {
      groups.push([label, Object.fromEntries(CONTESTANTS.map((name) => [name, column(measured[name], "wall")]))]);
    }
  }
  await browser.close();
  return {
    about: "The browser makes the requests in a process of its own, so that the page's CPU would tell little: this is time. It has " +
      "at most six connections to a server, so that more at a time than 16 differ little.",
    tables: [
      "Microseconds for each call:", table(["", ...CONTESTANTS.map((name) => NAMES[name])], times),
      "The same of user-handle, as a ratio to that of each peer:", table(["", ...PEERS.map((name) => NAMES[name])], ratiosOf),
    ],
    charts: [contestantChart("calls-chromium", "Time of a whole call in Chromium", "µs for each call", groups)],
    goals,
  };
}
