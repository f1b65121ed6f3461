// `cargo xtask bench`: measures, and prints or writes the report.
//
//   --rounds N   rounds of each measurement, instead of each benchmark's own number
//   --quick      few rounds and few calls: whether everything runs
//   --long       a million calls for memory
//   --seed N     what the order of the turns is drawn from
//   --write      writes docs/evidence/benchmarks.md and its charts; without it the report is printed

import { cpus, loadavg } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { project } from "../tests/support/package.mjs";
import { temporaryFolder } from "../tests/support/temporary.mjs";
import { writePages } from "./support/pages.mjs";
import { startWorker } from "./support/processes.mjs";
import { markdown, writeReport } from "./support/report.mjs";

/** In the order of the report. The number is of rounds. */
const BENCHMARKS = {
  "download": 1, "overhead": 15, "long-data": 15, "validation": 15, "calls": 15, "calls-chromium": 15, "cold-start": 15,
  "slow-network": 15, "gather": 15, "import": 15, "memory": 1, "profile": 1,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" }, quick: { type: "boolean" }, long: { type: "boolean" }, write: { type: "boolean" },
    seed: { type: "string", default: "7" },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.find((name) => !(name in BENCHMARKS));
if (unknown) throw new Error(`there is no benchmark ${unknown}: there are ${Object.keys(BENCHMARKS).join(", ")}`);

const pages = temporaryFolder();
await writePages(pages);
const service = await startWorker("service", { pages });
const entry = pathToFileURL(join(project, "entry.js")).href;
const evidence = fileURLToPath(new URL("../docs/evidence", import.meta.url));
const note = values.quick ? " A quick run of few calls, which says little." : "";
const measured = {};
for (const name of names) {
  const benchmark = await import(`./${name}.mjs`);
  const rounds = values.rounds ? Number(values.rounds) : values.quick ? Math.min(3, BENCHMARKS[name]) : BENCHMARKS[name];
  const begin = Date.now();
  console.error(`bench: ${name}, ${rounds} rounds`);
  const before = loadavg()[0];
  const result = await benchmark.run({ rounds, quick: values.quick, long: values.long, seed: Number(values.seed), service, entry });
  const load = Math.max(before, loadavg()[0]).toFixed(1);
  const machine = `Node ${process.versions.node}, ${cpus().length} shared cores at a load of up to ${load}.${note}`;
  measured[name] = { title: benchmark.title, rounds, machine, ...result };
  console.error(`bench: ${name} took ${((Date.now() - begin) / 1_000).toFixed(0)} s`);
  // Each at once, so that a run that is stopped keeps what it has.
  if (values.write) writeReport(evidence, { [name]: measured[name] }, Object.keys(BENCHMARKS));
}
await service.stop();

if (!values.write) console.log(markdown(measured));
process.exit();
