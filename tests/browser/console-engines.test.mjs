// The console in the other engines: the same tour through every task, in Chromium, Firefox and WebKitGTK.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import puppeteer from "puppeteer-core";

import { withWebKit } from "../runtimes/support/webkit.mjs";
import { startBrowser } from "../support/browser.mjs";
import { openConsole, pictures, startDemo } from "../support/console.mjs";
import { SIGHTS, tour } from "../support/console-tour.mjs";
import { variable } from "../support/temporary.mjs";

let server;

// Each engine its own: they leave the same users behind.
beforeEach(async () => (server = await startDemo()));
afterEach(() => server?.stop());

const startFirefox = () => puppeteer.launch({ browser: "firefox", executablePath: variable("FIREFOX") });

for (const [name, start] of [["Chromium", startBrowser], ["Firefox", startFirefox]]) {
  test(name, async () => {
    const browser = await start();
    try {
      const ui = await openConsole(browser);
      await ui.visit(server.url);
      assert.deepEqual(await ui.page.evaluate(tour), SIGHTS);
      assert.deepEqual(await ui.violations(), []);
      await ui.picture(`tour-${name.toLowerCase()}`, { scheme: "" });
      await ui.close();
    } finally {
      await browser.close();
    }
  });
}

test("WebKitGTK", () =>
  withWebKit(async (browser) => {
    await browser.open(server.url);
    const told = await browser.run(`(${tour})().then(done, (error) => done(String(error)));`);
    assert.deepEqual(told, SIGHTS);
    await writeFile(join(pictures, "tour-webkit.png"), await browser.picture());
  }));
