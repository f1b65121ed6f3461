// The console shows a call in full, without the credential, and as a command for a shell.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

let server, browser, ui;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
  const rights = ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"];
  await browser.defaultBrowserContext().overridePermissions(server.url, rights);
});
after(() => Promise.all([server?.stop(), browser?.close()]));
beforeEach(async () => {
  ui = await openConsole(browser);
  await ui.connect(server.url);
});
afterEach(async () => {
  await fetch(`${server.url}/_faults?spec=rate=0`, { method: "PUT" });
  await ui.close();
});

/** Opens the latest call, which is this request, and gives the texts that it shows. */
async function opened(request) {
  const latest = "#calls tbody tr:first-child .request button";
  await ui.page.waitForFunction((latest, request) => document.querySelector(latest)?.textContent === request, {}, latest, request);
  await ui.page.click(latest);
  await ui.page.waitForSelector("#call pre:nth-of-type(2)");
  return ui.page.$$eval("#call pre", (texts) => texts.map((text) => text.textContent));
}

/** The command on the button, as the arguments that a shell gives to curl. */
async function command() {
  await ui.page.click("#call .copy");
  await ui.page.waitForFunction(() => document.querySelector("#call .told").textContent === "Copied");
  const text = await ui.page.evaluate(() => navigator.clipboard.readText());
  const shell = `curl() { printf '%s\\0' "$@"; }\n${text}`;
  return { text, words: execFileSync("sh", ["-c", shell], { env: { TOKEN: "the token" }, encoding: "utf8" }).split("\0").slice(0, -1) };
}

test("a call opens: what was sent and what came back", async () => {
  await ui.write(`{"name": "Ada's $HOME"}`);
  await ui.press("create");
  const [sent, answered] = await opened("POST user/");
  assert.match(sent, /^POST http:\/\/localhost:\d+\/api\/v1\.0\/user\/\?api_key=demo-key/);
  assert.ok(sent.includes("\nauthorization: $TOKEN\n"), sent);
  assert.ok(sent.endsWith(`\n\n{\n  "id": "ada",\n  "data": {\n    "name": "Ada's $HOME"\n  }\n}`), sent);
  assert.match(answered, /^HTTP 201\n/);
  assert.ok(/\nx-request-id: \S+\n/.test(answered) && !answered.includes("access-control"), answered);
  assert.ok(answered.includes(`"name": "Ada's $HOME"`), answered);
  assert.ok(!(await ui.page.content()).includes("eyJ"), "no token is in the page");

  const { words } = await command();
  assert.deepEqual(words.slice(0, 2), ["-X", "POST"]);
  assert.equal(new URL(words[2]).pathname, "/api/v1.0/user/");
  assert.ok(words.includes("authorization: the token"));
  assert.deepEqual(words.slice(-2), ["--data-raw", `{"id":"ada","data":{"name":"Ada's $HOME"}}`]);
});

test("the command does what the page did", async () => {
  const client = esm.connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl: `${server.url}/api/` });
  await client.user("ada").getOrCreate();
  await ui.press("get");
  await opened("GET user/ada/");
  const { words } = await command();
  const headers = words.flatMap((word, i) => (words[i - 1] === "-H" ? [word.split(": ")] : []));
  const given = headers.map(([name, value]) => [name, name === "authorization" ? client.createUserToken("ada") : value]);
  const answer = await fetch(words[2], { method: words[1], headers: Object.fromEntries(given) });
  const { id, ...rest } = await answer.json();
  assert.equal(id, "ada", JSON.stringify({ rest, words }));
});

test("a call is copied as a program in each language, and its request id is shown", async () => {
  await ui.fill("#id", "copied");
  await ui.write('{"n": 1}');
  await ui.press("getOrCreate");
  await ui.press("get");
  await opened("GET user/copied/");
  const later = "#calls tbody tr:nth-child(2) .request button";
  await ui.page.click(later);
  await ui.page.waitForFunction(() => document.querySelector("#call pre").textContent.startsWith("POST"));
  assert.match(await ui.text("#call .note"), /^Request id \S+$/);
  for (const [language, said] of [
    ["JavaScript", /await client\.user\("copied"\)\.getOrCreate\(\{\n {2}"n": 1\n\}\)/],
    ["TypeScript", /type Profile = \{[^]*getOrCreate/],
    ["Rust", /\.get_or_create\(&json!\(/],
  ]) {
    await ui.page.click(`#call-code [aria-label$="${language}"]`);
    await ui.page.waitForFunction((language) => document.querySelector(`#call-code [aria-label$="${language}"] .told`).textContent === "Copied", {}, language);
    assert.match(await ui.page.evaluate(() => navigator.clipboard.readText()), said);
  }
  await ui.remove();
  await opened("DELETE user/copied/");
  await ui.page.click("#call-code .copy");
  await ui.page.waitForFunction(async () => /\.delete\(\)/.test(await navigator.clipboard.readText()));
});

test("a body that is too long is told by its length, with the heads", async () => {
  await ui.page.click("nav button:last-child");
  const field = await ui.page.waitForSelector("#file");
  const path = join(temporaryFolder(), "long.ndjson");
  writeFileSync(path, Array.from({ length: 10 }, (_, i) => `{"id":"long${i}","data":{"text":"${"x".repeat(9_000)}"}}\n`).join(""));
  await field.uploadFile(path);
  await ui.page.waitForSelector("#send");
  await ui.page.click("#send");
  await ui.says("#import-status", "Done: 10 of 10 users stored. Those that existed already stayed as they were.");
  const [sent, answered] = await opened("POST users/");
  assert.match(sent, /^POST http.+\n[^]*authorization: \$TOKEN[^]*\n\n\(90\s\d{3} bytes, too long to be shown\)$/);
  assert.match(answered, /^HTTP 201\n/);
  assert.equal(await ui.page.$("#call .toolbar .copy"), null, "no command without its body");
});

test("each attempt is shown, and the list can be cleared", async () => {
  await ui.faults(100, ["503"]);
  await ui.press("get");
  await opened("GET user/ada/");
  await ui.page.waitForFunction(() => document.querySelectorAll("#call pre").length === 6);
  const titles = await ui.page.$$eval("#call h3", (all) => all.map((title) => title.textContent.replace(/after .*/, "after …")));
  assert.deepEqual(titles, ["Attempt 1: 503 after …", "Attempt 2: 503 after …", "Attempt 3: 503 after …"]);
  await ui.page.click("#clear-calls");
  await ui.page.waitForFunction(() => !document.querySelector("#calls") && !document.querySelector("#call"));
});
