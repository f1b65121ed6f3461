// The console against servers that are gone, are something else or are in trouble: it says so in words, and what is shown stays.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";

const JSON_TYPE = "application/json";

let server, browser, ui, foreign, answer;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
  foreign = createServer((request, response) => answer(request, response)).listen(0, "localhost");
  await once(foreign, "listening");
});
after(async () => {
  foreign?.closeAllConnections();
  foreign?.close();
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

const elsewhere = () => `http://localhost:${foreign.address().port}/api/`;

/** Lets pages of other origins read what it answers. */
const open = (status, type, body) => (request, response) => {
  const allowed = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };
  if (request.method === "OPTIONS") response.writeHead(204, allowed).end();
  else response.writeHead(status, { ...allowed, "content-type": type }).end(body);
};

async function connectTo(root) {
  await ui.visit(server.url);
  await ui.fill("[name=root]", root);
  await ui.page.click("form.connect button.main");
}

/** The browser itself says this too. */
const isAbout = (pattern) => ui.problems.splice(0).forEach((problem) => assert.match(problem, pattern));

test("what is no such service is told from it, by what it answers", async () => {
  for (const [name, given, said] of [
    ["a page", open(200, "text/html", "<!doctype html><title>A page</title>"), /^What answers at http:\S+ is not this API: /],
    ["another API", open(200, JSON_TYPE, '{"items": []}'), /^What answers at http:\S+ is not this API: /],
    ["a page that is not there", open(404, "text/html", "<h1>404</h1>"), /^There is no such API at http:\S+: the address ends with/],
    ["another API without it", open(404, JSON_TYPE, '{"detail": "Not Found"}'), /^There is no such API at http:\S+: the address ends with/],
    ["one that refuses everybody", open(403, JSON_TYPE, '{"message": "Forbidden"}'), /^The service refuses this: .+\.$/],
  ]) {
    answer = given;
    await connectTo(elsewhere());
    await ui.says("#connect-problem", said).catch((error) => assert.fail(`${name}: ${error.message}`));
    assert.equal(await ui.page.$("#user"), null, name);
  }
});

test("a server that is gone, or lets no page read its answers", async () => {
  const said = /^Nothing answers at http:\S+, or it does not let this page read its answers/;
  answer = (_, response) => response.writeHead(200, { "content-type": JSON_TYPE }).end("{}");
  await connectTo(elsewhere());
  await ui.says("#connect-problem", said);
  answer = (request) => request.socket.destroy();
  await connectTo(elsewhere());
  await ui.says("#connect-problem", said);
  isAbout(/CORS policy|Failed to load resource/);
});

test("a server in trouble: one is connected, and each panel says what is wrong", async () => {
  answer = open(500, "text/html", "<h1>Internal Server Error</h1>");
  await connectTo(elsewhere());
  await ui.says("#all-users .problem", "The server answered 500, so the list is as it was.");
  assert.equal(await ui.text("#list-count"), "");
  const said = await ui.press("get");
  assert.match(said, /500/);
  assert.ok(await ui.text("#facts"));
});

test("a chart that cannot be loaded leaves no gap above the calls", async () => {
  await ui.connect(server.url);
  await ui.page.setRequestInterception(true);
  ui.page.on("request", (request) => (/\/chart-[^/]*\.js$/.test(request.url()) ? request.abort() : request.continue()));
  for (let i = 0; i < 5; i += 1) await ui.press("get");
  await ui.page.waitForFunction(() => document.querySelector(".latency")?.clientHeight < 40);
  assert.match(await ui.text(".latency"), /^Median /);
  isAbout(/Failed to load resource/);
});

test("a server that goes away, and an answer that is no list: words, and the list stays", async () => {
  const own = await startDemo();
  await ui.connect(own.url);
  await ui.press("create");
  await ui.says("#list-count", "1 user");
  await ui.page.setRequestInterception(true);
  let given = { status: 200, contentType: "text/html", body: "<!doctype html>" };
  ui.page.on("request", (request) => (request.url().includes("/admin/users") && given ? request.respond(given) : request.continue()));
  await ui.page.select("#sort", "id");
  await ui.says("#all-users .problem", "What the server answered is no list of users.");
  given = { status: 503, contentType: JSON_TYPE, body: '{"detail": "closed for today"}' };
  await ui.page.select("#sort", "-id");
  await ui.says("#all-users .problem", "Closed for today.");
  given = undefined;
  await own.kill();
  await ui.page.select("#sort", "id");
  await ui.says("#all-users .problem", "The server does not answer, so the list is as it was.");
  assert.equal((await ui.rows("list")).length, 1);
  assert.notEqual(await ui.press("get"), "");
  assert.match(await ui.text("#facts"), /network/);
});
