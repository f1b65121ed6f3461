// From the start of a process, or of a page, to the first call.

import { startBrowser } from "../tests/support/browser.mjs";
import { startPage } from "./support/pages.mjs";
import { startWorker } from "./support/processes.mjs";
import { column, inTurns, ratio, summary } from "./support/stats.mjs";
import { CONTESTANTS, contestantChart, NAMES, spread, table } from "./support/tables.mjs";

export const title = "Cold start";

const ms = (values) => (summary(values).median / 1_000).toFixed(1);

export async function run({ rounds, seed, service, entry }) {
  const base = service.first.url;
  const inTurnsOf = (names, measure) =>
    inTurns(Object.fromEntries(names.map((contestant) => [contestant, () => measure(contestant)])), { rounds, seed });

  const node = await inTurnsOf(["empty", ...CONTESTANTS], async (contestant) => {
    const worker = await startWorker("starter", { contestant, base, entry });
    await worker.stop();
    return worker.first;
  });
  const browser = await startBrowser();
  const chromium = await inTurnsOf(CONTESTANTS, (contestant) => startPage(browser, service, contestant));
  await browser.close();

  const against = (measured, name, key) =>
    (name === "ours" || name === "empty" ? "" : spread(ratio(column(measured.ours, key), column(measured[name], key))));
  const cells = (measured, name, keys) => keys.map((key) => ms(column(measured[name], key)));
  const inNode = ["empty", ...CONTESTANTS].map((name) => [
    NAMES[name] ?? "no client, no call", ...cells(node, name, ["load", "cpu", "wall"]), against(node, name, "cpu"), against(node, name, "wall"),
  ]);
  const inChromium = CONTESTANTS.map((name) =>
    [NAMES[name], ...cells(chromium, name, ["load", "first"]), against(chromium, name, "first")]);
  const first = (peer) => ratio(column(node.ours, "cpu"), column(node[peer], "cpu"));
  const milliseconds = (measured, key) =>
    Object.fromEntries(CONTESTANTS.map((name) => [name, column(measured[name], key).map((value) => value / 1_000)]));
  return {
    about: "Node: a new process each time. Load is the CPU of `import` (of getstream `require`, which is faster), a client and a " +
      "handle, which starts the module; the first call is a `create`, counted from the start of the process. Chromium: a page " +
      "without a cache, its script built by esbuild, counted from the navigation to the end of a `get`; the server is on the " +
      "same machine. The last columns are user-handle's first call as a ratio to that of the line.",
    tables: [
      table(["Node", "load, ms of CPU", "first call, ms of CPU", "first call, ms", "ratio of CPU", "ratio of time"], inNode),
      table(["Chromium", "load, ms", "first call, ms", "ratio"], inChromium),
    ],
    charts: [
      contestantChart("cold-start", "Cold start, to the first call", "ms, in Node of CPU", [
        ["Node", milliseconds(node, "cpu")], ["Chromium", milliseconds(chromium, "first")],
      ]),
    ],
    goals: [
      {
        goal: "load", what: "load in Node, against getstream (CommonJS)", limit: 0.1,
        ratio: ratio(column(node.ours, "load"), column(node.getstream, "load")),
      },
      ...["timed", "raw"].map((peer) =>
        ({ goal: "first-call", what: `CPU to the first call in Node, against ${NAMES[peer]}`, ratio: first(peer), limit: 1.05 })),
    ],
  };
}
