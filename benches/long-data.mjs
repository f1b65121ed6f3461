// What the client itself costs where there is most to check and to write: a `create` of 9.9 kB, in three engines.

import { startBrowser } from "../tests/support/browser.mjs";
import { nodeOf } from "./support/nodes.mjs";
import { openPage } from "./support/pages.mjs";
import { SIZES } from "./support/payload.mjs";
import { startWorker } from "./support/processes.mjs";
import { column, inTurns } from "./support/stats.mjs";
import { compared, CONTESTANTS, contestantChart, NAMES, PEERS, spread, table } from "./support/tables.mjs";

const STUB = "with length";

export const title = "Long data";

/** A contestant in a Node of this major version. */
async function inNode(major, { contestant, entry, service }) {
  const given = { contestant, base: service.first.url, stub: STUB, entry };
  return startWorker("caller", given, { execPath: nodeOf(major) });
}

/** A contestant in a page. */
async function inChromium(browser, { contestant, service }) {
  const page = await openPage(browser, service, contestant);
  await page.ask("stub", STUB);
  return { ask: (kind) => page.ask("makeCalls", kind), stop: page.stop };
}

export async function run({ rounds, quick, seed, entry, service }) {
  const browser = await startBrowser();
  // The one thread of each works, so that in a page, which cannot ask for CPU time, time is much the same.
  const places = {
    "Node 20": { start: (given) => inNode(20, given), key: "cpu" },
    "Node 24": { start: (given) => inNode(24, given), key: "cpu" },
    Chromium: { start: (given) => inChromium(browser, given), key: "wall" },
  };
  const kind = { operation: "create", bytes: SIZES["9.9 kB"], calls: quick ? 200 : 800, concurrency: 1 };
  const times = [], ratiosOf = [], groups = [], goals = [];
  for (const [place, { start, key }] of Object.entries(places)) {
    const running = {};
    for (const contestant of CONTESTANTS) running[contestant] = await start({ contestant, entry, service });
    const contestants = CONTESTANTS.map((name) => [name, () => running[name].ask(kind)]);
    const measured = await inTurns(Object.fromEntries(contestants), { rounds, seed, warmUp: quick ? 1 : 3 });
    for (const one of Object.values(running)) await one.stop();
    const { ratios, medians } = compared(measured, key, CONTESTANTS);
    times.push([place, ...medians.map((it) => it.toFixed(1))]);
    ratiosOf.push([place, ...PEERS.map((peer) => spread(ratios[peer]))]);
    groups.push([place, Object.fromEntries(CONTESTANTS.map((name) => [name, column(measured[name], key)]))]);
    goals.push({ goal: "long", what: place, ratio: ratios.timed, limit: 1.5 });
  }
  await browser.close();
  return {
    about: "A `create` of 9.9 kB; nothing is sent, and the answer is a real `Response` with its length. CPU in Node; in Chromium " +
      "time, of a page that does nothing else.",
    tables: [
      "Microseconds for each call:", table(["", ...CONTESTANTS.map((name) => NAMES[name])], times),
      "The same of user-handle, as a ratio to that of each peer:", table(["", ...PEERS.map((name) => NAMES[name])], ratiosOf),
    ],
    charts: [contestantChart("long-data", "The client itself, create of 9.9 kB", "µs for each call", groups)],
    goals,
  };
}
