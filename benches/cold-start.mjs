// From the start of a process, or of a page, to the first call.

import { startBrowser } from "../tests/support/browser.mjs";
import { openPage } from "./support/pages.mjs";
import { startWorker } from "./support/processes.mjs";
import { column, inTurns, ratio, summary } from "./support/stats.mjs";
import { NAMES, ratioChart, spread, table } from "./support/tables.mjs";

const IN_NODE = ["empty", "raw", "ours", "getstream, required", "getstream, imported"];
const IN_CHROMIUM = ["ours", "getstream", "raw"];

export const title = "Cold start";

export async function run({ rounds, seed, service, entry }) {
  const base = service.first.url;
  const node = await inTurns(Object.fromEntries(IN_NODE.map((contestant) => [contestant, async () => {
    const worker = await startWorker("starter", { contestant, base, entry, until: "call" });
    await worker.stop();
    return worker.first;
  }])), { rounds, seed });
  const ms = (values) => (summary(values).median / 1_000).toFixed(1);
  const against = (name, peer, key) => spread(ratio(column(node[name], key), column(node[peer], key)));
  const loads = (name) => [ms(column(node[name], "load")), against(name, "getstream, required", "load")];
  const inNode = IN_NODE.map((name) => [
    NAMES[name] ?? name, ...(name === "empty" || name === "raw" ? ["", ""] : loads(name)), ms(column(node[name], "cpu")),
    ms(column(node[name], "wall")), against(name, "raw", "cpu"), against(name, "getstream, required", "cpu"),
  ]);

  const browser = await startBrowser();
  const pages = await inTurns(Object.fromEntries(IN_CHROMIUM.map((contestant) => [contestant, async () => {
    const page = await openPage(browser, service, contestant);
    const { first, load } = await page.began();
    await page.stop();
    return { first: first * 1_000, load: load * 1_000 };
  }])), { rounds, seed });
  await browser.close();
  const pageRatio = (name, peer, key) => ratio(column(pages[name], key), column(pages[peer], key));
  const inChromium = IN_CHROMIUM.map((name) => [
    NAMES[name], ms(column(pages[name], "load")), ms(column(pages[name], "first")),
    spread(pageRatio(name, "raw", "first")), spread(pageRatio(name, "getstream", "first")),
  ]);

  const load = ratio(column(node.ours, "load"), column(node["getstream, required"], "load"));
  const first = ratio(column(node.ours, "cpu"), column(node.raw, "cpu"));
  const bars = [
    ["Node, load", load],
    ["Node, to the first call", ratio(column(node.ours, "cpu"), column(node["getstream, required"], "cpu"))],
    ["Chromium, load", pageRatio("ours", "getstream", "load")],
    ["Chromium, to the first call", pageRatio("ours", "getstream", "first")],
  ];
  return {
    about: "Node: a new process each time. Load is the CPU of `import` or `require`, a client and a handle, which starts the " +
      "module; the first call is a `create`, counted from the start of the process. Chromium: a page without a cache, its " +
      "script built by esbuild, counted from the navigation on; the server is on the same machine, so that what a slow " +
      "network adds for each kB is not seen here.",
    tables: [
      table(
        [
          "Node", "load, ms of CPU", "against getstream", "first call, ms of CPU", "first call, ms", "CPU against `fetch`",
          "CPU against getstream",
        ],
        inNode,
      ),
      table(["Chromium", "load, ms", "first call, ms", "first call against `fetch`", "against getstream"], inChromium),
    ],
    charts: [ratioChart("cold-start", "Cold start", bars)],
    goals: [
      { goal: 8, what: "load in Node, against getstream (CommonJS)", ratio: load, limit: 0.1 },
      { goal: 8, what: "first call in Node, against `fetch`", ratio: first, limit: 1.05 },
    ],
  };
}
