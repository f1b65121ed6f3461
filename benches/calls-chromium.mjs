// Whole calls in Chromium, against a server of the same machine and of the page's own origin.

import { startBrowser } from "../tests/support/browser.mjs";
import { kinds } from "./calls.mjs";
import { openPage } from "./support/pages.mjs";
import { inTurns } from "./support/stats.mjs";
import { compared, NAMES, ratioChart, spread, table } from "./support/tables.mjs";

const CONTESTANTS = ["ours", "getstream", "raw"];

export const title = "Whole calls in Chromium";

export async function run({ rounds, quick, seed, service }) {
  const browser = await startBrowser();
  const pages = {};
  for (const contestant of CONTESTANTS) pages[contestant] = await openPage(browser, service, contestant);
  const rows = [], bars = [], goals = [];
  for (const { label, ...kind } of kinds()) {
    const calls = quick ? 32 : kind.concurrency === 128 ? 384 : 128;
    const ask = (page) => () => page.ask("makeCalls", { ...kind, calls });
    const contestants = Object.fromEntries(CONTESTANTS.map((name) => [name, ask(pages[name])]));
    const measured = await inTurns(contestants, { rounds, seed });
    const { ratios, medians } = compared(measured, "wall", CONTESTANTS);
    rows.push([
      label, ...medians.map((wall) => wall.toFixed(0)), spread(ratios.raw), spread(ratios.getstream),
      ...medians.map((wall) => (1e6 / wall).toFixed(0)),
    ]);
    if (kind.concurrency === 1) {
      bars.push([label, ratios.getstream]);
      goals.push({ goal: 6, what: `${label}, against getstream`, ratio: ratios.getstream, limit: 0.8 });
    }
    goals.push({ goal: 6, what: `${label}, against \`fetch\``, ratio: ratios.raw, limit: 1.05 });
  }
  await browser.close();
  const names = CONTESTANTS.map((name) => NAMES[name]);
  return {
    about: "Microseconds of time for each call, and calls a second: the browser makes the requests in a process of its own, " +
      "so that the page's CPU would tell little. It has at most six connections to a server, so that 16 and 128 at a time " +
      "differ little.",
    tables: [
      table(
        [
          "", ...names.map((name) => `${name}, µs`), "against `fetch`", "against getstream",
          ...names.map((name) => `${name}, calls/s`),
        ],
        rows,
      ),
    ],
    charts: [ratioChart("calls-chromium", "Time of a whole call in Chromium, one at a time", bars)],
    goals,
  };
}
