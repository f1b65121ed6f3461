// Validation and writing of data against `JSON.stringify`, which only writes.

import { startBrowser } from "../tests/support/browser.mjs";
import { openPage } from "./support/pages.mjs";
import { SIZES } from "./support/payload.mjs";
import { startWorker } from "./support/processes.mjs";
import { column, inTurns, ratio, summary } from "./support/stats.mjs";
import { ratioChart, spread, table } from "./support/tables.mjs";

const GOALS = { Node: { "2 kB": 1.8, "9.9 kB": 2.2 }, Chromium: { "2 kB": 2.5, "9.9 kB": 2.5 } };

export const title = "Validation";

export async function run({ rounds, quick, seed, service, entry }) {
  const browser = await startBrowser();
  const page = await openPage(browser, service, "ours");
  const worker = await startWorker("validator", { entry });
  // The one thread of each works, so that in a page, which cannot ask for CPU time, time is much the same.
  const places = {
    Node: { ask: (kind) => worker.ask(kind), key: "cpu" },
    Chromium: { ask: (kind) => page.ask("validate", kind), key: "wall" },
  };
  const rows = [], bars = [], goals = [];
  for (const [place, { ask, key }] of Object.entries(places)) {
    for (const [size, bytes] of Object.entries(SIZES)) {
      const times = quick ? 500 : bytes > 5_000 ? 2_000 : bytes > 1_000 ? 5_000 : 50_000;
      const contestants = {
        ours: () => ask({ how: "validate", bytes, times }),
        empty: () => ask({ how: "validate", bytes: 0, times }),
        stringify: () => ask({ how: "stringify", bytes, times }),
      };
      const measured = await inTurns(contestants, { rounds, seed, warmUp: 3 });
      const [ours, empty, stringify] = ["ours", "empty", "stringify"].map((name) => column(measured[name], key));
      const own = ours.map((value, round) => value - empty[round]);
      const found = ratio(own, stringify);
      const ns = (values) => (summary(values).median * 1_000).toFixed(0);
      rows.push([`${place}, ${size}`, ns(own), ns(stringify), spread(found)]);
      bars.push([`${place}, ${size}`, found]);
      if (GOALS[place][size]) goals.push({ goal: "validation", what: `${place}, ${size}`, ratio: found, limit: GOALS[place][size] });
    }
  }
  await worker.stop();
  await browser.close();
  return {
    about: "Nanoseconds for the data of one user. Ours is what data adds to a `create` whose signal has fired, so that " +
      "everything is checked and written and nothing is sent. CPU in Node; in Chromium time, of a page that does nothing else.",
    tables: [table(["", "validate and write, ns", "`JSON.stringify`, ns", "ratio"], rows)],
    charts: [ratioChart("validation", "Validating and writing data", bars, "JSON.stringify, which only writes")],
    goals,
  };
}
