// What a worker spends its time on: the functions with the most time of their own in a CPU profile of V8's.

import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { join } from "node:path";

import { temporaryFolder } from "../../tests/support/temporary.mjs";
import { startWorker } from "./processes.mjs";

/** Runs a worker that answers these messages, and gives the shares of its time: `[name, share]`, largest first. */
export async function profile(name, args, messages, most = 12) {
  const folder = temporaryFolder();
  const worker = await startWorker(name, args, {
    execArgv: ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"],
  });
  for (const message of messages) await worker.ask(message);
  await worker.stop();
  const [file] = readdirSync(folder);
  return shares(JSON.parse(readFileSync(join(folder, file)))).slice(0, most);
}

/** The share of each function; those of the module are one, and what Node was waiting for is left out. */
export function shares({ nodes, samples }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const counts = new Map();
  for (const id of samples) {
    const name = nameOf(byId.get(id));
    if (name !== "(idle)" && name !== "(root)") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts].map(([name, count]) => [name, count / total]).sort(([, one], [, other]) => other - one);
}

function nameOf({ functionName, url }) {
  if (url.startsWith("wasm:")) return "WebAssembly";
  const file = url.startsWith("node:") ? url : basename(url);
  return `${functionName || "(anonymous)"}${file ? `, ${file}` : ""}`;
}
