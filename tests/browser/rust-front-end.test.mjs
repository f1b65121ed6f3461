// A front end in Rust that has the crate as a dependency: examples/yew-profile, clicked through in Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { openPage, servePages, startBrowser } from "../support/browser.mjs";
import { esm } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";
import { variable } from "../support/temporary.mjs";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "content-type, authorization, x-stream-client, stream-auth-type",
};

const folder = variable("RUST_FRONT_END");
const html = readFileSync(join(folder, "index.html"), "utf8");
const pages = {}; // Filled as the tests go: the page with other attributes.

const [server, recorder, origin, browser] = await Promise.all([
  startServer(), startRecorder(), servePages(folder, pages), startBrowser(),
]);
after(async () => {
  await browser.close();
  await Promise.all([server.stop(), recorder.stop(), origin.stop()]);
});

const client = esm.connect(KEY, SECRET, undefined, { baseUrl: server.api });

/** The card of this user, with the attributes of the page as they are unless they are given here. */
async function open(user, attributes = {}) {
  const wanted = {
    "base-url": server.api, "api-key": KEY, "user-id": user, "token": client.createUserToken(user), ...attributes,
  };
  const path = `/package/${user}.html`;
  pages[path] = Object.entries(wanted).reduce((text, [name, value]) => {
    const attribute = new RegExp(` data-${name}=".*"`);
    assert.match(text, attribute);
    return text.replace(attribute, ` data-${name}="${value}"`);
  }, html);

  const page = await openPage(browser);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", ({ blockedURI }) => reportError(new Error(`policy: ${blockedURI}`)));
  });
  await page.goto(`${origin.url}${path}`);
  await page.waitForSelector("main");

  const button = (label) => page.locator(`::-p-aria([name="${label}"][role="button"])`);
  const texts = (selector) => page.$$eval(selector, (elements) => elements.map(({ textContent }) => textContent));
  return {
    page,
    problems,
    button,
    /** Replaces what a field of this label holds, as typing does. */
    type: (label, text) => page.locator(`::-p-aria([name="${label}"][role="textbox"])`).fill(text),
    typed: () => page.$$eval("input", (inputs) => inputs.map(({ value }) => value)),
    /** Clicks, and gives what the card shows after the call. */
    async click(label) {
      await button(label).click();
      await page.waitForSelector("main[aria-busy=false]");
      return { status: await texts("[role=status]"), alert: await texts("[role=alert] p"), record: await texts("dd") };
    },
  };
}

/** What the service has stored, or the code of the refusal. */
const stored = (id) => client.user(id).get().then((user) => user.data, (error) => error.code);

test("create, load, save and delete are seen in the page and in the service", async () => {
  const { click, type, typed, problems } = await open("ada");

  await type("Name", "Ada");
  await type("Bio", "Wrote the first program <b>& more</b>");
  const first = { name: "Ada", bio: "Wrote the first program <b>& more</b>" };
  assert.deepEqual(await click("Create"), {
    status: ["Created."], alert: [], record: ["ada", first.name, first.bio],
  });
  assert.deepEqual(await stored("ada"), first);

  await client.user("ada").update({ name: "Countess" });
  assert.deepEqual(await click("Load"), { status: ["Loaded."], alert: [], record: ["ada", "Countess", ""] });
  assert.deepEqual(await typed(), ["Countess", ""], "the form holds what was loaded");

  await type("Bio", "😀 é");
  assert.deepEqual(await click("Save"), { status: ["Saved."], alert: [], record: ["ada", "Countess", "😀 é"] });
  assert.deepEqual(await stored("ada"), { name: "Countess", bio: "😀 é" });

  assert.deepEqual(await click("Delete"), { status: ["Deleted."], alert: [], record: [] });
  assert.equal(await stored("ada"), "not_found");
  assert.deepEqual(problems, []);
});

test("a user that does not exist is an error, and the next call works", async () => {
  const { click, type, problems } = await open("nobody");
  assert.deepEqual(await click("Load"), {
    status: [""],
    alert: ['get of user nobody failed: user "nobody" does not exist (HTTP 404, DoesNotExistException)'],
    record: [],
  });
  await type("Name", "Somebody");
  assert.deepEqual(await click("Create"), { status: ["Created."], alert: [], record: ["nobody", "Somebody", ""] });
  const refused = await click("Create");
  assert.match(refused.alert[0], /^create of user nobody failed: .+ \(HTTP 409, ConflictException\)$/);
  assert.deepEqual(refused.record, ["nobody", "Somebody", ""], "what is stored is still shown");

  await client.user("nobody").delete();
  assert.deepEqual((await click("Load")).record, [], "what is gone is not");
  assert.deepEqual(problems, []);
});

test("an error comes with its hint", async () => {
  const { click, problems } = await open("eve", { token: client.createUserToken("mallory") });
  const { alert } = await click("Create");
  assert.match(alert[0], /^create of user eve failed: .+ \(HTTP 403, NotAllowedException\)$/);
  assert.equal(alert[1], "What helps: check that the token is signed with this app's secret and belongs to this user");
  assert.equal(await stored("eve"), "not_found");
  assert.deepEqual(problems, []);
});

test("data of another shape is an error, and is left as it is", async () => {
  const { click, problems } = await open("odd");
  await client.user("odd").create({ name: 5 });
  const { alert, record } = await click("Load");
  assert.match(alert[0], /get of user .+ succeeded, but its answer is not of the type asked for: .+ expected a string$/);
  assert.deepEqual(record, []);
  assert.deepEqual(await stored("odd"), { name: 5 });
  assert.deepEqual(problems, []);
});

test("settings that cannot work are told in place of the card", async () => {
  const { page, problems } = await open("bob", { token: "not-a-token" });
  assert.deepEqual(await page.$eval("[role=alert]", ({ children }) => [...children].map(({ textContent }) => textContent)), [
    "token does not have three parts",
    "What helps: make a user token on your server; there, the app secret goes to `secret`",
  ]);
  assert.deepEqual(await page.$$("button"), []);
  assert.deepEqual(problems, []);
});

test("while a call runs, nothing else can be started", async () => {
  let reply;
  const held = new Promise((resolve) => (reply = resolve));
  recorder.answer = ({ method }) => (method === "OPTIONS" ? { headers: CORS } : held);
  const { page, button, problems } = await open("slow", { "base-url": recorder.api });
  const enabled = () => page.$$eval(":is(button, input):enabled", ({ length }) => length);
  assert.equal(await enabled(), 6);
  await button("Load").click();
  await page.waitForSelector("main[aria-busy=true]");
  assert.equal(await enabled(), 0);
  reply({ headers: CORS, body: record("slow", { name: "Patience" }) });
  await page.waitForSelector("main[aria-busy=false]");
  assert.equal(await page.$eval("dt + dd:nth-of-type(2)", ({ textContent }) => textContent), "Patience");
  assert.equal(await enabled(), 6);
  assert.deepEqual(problems, []);
});
