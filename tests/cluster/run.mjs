// `cargo xtask cluster`: two servers on a PostgreSQL that fails over, while programs write and read. Every write that was
// acknowledged is there afterwards. It takes some four minutes, on Linux.
//
//   --only TEXT   the rows whose name has this text
//   --write       writes docs/evidence/cluster.md

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { page, table } from "./page.mjs";
import { Probe } from "./probe.mjs";
import { until } from "./processes.mjs";
import { rows } from "./rows.mjs";
import { Cluster, missing } from "./stack.mjs";
import { Workload, longestGap } from "./workload.mjs";

const { values } = parseArgs({ options: { only: { type: "string", default: "" }, write: { type: "boolean", default: false } } });

/** In milliseconds: how much longer than the database alone the servers should take no write, and may. */
const GOAL = 2_000;
const LIMIT = 10_000;

/** Does what the row says while programs write and read, and gives what came of it. */
async function result(cluster, { fault, act, through = "HAProxy" }, number) {
  await cluster.serve(through);
  await until("a stand-by replicates synchronously", () => cluster.isReplicated());
  const workload = new Workload(`${cluster.url}/api/`, `row-${number}`);
  const probe = new Probe(cluster);
  await Promise.all([workload.allSucceed(), probe.succeeds()]);
  const start = performance.now();
  await act(cluster, workload);
  await until("a stand-by replicates synchronously", () => cluster.isReplicated());
  await until("the servers are well", () => cluster.isServed());
  await Promise.all([workload.allSucceed(), probe.succeeds()]);
  const end = performance.now();
  await Promise.all([workload.stop(), probe.stop()]);

  const stored = new Map();
  for (const line of (await cluster.sql("users", "SELECT id, data FROM users")).trim().split("\n")) {
    const [id, data] = line.split("|");
    stored.set(id, JSON.parse(data).number);
  }
  workload.model.compare((id) => stored.get(id) ?? null);
  const gap = (times) => longestGap(times, start, end);
  const { acknowledged, errors, model: { violations } } = workload;
  return {
    fault, acknowledged, errors, violations,
    database: gap(probe.successes), writes: gap(workload.writes), reads: gap(workload.reads),
  };
}

const lacking = missing();
if (lacking) {
  console.error(`error: ${lacking}`);
  process.exit(1);
}
const start = performance.now();
const cluster = await Cluster.start();
const seconds = () => `${((performance.now() - start) / 1_000).toFixed(0)} s`;
console.log(`cluster: it is up after ${seconds()}`);
const results = [];
try {
  let isStrict = false;
  for (const [number, row] of rows.entries()) {
    if (!row.fault.includes(values.only)) continue;
    const { strict = false } = row;
    if (strict !== isStrict) await cluster.configure({ synchronous_mode_strict: (isStrict = strict) });
    results.push(await result(cluster, row, number));
    console.log(`${table(results.slice(-1)).split("\n").at(-1)}  (after ${seconds()})`);
  }
} catch (error) {
  console.error(cluster.logs());
  throw error;
} finally {
  await cluster.end();
}
console.log(`\n${table(results)}\n`);
for (const { fault, violations, database, writes } of results) {
  assert.deepEqual(violations, [], fault);
  assert.ok(writes < database + LIMIT, `${fault}: the servers took no write for much longer than the database`);
  if (writes > database + GOAL) console.log(`cluster: over the goal: ${fault}`);
}
if (values.write) {
  const text = page(results, { versions: await cluster.versions(), goal: GOAL });
  writeFileSync(new URL("../../docs/evidence/cluster.md", import.meta.url), text);
}
