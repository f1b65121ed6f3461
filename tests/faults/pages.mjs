// Every fault in a browser: a page of another origin than the server's, with the package as it is installed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openPage, servePages } from "../support/browser.mjs";
import { dist } from "../support/package.mjs";
import { withTrap } from "../support/trap.mjs";
import { TRAPPING } from "./perform.mjs";
import { runFaults } from "./suite.mjs";

const source = (name) => readFileSync(fileURLToPath(new URL(name, import.meta.url)));

// Outcomes travel as text: half of a surrogate pair would not survive otherwise. A module with a trap in it takes the
// other build, `user-handle/server`: its module is there as a file too.
const PAGE = `
  import { perform } from "./perform.mjs";
  import * as api from "./package/browser.js";

  const environment = {
    api,
    async fresh() {
      const copy = await import("./package/index.js?copy=trap");
      await copy.init(trapped);
      return copy;
    },
    startWorker(given) {
      let told;
      const worker = new Worker("./worker.js", { type: "module" });
      worker.onmessage = ({ data }) => (told = data);
      worker.postMessage(given);
      return { end: () => worker.terminate(), told: () => told };
    },
  };
  globalThis.runCase = async (given) => JSON.stringify(await perform(environment, given));
  const trapped = await (await fetch("./trapped.wasm")).arrayBuffer();
  globalThis.started = true;
`;
const WORKER = `
  import { connect } from "./package/browser.js";
  onmessage = ({ data: { key, credentials, base, id } }) => {
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => fetch(url + "&attempt=1", init);
    const told = connect(key, credentials, undefined, { baseUrl: base }).user(id).update({ from: "the client" });
    told.then(() => "ok", String).then(postMessage);
  };
`;
const pages = {
  "/page.html": '<!doctype html><script type="module" src="./page.js"></script>',
  "/page.js": PAGE,
  "/worker.js": WORKER,
  "/perform.mjs": source("perform.mjs"),
  "/trapped.wasm": withTrap(readFileSync(join(dist, "user-handle.wasm")), TRAPPING),
};

/** Runs every fault in the browser that `launch` starts. */
export function runInBrowser(engine, launch) {
  return runFaults(engine, async () => {
    const [origin, browser] = await Promise.all([servePages(dist, pages), launch()]);
    async function open() {
      const page = await openPage(browser);
      await page.goto(`${origin.url}/page.html`);
      // Not `waitForFunction`, which the page's policy forbids in a Firefox before 153.
      await page.evaluate(() => new Promise((resolve) => {
        const look = () => (globalThis.started === true ? resolve() : setTimeout(look, 10));
        look();
      }));
      return page;
    }
    const page = await open();
    return {
      perform: async (given) => JSON.parse(await page.evaluate((given) => globalThis.runCase(given), given)),
      offline: (isOffline) => page.setOfflineMode(isOffline),
      /** Starts the calls in a page that goes away once the server has the request. */
      async unload(given, arrived) {
        const leaving = await open();
        const told = leaving.evaluate((given) => globalThis.runCase(given), given).catch(() => {});
        await arrived();
        await leaving.goto("about:blank");
        await leaving.close();
        return { result: (await told) ?? "nobody is there to be told", attempts: 1 };
      },
      async stop() {
        await browser.close();
        await origin.stop();
      },
    };
  });
}
