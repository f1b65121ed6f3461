// The report: Markdown, a chart for each main result, and the numbers for a later run that measures only a part anew.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { chart } from "./chart.mjs";
import { goalsReport } from "./goals.mjs";

const INTRODUCTION = `# Benchmarks

Made by \`cargo xtask bench --write\`; \`cargo xtask bench NAME\` measures a part. The peers are what people would pick instead:
\`getstream\`, Stream's own client; \`ky\` and \`ofetch\`, with a timeout, two retries and the headers set up; and \`fetch\` by hand, with
an \`AbortController\` and a timer, or bare: without checks, timeouts or retries, which is as little as there can be.

Each ratio is one of a run in which the contestants take turns, in an order that is drawn for each round, each in a process or page of
its own; it is taken round by round, and what is shown is the median, with the quartiles in brackets. A ratio under 1 is less than the
peer's. Numbers that are no ratios are those of the machine, and of the load that it was under, which each part tells. Whole calls
are noisy: how far apart two equals were is told where they are. What the server bears is in [another report](load.md).`;

/** Everything but the charts. `results` are by name, in the order in which they are shown. */
export function markdown(results) {
  const all = Object.entries(results);
  const goals = all.flatMap(([, result]) => result.goals);
  const parts = all.map(([name, result]) => [
    `## ${result.title}`, result.about, ...result.charts.map((it) => `![${it.title}](benchmarks/${it.name}.svg)`), ...result.tables,
    `\`cargo xtask bench ${name}\`: ${result.rounds} rounds, ${result.machine}`,
  ].join("\n\n"));
  return `${[INTRODUCTION, "## The goals", goalsReport(goals), ...parts].join("\n\n")}\n`;
}

/** Writes the report into `folder`; what was not measured now stays as it was measured last. */
export function writeReport(folder, measured, order) {
  const charts = join(folder, "benchmarks");
  mkdirSync(charts, { recursive: true });
  const file = join(charts, "results.json");
  const before = readResults(file);
  // Rounded first: the report is what the numbers that are kept make.
  const all = { ...before, ...JSON.parse(JSON.stringify(measured, rounded)) };
  const results = Object.fromEntries(order.filter((name) => all[name]).map((name) => [name, all[name]]));
  for (const [name, result] of Object.entries(results)) {
    for (const old of before[name]?.charts ?? []) rmSync(join(charts, `${old.name}.svg`), { force: true });
    for (const it of result.charts) writeFileSync(join(charts, `${it.name}.svg`), chart(it));
  }
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(folder, "benchmarks.md"), markdown(results));
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}

/** Four digits: the others are noise, and each would be a line of the next difference. */
const rounded = (_, value) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);
