// Every fault, in Node.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { TRAPPING, perform } from "./perform.mjs";
import { dist, esm, fresh } from "../support/package.mjs";
import { withTrap } from "../support/trap.mjs";
import { runFaults } from "./suite.mjs";

const WORKER = `
  const { parentPort, workerData: { dist, given } } = require("node:worker_threads");
  import(dist).then(async ({ connect }) => {
    const client = connect(given.key, given.credentials, undefined, { baseUrl: given.base });
    globalThis.fetch = ((fetch) => (url, init) => fetch(url + "&attempt=1", init))(fetch);
    await client.user(given.id).update({ from: "the client" }).then(() => "ok",
      String).then((told) => parentPort.postMessage(told));
  });
`;

const environment = {
  api: esm,
  async fresh() {
    const api = await fresh();
    await api.init(withTrap(readFileSync(join(dist, "user-handle.wasm")), TRAPPING));
    return api;
  },
  startWorker(given) {
    let told;
    const worker = new Worker(WORKER, { eval: true, workerData: { dist: join(dist, "index.js"), given } });
    worker.on("message", (message) => (told = message));
    return { end: () => worker.terminate(), told: () => told };
  },
};

await runFaults("node", async () => ({
  perform: (given) => perform(environment, given),
  async stop() {},
}));
