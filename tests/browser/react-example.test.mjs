// The example for React, built by Vite from the packed tarball, in Chromium against the real server.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { build, preview } from "vite";

import { startBrowser } from "../support/browser.mjs";
import { openConsole } from "../support/console.mjs";
import { esm, project } from "../support/package.mjs";
import { startServer } from "../support/server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(project, "react-profile");

let server, site, browser, ui, service;

before(async () => {
  server = await startServer("--app demo-key:demo-secret");
  service = esm.connect("demo-key", "demo-secret", undefined, { baseUrl: server.api });
  cpSync(join(root, "examples/react-profile"), folder, { recursive: true, filter: (path) => !/node_modules|dist$/.test(path) });
  for (const name of ["react", "react-dom", "@tanstack/react-query"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
  process.env.VITE_API = server.api;
  await build({ root: folder, logLevel: "error" });
  site = await preview({ root: folder, logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await server?.stop();
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

async function signIn(id) {
  await ui.page.goto(site.resolvedUrls.local[0]);
  await ui.page.waitForSelector("[name=id]");
  await ui.fill("[name=id]", id);
  await ui.page.click("form button");
}

test("who is new makes a profile, changes it, and finds it again", async () => {
  await signIn("ada");
  await ui.says("h1", "Welcome, ada");
  await ui.page.click("button");
  await ui.page.waitForSelector("[name=about]");
  await ui.fill("[name=name]", "Ada Lovelace");
  await ui.fill("[name=about]", "<b>Countess</b>");
  await ui.page.click("form button");
  await ui.says("[role=status]", "Saved.");
  await ui.says("h1", "Ada Lovelace");
  assert.deepEqual((await service.user("ada").get()).data, { name: "Ada Lovelace", about: "<b>Countess</b>" });
  await ui.picture("react-example");

  await signIn("ada");
  await ui.says("h1", "Ada Lovelace");
  assert.equal(await ui.page.$eval("[name=about]", ({ value }) => value), "<b>Countess</b>");
});

test("what cannot be saved says why, keeps what was typed, and what was shown before is shown again", async () => {
  await service.user("eve").create({ name: "Eve" });
  await signIn("eve");
  await ui.says("h1", "Eve");
  await ui.fill("[name=about]", "x".repeat(10_240));
  await ui.page.click("form button");
  await ui.says("[role=alert]", /at most 10240 are allowed/);
  assert.equal((await ui.page.$eval("[name=about]", ({ value }) => value)).length, 10_240);
  assert.deepEqual((await service.user("eve").get()).data, { name: "Eve" });
  await ui.fill("[name=about]", "short");
  await ui.page.click("form button");
  await ui.says("[role=status]", "Saved.");
});
