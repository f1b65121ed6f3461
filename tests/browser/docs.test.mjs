// The description of the server at `/docs`, as a visitor meets it: in Chromium, under its policy, from this server alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../support/browser.mjs";
import { esm } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

test("the operations are listed and one of them is tried, with no complaint and no request elsewhere", async () => {
  const page = await openPage(browser);
  const problems = [];
  const origins = new Set();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(message.text());
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:") origins.add(origin);
  });
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(`${server.url}/docs`);
  await page.waitForSelector("#operations-users-getUser");
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
  const described = Object.values(paths).flatMap(Object.values).length;
  assert.equal((await page.$$(".opblock")).length, described);

  await esm.connect(KEY, SECRET, "1", { baseUrl: server.api }).user("ada").create({ name: "Ada" });
  const token = esm.connect(KEY, SECRET).createUserToken("ada");
  await page.click(".btn.authorize");
  await page.waitForSelector(".auth-container input");
  for (const scheme of await page.$$(".auth-container")) {
    const isKey = await scheme.evaluate((it) => it.textContent.includes("api_key"));
    await (await scheme.$("input")).type(isKey ? KEY : token);
    await (await scheme.$(".auth-btn-wrapper .authorize")).click();
  }
  await page.click(".modal-ux .btn-done");
  await page.click("#operations-users-getUser .opblock-summary-control");
  await page.waitForSelector("#operations-users-getUser .try-out__btn");
  await page.click("#operations-users-getUser .try-out__btn");
  await page.waitForSelector("#operations-users-getUser input[placeholder=id]");
  await page.type("#operations-users-getUser input[placeholder=id]", "ada");
  await page.click("#operations-users-getUser .execute");
  const body = "#operations-users-getUser .live-responses-table .response-col_description code";
  const answer = await page.waitForSelector(body);
  assert.match(await answer.evaluate((it) => it.textContent), /"name": "Ada"/);
  assert.deepEqual([...origins], [server.url]);
  assert.deepEqual(problems, []);
});
