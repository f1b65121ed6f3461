// The first call of a page on a slow network, where each kB of a client has to be waited for.

import { startBrowser } from "../tests/support/browser.mjs";
import { startPage } from "./support/pages.mjs";
import { column, inTurns, summary } from "./support/stats.mjs";
import { compared, CONTESTANTS, contestantChart, NAMES, spread, table } from "./support/tables.mjs";

/** What a mid-range phone has on a slow 4G network, as Lighthouse takes it: bytes a second, and ms of latency. */
const NETWORK = { offline: false, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8, latency: 150 };

export const title = "First call of a page on a slow network";

export async function run({ rounds, seed, service }) {
  const browser = await startBrowser();
  const contestants = CONTESTANTS.map((name) => [name, () => startPage(browser, service, name, NETWORK)]);
  const measured = await inTurns(Object.fromEntries(contestants), { rounds, seed });
  await browser.close();
  const { ratios } = compared(measured, "first", CONTESTANTS);
  const ms = (name, key) => column(measured[name], key).map((value) => value / 1_000);
  const rows = CONTESTANTS.map((name) => {
    const { median, low, high } = summary(ms(name, "first"));
    return [
      NAMES[name], summary(ms(name, "load")).median.toFixed(0),
      `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`, ratios[name] ? spread(ratios[name]) : "",
    ];
  });
  const goal = (name, peer, limit) => ({ goal: name, what: `first call, against ${NAMES[peer]}`, ratio: ratios[peer], limit });
  return {
    about: "Chromium, slowed down through its devtools protocol: 1.6 Mbit/s down, 0.75 up, 150 ms of latency for each request. " +
      "A page without a cache, its script built by esbuild and sent as brotli 11; page, script and API come from one server. " +
      "Counted from the navigation to the end of a `get`. The last column is user-handle's as a ratio to that of the line.",
    tables: [table(["", "script has run, ms", "first call, ms", "ratio"], rows)],
    charts: [
      contestantChart("slow-network", "First call of a page on a slow network", "ms; 1.6 Mbit/s, 150 ms, nothing cached", [
        ["", Object.fromEntries(CONTESTANTS.map((name) => [name, ms(name, "first")]))],
      ]),
    ],
    goals: [goal("slow-getstream", "getstream", 0.8), goal("slow-ky", "ky", 1.1)],
  };
}
