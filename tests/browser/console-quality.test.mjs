// The console for everybody: by keyboard, for a screen reader, on a small screen and in the dark; and how much it weighs.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

/** Bytes on the wire, brotli as served, of all that the page loads by itself. */
const BUDGET = 150_000;

let server, browser, ui;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

test("axe finds nothing, and nothing is wider than the window, in light and dark, at 320 px and on a wide screen", async () => {
  const path = join(temporaryFolder(), "people.csv");
  writeFileSync(path, "id,name,born,member,tags,notes\np1,Ada,1815,yes,[1],a long note about her\np 2,Bob,1816,no,[],\n");
  const look = async (name) => {
    for (const width of [320, 1280, 2560]) {
      for (const scheme of ["light", "dark"]) {
        await ui.picture(name, { width, scheme });
        assert.deepEqual(await ui.violations(), [], `${name}, ${width} px, ${scheme}`);
      }
    }
  };
  await ui.visit(server.url);
  await look("connect");
  await ui.connect(server.url);
  await ui.fill("#id", "ada");
  await ui.press("create");
  await ui.fill("#id", "l".repeat(255));
  await ui.press("getOrCreate");
  await ui.press("create");
  await ui.write('{"tags": [1e999]}');
  await ui.page.click("#choose-all");
  await ui.page.click("#fields summary");
  await ui.page.click("#calls tbody tr:first-child .request button");
  await ui.page.waitForSelector("#call-code");
  await ui.page.waitForSelector(">>> .cm-lintRange-error");
  await ui.page.click("button[value=delete]");
  await ui.page.waitForSelector("#question");
  await look("users");
  await ui.page.click("nav button:last-child");
  await ui.page.waitForSelector("#file");
  await look("import");
  await (await ui.page.$("#file")).uploadFile(path);
  await ui.says("#import-status", /of which 1 cannot be sent/);
  await look("import-checked");
  await ui.page.click("#send");
  await ui.says("#import-status", "Done: 1 of 2 users stored. Those that existed already stayed as they were.");
  await ui.page.click("#mend");
  await ui.page.waitForSelector("#rows");
  await look("import-mend");
});

test("at 360 px the header is one line, no table is wider than the page, and a finger hits what it wants", async () => {
  await ui.connect(server.url);
  await ui.fill("#id", "a-rather-long-id-of-a-user");
  await ui.press("getOrCreate");
  await ui.page.setViewport({ width: 360, height: 800 });
  await ui.page.waitForSelector("#list .link");
  const tops = await ui.page.$$eval(".top > *", (parts) => parts.map((part) => part.getBoundingClientRect()).map(({ top, height }) => top + height / 2));
  assert.ok(Math.max(...tops) - Math.min(...tops) < 8, `the middles of what is in the header: ${tops}`);
  const wide = await ui.page.$$eval("table", (tables) => tables.filter(({ offsetWidth, parentElement }) => offsetWidth > parentElement.clientWidth).map(({ id }) => id));
  assert.deepEqual(wide, []);
  const small = await ui.page.$$eval("button, select, input:not([type=checkbox], [type=radio]), label:has([type=checkbox], [type=radio])", (targets) =>
    targets.filter((each) => each.offsetParent && each.getBoundingClientRect().height < 40).map((each) => each.outerHTML.slice(0, 80)));
  assert.deepEqual(small, []);
});

test("everything by keyboard, and the focus is seen", async () => {
  await ui.visit(server.url);
  const { keyboard } = ui.page;
  /** What has the focus, in words. */
  const focused = () =>
    ui.page.evaluate(() => {
      let { activeElement: element } = document;
      while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element.name || element.value || element.id || element.className;
    });
  const tabTo = async (target) => {
    for (let presses = 0; presses < 25; presses += 1) {
      await keyboard.press("Tab");
      if ((await focused()).includes(target)) return;
    }
    assert.fail(`Tab does not lead to ${target}`);
  };
  await tabTo("credential");
  await keyboard.press("Tab");
  const outline = await ui.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
  await keyboard.press("Enter");
  await ui.page.waitForSelector(">>> .cm-content");
  assert.equal(await focused(), "ada");
  await keyboard.type("keyboard"); // What was there is selected.
  await tabTo("cm-content");
  await keyboard.down("Control");
  await keyboard.press("a");
  await keyboard.up("Control");
  await keyboard.type('{"by": "keyboard"}');
  await tabTo("create");
  await keyboard.press("Enter");
  await ui.says("#outcome", "Created keyboard.");
  assert.deepEqual((await ui.shown()).data, { by: "keyboard" });
  assert.equal(await focused(), "create", "the focus stays on the button");
  await tabTo("delete");
  await keyboard.press("Space");
  await ui.page.waitForSelector("#question");
  assert.equal(await focused(), "yes", "the focus is on the question");
  await keyboard.press("Escape");
  await ui.page.waitForSelector("#question", { hidden: true });
  assert.equal(await focused(), "delete", "and back");
  await keyboard.press("Space");
  await ui.page.waitForSelector("#question");
  await keyboard.press("Enter");
  await ui.says("#outcome", "Deleted keyboard.");
});

test(`the first load is under ${BUDGET} bytes, and soon there`, async () => {
  const session = await ui.page.createCDPSession();
  await session.send("Network.enable");
  await ui.page.setCacheEnabled(false);
  let bytes = 0;
  const loaded = [];
  session.on("Network.responseReceived", ({ response }) => loaded.push(response));
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await ui.page.goto(server.url, { waitUntil: "networkidle0" });
  await ui.page.waitForSelector("form.connect button.main");
  for (const { url, headers, mimeType } of loaded) {
    if (/javascript|css|html/.test(mimeType)) assert.equal(headers["content-encoding"], "br", url);
  }
  const ms = await ui.page.evaluate(() => performance.getEntriesByName("interactive")[0].startTime);
  console.log(`the first load is ${bytes} bytes in ${loaded.length} files; interactive after ${Math.round(ms)} ms`);
  assert.ok(bytes < BUDGET, `${bytes} bytes`);
});
