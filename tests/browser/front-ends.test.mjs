// The example apps, each built by Vite and used in Chromium: whoever is signed in gets a profile, and changes its name.
//
// One more framework is one more row. Its page has a field "Name", a button "Save", the user's id as heading, a status and,
// when a call fails, an alert with the error's message.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { openPage, startBrowser } from "../support/browser.mjs";
import { startFrontEnd } from "../support/front-end.mjs";
import { esm } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const EXAMPLES = ["react-profile", "vue-profile", "svelte-profile"];

const [server, browser] = await Promise.all([startServer(), startBrowser()]);
after(() => Promise.all([server.stop(), browser.close()]));

const client = esm.connect(KEY, SECRET, undefined, { baseUrl: server.api });
const stored = async (id) => (await client.user(id).get()).data;

/** The app in a page of its own, and what there is to see in it. */
async function open(url) {
  const page = await openPage(browser);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", ({ blockedURI }) => reportError(new Error(`policy: ${blockedURI}`)));
  });
  await page.goto(url);
  const text = (selector) => page.$eval(selector, (element) => element.textContent);
  const named = (name, role) => page.locator(`::-p-aria([name="${name}"][role="${role}"])`);
  return {
    page,
    problems,
    text,
    name: () => page.$eval("input", (input) => input.value),
    /** Waits until the element's text is this. */
    async says(selector, expected) {
      const isThere = (selector, text) => document.querySelector(selector)?.textContent === text;
      await page.waitForFunction(isThere, {}, selector, expected).catch(async () => {
        assert.equal(await text(selector), expected);
      });
    },
    async save(name) {
      await named("Name", "textbox").fill(name);
      await named("Save", "button").click();
    },
  };
}

for (const example of EXAMPLES) {
  const user = `${example}-user`;

  describe(example, () => {
    let app;
    before(async () => (app = await startFrontEnd(example, { api: server.api, user })));
    after(() => app?.stop());

    test("a user who is new is stored, and one who is not is shown, and changed without losing anything", async () => {
      const first = await open(app.url);
      await first.says("[role=status]", "Signed in.");
      assert.equal(await first.text("h1"), user);
      assert.equal(await first.name(), "New here");
      assert.deepEqual(await stored(user), { name: "New here" });

      await client.user(user).update({ name: "Ada", born: 1815 });
      const second = await open(app.url);
      await second.says("[role=status]", "Signed in.");
      assert.equal(await second.name(), "Ada");
      await second.save("Countess <b>& more</b> 😀");
      await second.says("[role=status]", "Saved.");
      assert.deepEqual(await stored(user), { name: "Countess <b>& more</b> 😀", born: 1815 });
      assert.deepEqual([...first.problems, ...second.problems], []);
    });

    test("an error is told, and the next call works", async () => {
      const { save, says, text, problems } = await open(app.url);
      await says("[role=status]", "Signed in.");
      const long = "x".repeat(10_240);
      await save(long);
      const { length } = JSON.stringify({ name: long, born: 1815 });
      await says("[role=alert]", `data is ${length} bytes of JSON, at most 10240 are allowed`);
      assert.equal(await text("[role=status]"), "");
      await save("Ada");
      await says("[role=status]", "Saved.");
      assert.deepEqual(await stored(user), { name: "Ada", born: 1815 });
      assert.deepEqual(problems, []);
    });

    test("where no token is to be had, the page says so", async () => {
      await app.endpoint.stop();
      const { page, problems } = await open(app.url);
      const alert = await page.waitForSelector("[role=alert]");
      assert.equal(await alert.evaluate(({ textContent }) => textContent), "the token provider failed");
      assert.equal(await page.$("button:enabled"), null);
      assert.deepEqual(problems, []);
    });

    test("its sources are short", () => {
      const folder = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url));
      for (const name of readdirSync(join(folder, "src"))) {
        assert.ok(readFileSync(join(folder, "src", name), "utf8").split("\n").length <= 41, name);
      }
    });
  });
}
