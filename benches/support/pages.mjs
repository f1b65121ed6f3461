// The contestants in Chromium: a page for each, built by esbuild, that makes calls when it is asked to.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

import { project } from "../../tests/support/package.mjs";

const require = createRequire(import.meta.url);
const clients = fileURLToPath(new URL("clients.mjs", import.meta.url));
const payloads = fileURLToPath(new URL("payload.mjs", import.meta.url));
const validations = fileURLToPath(new URL("validations.mjs", import.meta.url));

const IMPORTS = { ours: 'import * as api from "user-handle";', getstream: 'import api from "getstream";', raw: "const api = undefined;" };

const program = (contestant) => `
  ${IMPORTS[contestant]}
  import { contestants, makeCalls } from ${JSON.stringify(clients)};
  import { payload } from ${JSON.stringify(payloads)};
  import { validate } from ${JSON.stringify(validations)};
  const client = contestants.${contestant}(api, location.origin);
  client.client?.user("ada");
  globalThis.loaded = performance.now();
  globalThis.firstCall = client.get("ada").then(() => performance.now());
  const metered = async (run, times) => {
    const before = performance.now();
    await run();
    return { wall: (performance.now() - before) * 1000 / times };
  };
  globalThis.makeCalls = (kind) => {
    const data = kind.bytes && payload(kind.bytes);
    return metered(() => makeCalls(client, { ...kind, data }), kind.calls);
  };
  globalThis.validate = (kind) => metered(() => validate(client, kind), kind.times);
`;

/** Writes the pages into `folder`. */
export async function writePages(folder) {
  for (const contestant of Object.keys(IMPORTS)) {
    const entry = join(project, `bench-${contestant}.js`);
    writeFileSync(entry, program(contestant));
    await esbuild.build({
      entryPoints: [entry], outfile: join(folder, `${contestant}.js`), bundle: true, minify: true, format: "esm",
      platform: "browser", logLevel: "error", alias: { getstream: require.resolve("getstream") },
      define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    });
    writeFileSync(join(folder, `${contestant}.html`), `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${contestant}.js"></script>`);
  }
}

/** Opens a contestant's page, in a context of its own: with a cache, and most likely a process, of its own. */
export async function openPage(browser, service, contestant) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${service.first.url}/pages/${contestant}.html`);
  return {
    /** When the page had its client, and when its first call was done: milliseconds from its start. */
    began: () => page.evaluate(async () => ({ first: await globalThis.firstCall, load: globalThis.loaded })),
    async ask(name, kind) {
      // Pages in the background are slowed down.
      await page.bringToFront();
      return page.evaluate((it, given) => globalThis[it](given), name, kind);
    },
    stop: () => context.close(),
  };
}
