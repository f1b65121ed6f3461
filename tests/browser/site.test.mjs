// The site of the documents, in Chromium: its pages in light and dark, its links, its search and its playground.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole } from "../support/console.mjs";
import { inlineScripts, lostLinks, pages, serveSite } from "../support/site.mjs";

let site, browser, ui, origins;

before(async () => {
  [site, browser] = await Promise.all([serveSite(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await site?.stop();
});
beforeEach(async () => {
  ui = await openConsole(browser);
  origins = new Set();
  ui.page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol)) origins.add(origin);
  });
});
afterEach(async () => {
  await ui.close();
  assert.deepEqual([...origins].filter((origin) => origin !== site.url), [], "nothing is asked of another host");
});

test("every link leads to a page, and every anchor to a heading", () => {
  assert.ok(pages.length > 25 && pages.includes("index.html") && pages.includes("guides/nextjs.html"), pages.join(" "));
  const lost = pages.flatMap((page) => lostLinks(page).map((target) => `${page}: ${target}`));
  assert.deepEqual(lost, []);
});

test("no page has a script written into it", () => {
  assert.deepEqual(pages.flatMap(inlineScripts), []);
});

for (const page of ["", "documents.html", "guides/nextjs.html", "evidence/load.html", "server.html", "playground.html"]) {
  test(`/${page} is for everybody, in light and dark, on a small screen and a wide one`, async () => {
    for (const [scheme, width] of [["light", 360], ["dark", 1280]]) {
      await ui.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await ui.page.goto(`${site.url}/${page}`, { waitUntil: "networkidle0" });
      assert.equal(await ui.page.evaluate(() => document.documentElement.classList.contains("dark")), scheme === "dark");
      await ui.picture(`site-${page.replace(/\W/g, "-") || "index"}`, { width, scheme });
      assert.deepEqual(await ui.violations(), [], `${width} px, ${scheme}`);
    }
  });
}

test("the API reference is there", async () => {
  await ui.page.goto(`${site.url}/api/modules/user-handle.html`, { waitUntil: "networkidle0" });
  await ui.says("h1", /user-handle/);
});

test("a link leads from page to page, and the search finds what is meant", async () => {
  await ui.page.goto(`${site.url}/documents.html`, { waitUntil: "networkidle0" });
  await ui.page.click("main a[href='/guides/node.html']");
  await ui.says("h1", /^In Node/);
  await ui.page.click(".DocSearch-Button");
  await ui.page.waitForSelector("#localsearch-input");
  await ui.page.type("#localsearch-input", "deadline");
  await ui.page.waitForSelector(".results .result");
  const found = await ui.page.$$eval(".results .result", (results) => results.map(({ href }) => new URL(href).pathname));
  assert.ok(found.includes("/guides/node.html"), found.join(" "));
  assert.ok(!found.some((path) => path.startsWith("/evidence/")), found.join(" "));
  assert.deepEqual(await ui.violations(), []);
});

test("the playground runs its program, then another one, shows errors, is stopped and reset", async () => {
  await ui.page.goto(`${site.url}/playground.html`, { waitUntil: "networkidle0" });
  const output = () => ui.text(".playground .output");
  const write = (program) =>
    ui.page.$eval("#program", (area, text) => {
      area.value = text;
      area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }, program);
  const press = (name) => ui.page.locator(`.playground ::-p-aria([name="${name}"][role="button"])`).click();

  await press("Run");
  await ui.says(".playground [role=status]", "It has ended.");
  assert.match(await output(), /\{ name: 'Ada Lovelace', born: 1815 \}/);
  assert.match(await output(), /unrepresentable_value · data\.born is NaN/);
  assert.match(await output(), /true not_allowed 403/);
  await ui.picture("site-playground-run", { width: 1280, scheme: "dark" });
  assert.deepEqual(await ui.violations(), []);

  const program = await ui.page.$eval("#program", ({ value }) => value);
  await write(program.replaceAll("Ada Lovelace", "Countess"));
  await ui.page.focus("#program");
  await ui.page.keyboard.down("Control");
  await ui.page.keyboard.press("Enter");
  await ui.page.keyboard.up("Control");
  await ui.says(".playground .output", /^\{ name: 'Countess', born: 1815 \}/);
  await ui.says(".playground [role=status]", "It has ended.");

  await write('import { connect } from "user-handle";\n\nconnect("key", null).user("../x");\n');
  await press("Run");
  await ui.says(".playground [role=status]", "It has ended, with a problem.");
  assert.match(await output(), /ValidationError: id may only hold letters, digits, - and _, but has "\." at position 0\n?code: invalid_id\n?line 3 of the program/);

  await write("const a = ;");
  await press("Run");
  await ui.says(".playground .output", /^SyntaxError: /);

  await write('console.log("begun");\nfor (;;);\n');
  await press("Run");
  await ui.says(".playground .output", "begun");
  await press("Stop");
  await ui.says(".playground [role=status]", "Stopped.");

  await press("Reset");
  assert.equal(await ui.page.$eval("#program", ({ value }) => value), program);
  assert.equal(await ui.page.$(".playground .output"), null);
});
