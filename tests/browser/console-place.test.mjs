// Where one is in the console: the address, Back and Forward, the title, and what a reload of the tab leaves.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";

const SECRET = "demo-secret-that-everybody-may-know";

const OWN = { key: "own-key", credential: "canary-secret-of-32-characters-or-more" };

let server, own, browser, ui;

before(async () => {
  [server, own, browser] = await Promise.all([startDemo(), startDemo(`--app ${OWN.key}:${OWN.credential}`), startBrowser()]);
  const client = esm.connect("demo-key", SECRET, undefined, { baseUrl: server.api });
  for (const [id, name] of [["ada", "Ada"], ["bob", "Bob"]]) await client.user(id).create({ name });
});
after(async () => {
  await browser?.close();
  await Promise.all([server, own].map((each) => each?.stop()));
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

const hash = () => ui.page.evaluate(() => location.hash);
const inForm = () => ui.page.$eval("#id", (field) => field.value);
const kept = () => ui.page.evaluate(() => JSON.parse(sessionStorage.getItem("user-handle connection")));

/** Waits for the title, which says where one is. */
const isAt = (name) => ui.page.waitForFunction((title) => document.title === title, {}, `${name} · user-handle console`);

async function open(id) {
  await ui.fill("#id", id);
  assert.equal(await ui.press("get"), `Here is ${id}.`);
}

test("a user has an address, and Back and Forward lead from one to the other", async () => {
  await ui.visit(server.url);
  await isAt("Connect");
  await ui.connect(server.url);
  await isAt("Users");
  await open("ada");
  await isAt("ada");
  assert.equal(await hash(), "#/users/ada");
  await open("bob");
  await ui.page.click("nav button:last-child");
  await isAt("Import");
  assert.equal(await hash(), "#/import");
  await ui.page.click("nav button:first-child");
  await isAt("bob");
  assert.equal(await hash(), "#/users/bob");
  await ui.page.goBack();
  await isAt("Import");
  await ui.page.goBack();
  await isAt("bob");
  assert.equal(await inForm(), "bob");
  await ui.page.goBack();
  await ui.says("#outcome", "Here is ada.");
  assert.equal(await inForm(), "ada");
  assert.deepEqual(JSON.parse(await ui.written()), { name: "Ada" });
  await ui.page.goForward();
  await ui.says("#outcome", "Here is bob.");
  await ui.page.evaluate(() => (location.hash = "#/users/ada"));
  await ui.says("#outcome", "Here is ada.");
});

test("Back does not take what was typed: it is asked about, and where it stays, so does the address", async () => {
  await ui.connect(server.url);
  await open("ada");
  await open("bob");
  await ui.write('{"name": "Robert"}');
  await ui.page.goBack();
  await ui.says("#question-text", "What you typed is not stored. Opening ada replaces it.");
  await ui.page.click("#no");
  await isAt("bob");
  assert.equal(await hash(), "#/users/bob");
  assert.deepEqual(JSON.parse(await ui.written()), { name: "Robert" });
  await ui.page.click("#disconnect");
  await ui.says("#question-text", "What you typed is not stored. It goes when you disconnect.");
  await ui.page.click("#yes");
  await ui.page.waitForSelector("form.connect");
});

test("an address that the page is opened with opens the user, and ids are spelled as addresses want them", async () => {
  await ui.visit(`${server.url}/#/users/bob`);
  await ui.page.click("form.connect button.main");
  await ui.says("#outcome", "Here is bob.");
  await isAt("bob");
  await ui.page.evaluate(() => (location.hash = "#/users/a%2Fb"));
  await ui.says("#outcome", /^Id may only hold /);
  assert.equal(await inForm(), "a/b");
});

test("the address says where one is: also after one that leads nowhere, and after a user who is not there", async () => {
  await ui.visit(`${server.url}/#/nothing`);
  assert.equal(await hash(), "#/users");
  await ui.connect(server.url);
  await open("ada");
  for (const nowhere of ["#/nothing", "#users", "#/users/ada/more", "#/import/ada"]) {
    await ui.page.evaluate((hash) => {
      location.hash = hash;
    }, nowhere);
    await ui.page.waitForFunction(() => location.hash === "#/users/ada");
  }
  await isAt("ada");
  await ui.fill("#id", "nobody");
  assert.equal(await ui.press("get"), 'User "nobody" does not exist.');
  await isAt("nobody");
  assert.equal(await hash(), "#/users/nobody");
  await ui.page.goBack();
  await ui.says("#outcome", "Here is ada.");
});

test("a reload of the tab leaves the demo connected and where it was, until somebody disconnects", async () => {
  await ui.connect(server.url);
  await open("bob");
  await ui.page.reload();
  await ui.says("#outcome", "Here is bob.");
  assert.match(await ui.text("#who"), /^Stream · demo-key/);
  await ui.page.click("#disconnect");
  await ui.page.waitForSelector("form.connect");
  assert.equal(await kept(), null);
  await ui.page.reload();
  await ui.page.waitForSelector("form.connect button.main");
});

test("a secret is kept for a reload only if that is wanted; the key and the place are, and it is said", async () => {
  await ui.visit(own.url);
  assert.match(await ui.text("#keep-note"), /^The browser keeps the API root and app key until this tab is closed or you disconnect\./);
  await ui.connect(own.url, OWN);
  await ui.page.click("nav button:last-child");
  assert.deepEqual(await kept(), { service: "Stream", root: own.api, key: OWN.key });
  await ui.page.reload();
  await ui.page.waitForSelector("form.connect");
  const focused = () => ui.page.evaluate(() => document.activeElement.name);
  assert.equal(await focused(), "credential");
  assert.equal(await ui.page.$eval("[name=key]", (field) => field.value), OWN.key);
  await ui.fill("[name=credential]", OWN.credential);
  await ui.page.click("[name=keep]");
  await ui.page.keyboard.press("Enter");
  await isAt("Import");
  await ui.page.reload();
  await isAt("Import");
  await ui.page.waitForSelector("#who");
  const beyond = await ui.page.evaluate(async () => [localStorage.length, document.cookie, (await indexedDB.databases()).length]);
  assert.deepEqual(beyond, [0, "", 0]);
});
