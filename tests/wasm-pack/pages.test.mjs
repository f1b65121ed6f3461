// What wasm-pack builds, in Chromium: as files without a bundler, and through Vite. In each case the page of the example is
// used, and a page of our own runs the same program as in Node.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "vite";

import { openPage, servePages, startBrowser } from "../support/browser.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";
import { withExample, withInstalled } from "../support/wasm-pack.mjs";
import { EXPECTED } from "./program.mjs";

const PAGES = "examples/wasm-pack";

/** Of the bundler target the module starts as it is imported. */
const withoutInit = (code) => code.replace("import init, {", "import {").replace("await init();\n", "");

const PROGRAM = `
  import * as exported from "../../pkg/user_handle.js";
  import { use } from "./use.js";
  await exported.default?.();
  globalThis.run = (setting) => use(exported, setting);`;

/** A folder with the pages of the example and of the program, for a build of this target. */
function withPages(target) {
  const folder = withExample(target);
  const pages = join(folder, PAGES);
  copyFileSync(fileURLToPath(new URL("program.mjs", import.meta.url)), join(pages, "use.js"));
  writeFileSync(join(pages, "program.js"), PROGRAM);
  writeFileSync(join(pages, "program.html"), '<!doctype html><script type="module" src="program.js"></script>');
  if (target === "bundler") {
    const main = join(pages, "main.js");
    writeFileSync(main, withoutInit(readFileSync(main, "utf8")));
  }
  return folder;
}

/** What Vite makes of the pages. */
async function bundled(folder) {
  const pages = join(folder, PAGES);
  await build({
    root: pages,
    base: "./",
    logLevel: "silent",
    build: { target: "es2022", rolldownOptions: { input: ["index.html", "program.html"].map((name) => join(pages, name)) } },
  });
  return join(pages, "dist");
}

const WAYS = {
  "web, without a bundler": async () => ({ folder: withPages("web"), below: `${PAGES}/` }),
  "web, through Vite": async () => ({ folder: await bundled(withPages("web")), below: "" }),
  "bundler, through Vite": async () => ({ folder: await bundled(withPages("bundler")), below: "" }),
};

const [server, browser] = await Promise.all([
  startServer(`--app demo-key:demo-secret-that-everybody-may-know --app ${KEY}:${SECRET}`, undefined, []),
  startBrowser(),
]);
after(() => Promise.all([server.stop(), browser.close()]));

const { connect } = createRequire(join(withInstalled("nodejs", "commonjs"), "entry.js"))("user-handle");
const script = connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl: server.api });

for (const [way, made] of Object.entries(WAYS)) {
  describe(way, () => {
    let pages;
    let url;
    before(async () => {
      const { folder, below } = await made();
      pages = await servePages(folder, {});
      url = `${pages.url}/package/${below}`;
    });
    after(() => pages.stop());

    /** A page, and what goes wrong in it. */
    async function open(path) {
      const page = await openPage(browser);
      const problems = [];
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(url + path);
      return { page, problems };
    }

    test("the example's page saves a name", async () => {
      const { page, problems } = await open(`index.html?api=${encodeURIComponent(server.api)}`);
      const says = (text) => page.waitForFunction((text) => document.querySelector("output").textContent === text, {}, text);
      await says("ready");
      const user = way.replaceAll(/\W+/g, "-");
      await page.type("[name=token]", script.createUserToken(user));
      await page.type("[name=name]", "Ada");
      await page.click("button");
      await says(`${user} is Ada`);
      assert.deepEqual((await script.user(user).get()).data, { name: "Ada" });
      assert.deepEqual(problems, []);
      await page.close();
    });

    test("a program runs", async () => {
      const { page, problems } = await open("program.html");
      await page.waitForFunction(() => "run" in globalThis);
      const setting = { key: KEY, secret: SECRET, baseUrl: server.api, more: { browser: false } };
      const seen = await page.evaluate((setting) => globalThis.run(setting), setting);
      // As it comes out of a page: without what is undefined.
      assert.deepEqual(seen, JSON.parse(JSON.stringify(EXPECTED)));
      assert.deepEqual(problems, []);
      await page.close();
    });
  });
}
