// The list of all users, against the real server: pages, order, search, and a click that opens one.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { loseAnswersToDeletions, openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

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

const ids = () => ui.page.$$eval("#list tbody .id", (cells) => cells.map((cell) => cell.textContent));
const sort = (by) => ui.page.select("#sort", by);

/** The file of this name that a click saves. */
async function saved(button, name) {
  const downloadPath = temporaryFolder();
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath, eventsEnabled: true });
  const done = new Promise((resolve) => session.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve()));
  await ui.page.click(button);
  await done;
  return readFile(join(downloadPath, name), "utf8");
}

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
  await ui.says("#list-count", "The first 25 of 61 users");
  // Spaces are no search, so there is none to go on with.
  await ui.page.type("#search", "  ");
  await ui.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(await ui.text("#more"), "Load more");
  await ui.fill("#prefix", "u1");
  await ui.says("#list-count", "10 users");
  await ui.fill("#search", "name 1");
  await ui.says("#list-count", "10 users found");
  // By keys, one after the other, as the space is typed before what follows it.
  await ui.fill("#search", "");
  await ui.page.type("#search", "NAME 17");
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

test("where those that match are rare, the list reads on until it has some", async () => {
  await ui.connect(server.url);
  await ui.says("#list-count", /61 users$/);
  await ui.page.setRequestInterception(true);
  // The server looks at so many users for a page, and finds none among the first.
  const rare = { id: "rare", data: {}, created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" };
  const page = (users, next) => ({ contentType: "application/json", body: JSON.stringify({ users, next, total: null }) });
  const answers = { "": page([], "id.m"), "id.m": page([rare], "id.t"), "id.t": page([], null) };
  ui.page.on("request", (request) =>
    (request.url().includes("/admin/users") ? request.respond(answers[new URL(request.url()).searchParams.get("after") ?? ""]) : request.continue()));
  await ui.fill("#search", "seldom");
  await ui.says("#list-count", "1 user found");
  assert.deepEqual(await ids(), ["rare"]);
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

test("who was stored by others meanwhile is in the list, after an import and when it is refreshed", async () => {
  await ui.connect(server.url);
  await ui.fill("#prefix", "imported");
  await ui.says("#list-count", "No users");
  await ui.page.click("nav button:last-child");
  await ui.page.waitForSelector("#file");
  await client.user("imported").create();
  await ui.page.click("nav button:first-child");
  await ui.says("#list-count", "1 user");
  await client.user("imported").delete();
  await ui.page.click("#refresh");
  await ui.says("#list-count", "No users");
});

test("users are chosen and deleted together, after a question, and come back", async () => {
  const data = (i) => ({ name: `Many ${i}`, n: i });
  await client.addUsers(Array.from({ length: 30 }, (_, i) => ({ id: `many-${i}`, data: data(i) })));
  await ui.connect(server.url);
  await ui.fill("#prefix", "many-");
  await ui.says("#list-count", "The first 25 of 30 users");
  assert.equal(await ui.page.$("#delete-chosen"), null);
  await ui.page.click("#choose-all");
  await ui.page.click("[aria-label='Choose many-7']");
  await ui.says("#delete-chosen", "Delete 24 users");
  await ui.page.click("#delete-chosen");
  await ui.says("#question-text", /^Delete 24 users: many-\d+(, many-\d+){4} and more\? For ten seconds it can be undone\.$/);
  await ui.page.click("#no");
  assert.equal((await client.getUsers(["many-7", "many-8"])).users.length, 2);
  await ui.page.click("#delete-chosen");
  await ui.page.waitForSelector("#yes");
  await ui.picture("list-delete", { width: 360 });
  await ui.page.click("#yes");
  await ui.says("#list-status", "Deleted 24 users.");
  await ui.says("#list-count", "6 users");
  assert.ok((await ids()).includes("many-7"));
  await ui.says("#code", /await client\.deleteUsers\(\[\n {2}"many-/);
  await ui.page.click("#undo");
  await ui.says("#list-status", "24 users created again.");
  await ui.says("#list-count", "The first 25 of 30 users");
  const { users } = await client.getUsers(Array.from({ length: 30 }, (_, i) => `many-${i}`));
  assert.deepEqual(new Map(users.map((user) => [user.id, user.data])), new Map(Array.from({ length: 30 }, (_, i) => [`many-${i}`, data(i)])));
  await client.deleteUsers(users.map(({ id }) => id));
});

test("users whose deletion got no answer can be brought back; whoever was not deleted stays as they are", async () => {
  await client.addUsers(Array.from({ length: 3 }, (_, i) => ({ id: `lost-${i}`, data: { i } })));
  await ui.connect(server.url);
  await ui.fill("#prefix", "lost-");
  await ui.says("#list-count", "3 users");
  await ui.page.evaluate(loseAnswersToDeletions);
  await ui.page.click("#choose-all");
  await ui.page.click("#delete-chosen");
  await ui.page.waitForSelector("#yes");
  await ui.page.click("#yes");
  await ui.page.waitForSelector("#undo");
  await ui.says("#list-count", "No users");
  await client.user("lost-2").create({ i: "anew" });
  await ui.page.click("#undo");
  await ui.says("#list-count", "3 users");
  await ui.says("#list-status", "3 users stored. Those that had been deleted were created again; the others are as they were.");
  const { users } = await client.getUsers(["lost-0", "lost-1", "lost-2"]);
  assert.deepEqual(users.map(({ id, data }) => [id, data.i]).sort(), [["lost-0", 0], ["lost-1", 1], ["lost-2", "anew"]]);
  await client.deleteUsers(users.map(({ id }) => id));
});

test("a deletion that is under way when the client is closed is not undone by the next client", async () => {
  await client.addUsers([{ id: "closing" }]);
  await ui.connect(server.url);
  await ui.fill("#prefix", "closing");
  await ui.says("#list-count", "1 user");
  await ui.page.evaluate(() => {
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => {
      if (init?.method !== "DELETE") return fetch(url, init);
      return new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
    };
  });
  await ui.page.click("#choose-all");
  await ui.page.click("#delete-chosen");
  await ui.page.waitForSelector("#yes");
  await ui.page.click("#yes");
  await ui.says("#list-status", "Deleting 1 user …");
  await ui.page.click("#disconnect");
  await ui.page.waitForSelector("form.connect");
  await ui.page.click("form.connect button.main");
  await ui.says("#list-count", /users$/);
  assert.equal(await ui.page.$("#undo"), null);
  await client.user("closing").delete();
});

test("what is listed, or chosen, is saved as a file that the import reads", async () => {
  await client.addUsers([
    ...Array.from({ length: 120 }, (_, i) => ({ id: `ex-${i}`, data: { i } })), { id: "ex-z", data: { "name": 'Zoë, "Z"', "tags": [1, "x"], "i": null } },
  ]);
  await ui.connect(server.url);
  await ui.fill("#prefix", "ex-");
  await ui.says("#list-count", "The first 25 of 121 users");
  const lines = (await saved("#export-ndjson", "users.ndjson")).trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(new Set(lines.map(({ id }) => id)).size, 121);
  assert.deepEqual(lines.find(({ id }) => id === "ex-99"), { id: "ex-99", data: { i: 99 } });
  await ui.says("#list-status", "Exported 121 users.");
  await ui.fill("#prefix", "ex-z");
  await ui.says("#list-count", "1 user");
  await ui.page.click("#choose-all");
  assert.equal(await saved("#export-csv", "users.csv"), 'id,name,tags,i\r\nex-z,"Zoë, ""Z""","[1,""x""]",');
  await ui.says("#list-status",
    'Exported 1 user. CSV keeps no types: a text such as "42" is read as a number again, and empty texts and null are left out. NDJSON keeps everything.');
  await ui.picture("list-exported", { width: 360 });
  await client.deleteUsers(lines.map(({ id }) => id));
});

test("members of the data have columns, where one wants them; numbers that are not exact are marked", async () => {
  await client.user("col").create({ city: "London", n: 1 });
  await fetch(`${server.api}v1.0/user/col/?api_key=demo-key`, {
    method: "PUT",
    headers: { "content-type": "application/json", "stream-auth-type": "jwt", "authorization": client.createUserToken("col") },
    body: '{"data": {"city": "London", "n": 12345678901234567890}}',
  });
  await ui.connect(server.url);
  await ui.fill("#prefix", "col");
  await ui.says("#list-count", "1 user");
  await ui.says("#list .summary", /^≈ /);
  await ui.page.click("#fields summary");
  await ui.page.click("#fields label:nth-of-type(1)");
  await ui.says("#list .summary", "London");
  assert.deepEqual(await ui.page.$$eval("#list thead th", (all) => all.map(({ textContent }) => textContent)), ["", "Id", "city", "Created", "Updated"]);
  await ui.page.click("#fields label:nth-of-type(1)");
  await ui.says("#list .summary", /^≈ \{/);
  await client.user("col").delete();
});

test("a member called __proto__ is shown and saved for those that have one", async () => {
  await client.addUsers([{ id: "proto-1", data: JSON.parse('{"n":1,"__proto__":{"x":1}}') }, { id: "proto_2", data: { n: 2 } }]);
  await ui.connect(server.url);
  await ui.fill("#prefix", "proto");
  await ui.says("#list-count", "2 users");
  await sort("id");
  await ui.page.waitForFunction(() => document.querySelector("#list tbody .id")?.textContent === "proto-1");
  await ui.page.click("#fields summary");
  await ui.page.click("#fields label:nth-of-type(2)");
  const cells = () => ui.page.$$eval("#list .summary", (all) => all.map(({ textContent }) => textContent));
  assert.deepEqual(await cells(), ['{"x":1}', ""]);
  const [underscore, underline] = await ui.page.$eval("#list .id .link", (link) => {
    const { font, textUnderlineOffset } = getComputedStyle(link);
    const context = Object.assign(document.createElement("canvas").getContext("2d"), { font });
    return [context.measureText("_").actualBoundingBoxDescent, Number.parseFloat(textUnderlineOffset)];
  });
  assert.ok(underline > underscore, `an underscore reaches to ${underscore} px, the line under the id is at ${underline} px`);
  await ui.picture("list-ids");
  assert.equal(await saved("#export-csv", "users.csv"), 'id,n,__proto__\r\nproto-1,1,"{""x"":1}"\r\nproto_2,2,');
  await client.deleteUsers(["proto-1", "proto_2"]);
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
  assert.deepEqual(await ids(), ["ada"]);
  assert.equal(await ui.page.$("#choose-all"), null, "Klaim deletes nobody");
  const sorts = await ui.page.$$eval("#sort option", (options) => options.map(({ value }) => value));
  assert.deepEqual(sorts, ["id", "-id", "-created_at", "created_at"]);
});
