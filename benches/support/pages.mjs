// The contestants in Chromium: for each a page that makes calls when it is asked to, and one that makes its first call at once.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

import * as esbuild from "esbuild";

import { project } from "../../tests/support/package.mjs";
import { aliases } from "./packages.mjs";
import { CONTESTANTS } from "./tables.mjs";

const file = (name) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

const IMPORTS = {
  ours: 'import * as api from "user-handle";', getstream: 'import api from "getstream";', ky: 'import api from "ky";',
  ofetch: 'import { ofetch as api } from "ofetch";',
};

const client = (contestant) => `
  ${IMPORTS[contestant] ?? "const api = undefined;"}
  import { ${contestant} as contestant } from ${file("clients.mjs")};
  const client = contestant(api, location.origin);
  client.client?.user("ada");
`;

/** As small as a page can be. */
const first = (contestant) => `
  ${client(contestant)}
  const load = performance.now();
  globalThis.began = client.get("ada").then(() => ({ load, first: performance.now() }));
`;

const calls = (contestant) => `
  ${client(contestant)}
  import { makeCalls } from ${file("clients.mjs")};
  import { payload } from ${file("payload.mjs")};
  import { stubAxios, stubFetch } from ${file("stubs.mjs")};
  import { validate } from ${file("validations.mjs")};
  const metered = async (run, times) => {
    const before = performance.now();
    await run();
    return { wall: (performance.now() - before) * 1000 / times };
  };
  globalThis.stub = (kind) => {
    stubFetch(kind);
    if (${JSON.stringify(contestant)} === "getstream") stubAxios(client.client);
  };
  globalThis.makeCalls = (kind) => {
    const data = kind.bytes && payload(kind.bytes);
    return metered(() => makeCalls(client, { ...kind, data }), kind.calls);
  };
  globalThis.validate = (kind) => metered(() => validate(client, kind), kind.times);
`;

/** Writes the pages into `folder`, as brotli. */
export async function writePages(folder) {
  const write = (name, content) => writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
  for (const contestant of CONTESTANTS) {
    for (const [kind, program] of Object.entries({ first, calls })) {
      const name = `${kind}-${contestant}`;
      const entry = join(project, `bench-${name}.js`);
      writeFileSync(entry, program(contestant));
      const { outputFiles } = await esbuild.build({
        entryPoints: [entry], write: false, bundle: true, minify: true, format: "esm", platform: "browser", logLevel: "error",
        alias: aliases, define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
      });
      write(`${name}.js`, outputFiles[0].contents);
      write(`${name}.html`, `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${name}.js"></script>`);
    }
  }
}

/** A page in a context of its own: with a cache, and most likely a process, of its own. */
async function newPage(browser) {
  const context = await browser.createBrowserContext();
  return { page: await context.newPage(), stop: () => context.close() };
}

/** Opens a contestant's page for calls. */
export async function openPage(browser, service, contestant) {
  const { page, stop } = await newPage(browser);
  await page.goto(`${service.first.url}/pages/calls-${contestant}.html`);
  return {
    async ask(name, kind) {
      // Pages in the background are slowed down.
      await page.bringToFront();
      return page.evaluate((it, given) => globalThis[it](given), name, kind);
    },
    stop,
  };
}

/**
 * Opens the page with a contestant's first call, and gives when it had its client and when the call was done: microseconds from
 * the navigation on. `network` is what the devtools protocol emulates.
 */
export async function startPage(browser, service, contestant, network) {
  const { page, stop } = await newPage(browser);
  if (network) {
    const session = await page.createCDPSession();
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", network);
  }
  await page.goto(`${service.first.url}/pages/first-${contestant}.html`);
  const { load, first } = await page.evaluate(() => globalThis.began);
  await stop();
  return { load: load * 1_000, first: first * 1_000 };
}
