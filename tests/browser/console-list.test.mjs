// The list of all users, against the real server: pages, order, search, and a click that opens one.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";

const SECRET = "demo-secret-that-everybody-may-know";

let server, browser, ui, client;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
  client = esm.connect("demo-key", SECRET, undefined, { baseUrl: server.api });
  for (let i = 0; i < 60; i += 1) await client.user(`u${String(i).padStart(2, "0")}`).create({ name: `Name ${i}`, even: i % 2 === 0 });
  await client.user("zoe").create({ name: "Zoë", city: "Łódź" });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

const ids = async () => (await ui.rows("list")).map(([id]) => id);
const sort = (by) => ui.page.select("#sort", by);

test("all users, page by page, in the order that is asked for", async () => {
  await ui.connect(server.url);
  await ui.says("#list-count", "The first 25 of 61 users");
  assert.equal((await ids())[0], "zoe", "the last changed is the first");
  await sort("id");
  await ui.page.waitForFunction(() => document.querySelector("#list tbody .id").textContent === "u00");
  await ui.page.click("#more");
  await ui.says("#list-count", "The first 50 of 61 users");
  await ui.page.click("#more");
  await ui.says("#list-count", "61 users");
  assert.equal(await ui.page.$("#more"), null);
  const listed = await ids();
  assert.deepEqual(listed, [...listed].sort());
  await sort("-id");
  await ui.page.waitForFunction(() => document.querySelector("#list tbody .id").textContent === "zoe");
});

test("by the beginning of an id, and by what the data has", async () => {
  await ui.connect(server.url);
  await ui.fill("#prefix", "u1");
  await ui.says("#list-count", "10 users");
  await ui.fill("#search", "name 1");
  await ui.says("#list-count", "10 users found");
  await ui.fill("#search", "NAME 17");
  await ui.says("#list-count", "1 user found");
  assert.deepEqual(await ids(), ["u17"]);
  await ui.fill("#prefix", "");
  await ui.fill("#search", "Łódź");
  await ui.says("#list .id", "zoe");
  assert.deepEqual(await ids(), ["zoe"]);
  await ui.fill("#search", "no such text");
  await ui.says("#list-count", "0 users found");
  assert.equal(await ui.page.$("#list"), null);
});

test("a click opens the user, and what is written shows in the list", async () => {
  await ui.connect(server.url);
  await ui.fill("#prefix", "u42");
  await ui.says("#list-count", "1 user");
  await ui.page.click("#list .link");
  await ui.says("#outcome", "Here is u42.");
  assert.equal(await ui.page.evaluate(() => location.hash), "#/users/u42");
  assert.deepEqual(JSON.parse(await ui.written()), { name: "Name 42", even: true });
  await ui.write('{"name": "Forty-two"}');
  assert.equal(await ui.press("update"), "Updated u42.");
  await ui.says("#list .summary", '{"name":"Forty-two"}');
  assert.equal(await ui.remove(), "Deleted u42.");
  await ui.says("#list-count", "No users");
  await ui.page.click("#undo");
  await ui.says("#list-count", "1 user");
});

test("who was imported is in the list", async () => {
  await ui.connect(server.url);
  await ui.fill("#prefix", "imported");
  await ui.says("#list-count", "No users");
  await ui.page.click("nav button:last-child");
  await ui.page.waitForSelector("#file");
  await client.user("imported").create();
  await ui.page.click("nav button:first-child");
  await ui.says("#list-count", "1 user");
  await client.user("imported").delete();
});

test("what the list cannot do is said, and the list that is there stays", async () => {
  await ui.connect(server.url);
  await ui.says("#list-count", /61 users$/);
  await ui.page.setRequestInterception(true);
  const refuse = (request) => (request.url().includes("/admin/users")
    ? request.respond({ status: 400, contentType: "application/json", body: '{"detail":"sort is not what it was"}' })
    : request.continue());
  ui.page.on("request", refuse);
  await sort("id");
  await ui.says("#all-users .problem", "Sort is not what it was.");
  assert.equal((await ids()).length, 25);
  await ui.page.setRequestInterception(false);
});

test("a user token lists nobody, nor does a server that has no list: there the users seen are listed", async () => {
  await ui.connect(server.url, { credential: client.createUserToken("bob") });
  assert.equal(await ui.page.$("#all-users"), null);
  assert.equal(await ui.text("#seen-title"), "Users seen");
  await ui.page.evaluate(() => document.querySelector("#disconnect").click());
  await ui.page.waitForSelector("form.connect button.main");

  await ui.page.setRequestInterception(true);
  ui.page.on("request", (request) => (request.url().includes("/admin/users") ? request.respond({ status: 404, body: "" }) : request.continue()));
  await ui.fill("[name=credential]", SECRET);
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector("#user");
  await ui.says("#seen-title", "Users seen");
  assert.equal(await ui.page.$("#all-users"), null);
});

test("Klaim without that list gives its users one after the other", async () => {
  await ui.page.setRequestInterception(true);
  ui.page.on("request", (request) => (request.url().includes("/admin/users") ? request.respond({ status: 404, body: "" }) : request.continue()));
  await ui.visit(server.url);
  await ui.page.click("form.connect .segments label:nth-of-type(2)");
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector("#user");
  await ui.press("getOrCreate");
  await ui.page.click("#list-all");
  await ui.says("#seen-count", "1 seen");
});

test("Klaim's users are listed likewise", async () => {
  await ui.visit(server.url);
  await ui.page.click("form.connect .segments label:nth-of-type(2)");
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector("#user");
  await ui.press("getOrCreate");
  await ui.says("#list-count", "1 user");
  assert.deepEqual((await ui.rows("list"))[0].slice(0, 1), ["ada"]);
  const sorts = await ui.page.$$eval("#sort option", (options) => options.map(({ value }) => value));
  assert.deepEqual(sorts, ["id", "-id", "-created_at", "created_at"]);
});
