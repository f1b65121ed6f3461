// The console, each of its tasks as a visitor does it, in Chromium.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";

const OWN = "canary-key";

let server, slow, browser, ui;

before(async () => {
  [server, slow, browser] = await Promise.all([
    startDemo(),
    startDemo("--latency 600000"),
    startBrowser(["--host-resolver-rules=MAP console.test 127.0.0.1"]),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all([server, slow].map((each) => each?.stop()));
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(async () => {
  await fetch(`${server.url}/_faults?spec=rate=0`, { method: "PUT" });
  await ui.close();
});

/** The definition list of an error. */
const facts = () =>
  ui.page.$$eval("#facts dt", (terms) =>
    Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling.textContent])),
  );

test("the operations of a user by clicking", async () => {
  await ui.connect(server.url);
  assert.match(await ui.text("#who"), /^Stream · demo-key · the server side/);
  await ui.write('{"name": "Ada"}');
  assert.equal(await ui.press("create"), "Created ada.");
  assert.deepEqual((await ui.shown()).data, { name: "Ada" });
  await ui.write('{"name": "Countess"}');
  assert.equal(await ui.press("getOrCreate"), "Here is ada, as it was stored, or created just now.");
  assert.deepEqual((await ui.shown()).data, { name: "Ada" });
  assert.equal(await ui.press("update"), "Updated ada.");
  assert.equal(await ui.press("get"), "Here is ada.");
  assert.deepEqual((await ui.shown()).data, { name: "Countess" });
  assert.equal(await ui.press("profile"), "Here is ada, with follow counts.");
  assert.equal((await ui.shown()).followers_count, 0);
  assert.equal(await ui.page.$("#rate-limit"), null, "of plenty nothing is said");
  assert.equal(await ui.press("create"), 'User "ada" already exists.');
  assert.deepEqual(await facts(), {
    "Code": "conflict", "HTTP status": "409", "Attempts": "1", "Retryable": "no", "May have been applied": "no",
  });
  assert.equal(await ui.remove(), "Deleted ada.");
  assert.equal(await ui.press("get"), 'User "ada" does not exist.');
  assert.deepEqual(
    (await ui.rows("calls")).map(([request, answer]) => [request, answer]),
    [["GET user/ada/", "404"], ["DELETE user/ada/", "200"], ["GET user/ada/", "200"], ["POST user/", "409"], ["GET user/ada/", "200"],
      ["GET user/ada/", "200"], ["PUT user/ada/", "201"], ["POST user/", "201"], ["POST user/", "201"]],
  );
});

test("the editor's problems are those of the package, at their place, while one types", async () => {
  await ui.connect(server.url);
  /** What is underlined. */
  const marked = () => ui.page.$$eval(">>> .cm-lintRange-error", (ranges) => ranges.map((range) => range.textContent).join(""));
  const state = [
    ['{"tags": ["a", "b", 1e999]}', "data.tags[2] is an infinite number, which JSON cannot hold.", "1e999"],
    ['{"a b": {"c": "\\ud800"}}', 'data["a b"].c is a string with half of a surrogate pair, which JSON cannot hold.', '"\\ud800"'],
    ["[1, 2]", "Data must be a JSON object, but is an array.", "["],
  ];
  for (const [text, problem, place] of state) {
    await ui.write(text);
    await ui.says("#data-problem", problem);
    await ui.page.waitForSelector(">>> .cm-lintRange-error");
    assert.equal(await marked(), place);
  }
  await ui.write('{"big": 12345678901234567890, "fits": 9007199254740992}');
  await ui.page.waitForSelector(">>> .cm-lintRange-warning");
  assert.equal(await ui.page.$eval(">>> .cm-lintRange-warning", (range) => range.textContent), "12345678901234567890");
  await ui.write('{"a":{"b":1,"c":2,"b":3},"b":4}');
  await ui.page.waitForFunction(() =>
    document.querySelector("#data").shadowRoot.querySelector(".cm-lintRange-warning")?.textContent === '"b"');
  assert.equal((await ui.page.$$(">>> .cm-lintRange-warning")).length, 1);
  await ui.write('{"name": "Ada" "born"}');
  await ui.says("#data-problem", /^This is not JSON yet: /);
  assert.equal(await ui.press("create"), await ui.text("#data-problem"));
  await ui.write(JSON.stringify({ text: "é".repeat(5_115) }));
  await ui.says("#data-size", "10\u00a0241 of 10\u00a0240 bytes");
  await ui.says("#data-problem", "Data is 10241 bytes of JSON, at most 10240 are allowed.");
  await ui.write(JSON.stringify({ text: "e".repeat(10_229) }));
  await ui.says("#data-size", "10\u00a0240 of 10\u00a0240 bytes");
  await ui.says("#data-problem", "");
  assert.deepEqual(await ui.page.$$("#calls tbody tr"), [], "nothing was sent");
});

test("an id is checked while one types", async () => {
  await ui.connect(server.url);
  await ui.fill("#id", "../feed/x");
  await ui.says("#id-problem", /^Id may only hold /);
  assert.equal(await ui.page.$eval("#id", (field) => field.getAttribute("aria-invalid")), "true");
  await ui.press("get");
  assert.deepEqual(await ui.page.$$("#calls tbody tr"), [], "nothing was sent");
});

test("what users hold is shown as text", async () => {
  await ui.connect(server.url);
  const hostile = {
    script: "<script>alert(1)</script><img src=x onerror=alert(2)>",
    rtl: "\u202eمرحبا بالعالم\u202c",
    emoji: "👩🏽‍🚀🏳️‍🌈",
    long: "x".repeat(9_900),
  };
  await ui.fill("#id", "hostile");
  await ui.write(JSON.stringify(hostile));
  assert.equal(await ui.press("create"), "Created hostile.");
  assert.deepEqual((await ui.shown()).data, hostile);
  assert.equal(await ui.page.$("#record script, #record img, #seen script, #seen img"), null);
  assert.match((await ui.rows("seen"))[0][1], /^\{"script":"<script>alert\(1\)/);
  for (const width of [320, 1280]) await ui.picture("hostile", { width });
});

test("the table of users seen: filter, follow counts, a reference to copy, and back into the form", async () => {
  await browser.defaultBrowserContext().overridePermissions(server.url, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  await ui.connect(server.url);
  for (const [id, name] of [["grace", "Grace"], ["edsger", "Edsger"]]) {
    await ui.fill("#id", id);
    await ui.write(JSON.stringify({ name }));
    await ui.press("getOrCreate");
  }
  assert.deepEqual((await ui.rows("seen")).map(([id, , followers]) => [id, followers]), [["edsger", "–"], ["grace", "–"]]);
  await ui.page.click("#counts");
  await ui.page.waitForFunction(() => [...document.querySelectorAll("#seen tbody tr")].every((row) => row.cells[2].textContent === "0"));
  await ui.fill("#filter", "GRA");
  await ui.says("#seen-count", "1 of 2");
  await ui.page.bringToFront();
  await ui.page.click("#seen .copy");
  await ui.says("#seen .told", "Copied");
  assert.equal(await ui.page.evaluate(() => navigator.clipboard.readText()), "SU:grace");
  await ui.page.click("#seen .link");
  await ui.says("#outcome", "Here is grace.");
  assert.equal(await ui.page.$eval("#id", (field) => field.value), "grace");
  assert.deepEqual(JSON.parse(await ui.written()), { name: "Grace" });
});

test("faults are switched, and one sees calls being tried again", async () => {
  await ui.connect(server.url);
  await ui.faults(100, ["503"]);
  assert.equal(await ui.press("getOrCreate"), "A fault of --faults.");
  const [, answer, took, told] = (await ui.rows("calls"))[0];
  assert.equal(answer, "503");
  assert.match(took, /s$/);
  assert.match(told, /^3 attempts: 503, 503, 503; waited .+s$/);
  assert.equal((await ui.page.$$("#calls tr:first-child .refused")).length, 3);
  assert.equal((await ui.page.$$("#calls tr:first-child .wait")).length, 2);
  assert.equal(await ui.text("#faults-note"), "Since the last change: 3 of 3 attempts failed.");
  await ui.faults(100, ["reset"]);
  await ui.press("get");
  // How often a broken connection is tried again depends on what failed before; the log has each.
  const attempts = Number((await facts()).Attempts);
  const broken = Array(attempts).fill("network").join(", ");
  assert.ok((await ui.rows("calls"))[0][3].startsWith(`${attempts} attempts: ${broken}; waited `));
  await ui.picture("faults");
  await ui.faults(0, ["503"]);
  await ui.press("getOrCreate");
  assert.match(await ui.text(".latency figcaption"), /^Median .+s, 95 % within .+s$/);
  assert.notEqual(await ui.page.$(".latency canvas"), null);
});

test("a running call can be cancelled, and starts no second one", async () => {
  await ui.connect(slow.url);
  await ui.page.click("button[value=create]");
  await ui.says("#outcome", "Creating ada …");
  await ui.page.click("button[value=delete]");
  assert.equal(await ui.text("#outcome"), "Creating ada …");
  await ui.page.click("#cancel");
  await ui.says("#outcome", "Cancelled. Whether the change was made is not known; Get tells.");
  assert.equal(await ui.page.$("#cancel"), null);
  assert.deepEqual((await ui.rows("calls")).map(([request, answer]) => [request, answer]), [["POST user/", "cancelled"]]);
});

test("a user token connects as that user, who may do less, and nothing is kept", async () => {
  const token = esm.connect("demo-key", "demo-secret-that-everybody-may-know").createUserToken("bob");
  await ui.connect(server.url, { credential: ` ${token}\n` });
  assert.match(await ui.text("#who"), /· the user bob$/);
  await ui.fill("#id", "eve");
  assert.equal(await ui.press("create"), "You do not have permission to perform this action.");
  assert.equal((await facts()).Code, "not_allowed");
  assert.ok(!(await ui.page.content()).includes(token), "the token is nowhere in the page");
  const kept = await ui.page.evaluate(async () => [
    localStorage.length, JSON.stringify(sessionStorage), document.cookie, (await indexedDB.databases()).length,
  ]);
  assert.deepEqual([kept[0], kept[2], kept[3]], [0, "", 0]);
  assert.ok(!kept[1].includes(token), "nor is it kept for a reload");
  await ui.page.click("nav button:last-child");
  await ui.says("[aria-labelledby=import-title] p", /^Batches are for the server side/);
  await ui.page.reload();
  await ui.page.waitForSelector("form.connect");
});

test("what cannot connect says why", async () => {
  await ui.visit(server.url);
  const attempt = async (credential, text) => {
    await ui.fill("[name=credential]", credential);
    await ui.page.click("form.connect button.main");
    await ui.says("#connect-problem", text);
  };
  await attempt("a.b.c", /^Token is malformed: .+\.$/);
  await attempt("", /^The token is empty\./);
  await ui.fill("[name=root]", "https://api.example.com/api/");
  assert.match(await ui.text("#credential-note"), /^Paste a user token/);
  await attempt("demo-secret-that-everybody-may-know", /app secret/);
});

test("Connect tries key, secret and address, and says what to mend", async () => {
  await ui.visit(server.url);
  const attempt = async (fields, text) => {
    for (const [name, value] of Object.entries(fields)) await ui.fill(`[name=${name}]`, value);
    await ui.page.click("form.connect button.main");
    await ui.says("#connect-problem", text);
  };
  const right = { root: server.api, key: "demo-key", credential: "demo-secret-that-everybody-may-know" };
  await attempt({ ...right, credential: "another-secret-of-thirty-two-characters" }, /^The service refuses this: signature is invalid; check that the token /);
  await attempt({ ...right, key: "no-key" }, /^The service refuses this: api_key is unknown; check the API key /);
  await attempt({ ...right, root: `${server.url}/api/other/` }, /^There is no such API at http.+\/other\/: the address ends with the path of the API, such as \/api\/\.$/);
  // Without a path, and without a scheme, it is clear what is meant.
  await ui.fill("[name=root]", server.url.replace("http://", ""));
  await ui.fill("[name=key]", "demo-key");
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector("#user");
  const kept = await ui.page.evaluate(() => JSON.parse(sessionStorage.getItem("user-handle connection")).root);
  assert.equal(kept, server.api);
});

test("a rate limit is told once it is nearly used up", async () => {
  const limited = await startDemo("--rate-limit 10");
  try {
    await ui.connect(limited.url);
    await ui.press("getOrCreate");
    assert.equal(await ui.page.$("#rate-limit"), null);
    for (let calls = 0; calls < 9 && !(await ui.page.$("#rate-limit")); calls += 1) await ui.press("get");
    assert.match(await ui.text("#rate-limit"), /^[12] of 10 requests left until /);
  } finally {
    await limited.stop();
  }
});

test("Enter reads, Ctrl+Enter stores, and one can begin to type at once", async () => {
  await ui.connect(server.url);
  const { keyboard } = ui.page;
  const save = async () => {
    await keyboard.down("Control");
    await keyboard.press("Enter");
    await keyboard.up("Control");
    return ui.outcome();
  };
  await keyboard.type("enter"); // The id is selected.
  await keyboard.press("Enter");
  assert.equal(await ui.outcome(), 'User "enter" does not exist.');
  await ui.write('{"n": 1}');
  assert.equal(await save(), "Created enter.");
  await ui.write('{"n": 2}');
  assert.equal(await save(), "Updated enter.");
  assert.deepEqual((await ui.shown()).data, { n: 2 });
  assert.deepEqual(JSON.parse(await ui.written()), { n: 2 }, "no line was added");
});

test("numbers beyond 2^53 are told to be what JavaScript reads", async () => {
  await ui.connect(server.url);
  await ui.fill("#id", "big");
  await fetch(`${server.api}v1.0/user/?api_key=demo-key`, {
    method: "POST",
    headers: { "content-type": "application/json", "stream-auth-type": "jwt", "authorization": esm.connect("demo-key", "demo-secret-that-everybody-may-know").createUserToken("big") },
    body: '{"id": "big", "data": {"safe": 9007199254740991, "serial": 12345678901234567890, "a b": [{"n": 9007199254740993}]}}',
  });
  await ui.press("get");
  assert.match(await ui.text("#inexact"), /^data\.serial and 1 more are beyond 2⁵³, so the digits shown are those that JavaScript reads/);
  await ui.remove();
  assert.match(await ui.text("#undo-note .note"), /with the data it had, but for numbers beyond 2⁵³, which come back rounded; created_at will be new\.$/);
  await ui.page.click("#undo");
  await ui.says("#outcome", "big is back, created again with the data it had, but for numbers beyond 2⁵³, which came back rounded. Its created_at is new.");
  // Chosen in the list, likewise.
  await ui.fill("#prefix", "big");
  await ui.says("#list-count", "1 user");
  await ui.page.click("#choose-all");
  await ui.page.click("#delete-chosen");
  await (await ui.page.waitForSelector("#yes")).click();
  await ui.says("#list-status", "Deleted 1 user.");
  await ui.page.click("#undo");
  await ui.says("#list-status", "1 user created again with the data they had, but for numbers beyond 2⁵³, which came back rounded.");
});

test("off this machine the page offers no secret, and takes none", async () => {
  await ui.visit(server.url.replace("localhost", "console.test"));
  const values = await ui.page.$$eval("[name=key], [name=credential]", (fields) => fields.map((field) => field.value));
  assert.deepEqual(values, ["", ""]);
  assert.match(await ui.text("#credential-note"), /^Paste a user token that your own server made/);
  await ui.fill("[name=root]", `${server.url}/api/`);
  await ui.fill("[name=key]", OWN);
  await ui.fill("[name=credential]", "demo-secret-that-everybody-may-know");
  await ui.page.click("form.connect button.main");
  await ui.says("#connect-problem", /secret/);
  assert.equal(await ui.page.$("#user"), null);
});

test("Klaim, by the same form", async () => {
  await ui.visit(server.url);
  await ui.page.click("form.connect .segments label:nth-of-type(2)");
  await ui.says("#credential-note", /^Whoever has this key/);
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector(">>> .cm-content");
  assert.match(await ui.text("#who"), /^Klaim · the server side/);
  assert.equal(await ui.press("create"), "Created ada.");
  assert.equal((await ui.shown()).email, "ada@example.com");
  await ui.write('{"email": "no address"}');
  await ui.says("#data-problem", /^Email /);
  await ui.write('{"metadata": {"a": [1, 1e999]}}');
  await ui.says("#data-problem", "metadata.a[1] is an infinite number, which JSON cannot hold.");
  await ui.write('{"name": "Countess"}');
  assert.equal(await ui.press("update"), "Updated ada.");
  assert.equal((await ui.shown()).name, "Countess");
  assert.equal(await ui.press("creditBalance"), "Here are the credits of ada.");
  await ui.says("#list-count", "1 user");
  assert.ok(!(await ui.page.content()).includes("demo-klaim-key"), "the key is nowhere in the page");
});

test("who disconnects leaves nothing for the next", async () => {
  await ui.connect(server.url);
  await ui.press("getOrCreate");
  await ui.page.click("#disconnect");
  await ui.page.waitForSelector("form.connect");
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector("#user");
  assert.equal(await ui.text("#outcome"), "");
  assert.deepEqual([await ui.page.$("#calls"), await ui.page.$("#seen"), await ui.page.$("#code")], [null, null, null]);
});
