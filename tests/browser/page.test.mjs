// The page that the server shows at `/`, as a visitor meets it: in Chromium, with the mouse and with the keyboard.

import assert from "node:assert/strict";
import { relative } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import puppeteer from "puppeteer-core";

import { dist, esm } from "../support/package.mjs";
import { startServer } from "../support/server.mjs";
import { variable } from "../support/temporary.mjs";

const www = relative(".", fileURLToPath(new URL("../../www", import.meta.url)));
const pkg = relative(".", dist);
const DEMO = "--app demo-key:demo-secret";

let server, slowServer, bareServer, browser, page, problems;

before(async () => {
  [server, slowServer, bareServer, browser] = await Promise.all([
    startServer(`${DEMO} --www ${www} --pkg ${pkg}`),
    startServer(`${DEMO} --www ${www} --pkg ${pkg} --latency 600000`),
    startServer(`${DEMO} --www ${www}`),
    puppeteer.launch({
      executablePath: variable("CHROME"),
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP console.test 127.0.0.1",
      ],
    }),
  ]);
});

after(async () => {
  await browser?.close();
  await Promise.all([server, slowServer, bareServer].map((each) => each?.stop()));
});

beforeEach(async () => {
  page = await browser.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    // Chromium itself reports each answer over 399 of the API; those are what the tests ask for.
    const own = message.text().startsWith("Failed to load resource") && message.location().url?.includes("/api/v1.0/");
    if (!own) problems.push(`${message.type()}: ${message.text()}`);
  });
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
});

afterEach(async () => {
  await page.close();
  assert.deepEqual(problems, [], "the console is silent");
});

const text = (selector) => page.$eval(selector, (element) => element.textContent);
const visible = (selector) => page.$eval(selector, (element) => element.checkVisibility());
const shown = async () => JSON.parse(await text("#record"));

async function visit(url = server.url) {
  await page.goto(url);
  await page.waitForSelector("#open:not([disabled])");
}

/** Puts a value into a field as typing it would. */
const fill = (selector, value) =>
  page.$eval(
    selector,
    (element, value) => {
      element.value = value;
      element.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    value,
  );

async function connect(credential) {
  await visit();
  if (credential !== undefined) await fill("#credential", credential);
  await page.click("#open");
}

/** Waits until no call is running. */
const settled = () => page.waitForSelector("#user[aria-busy=false]");

/** Clicks the button of an operation and gives what the page says once it is done. */
async function click(operation) {
  await page.$eval("#outcome", (element) => (element.textContent = ""));
  await page.click(`button[value=${operation}]`);
  await page.waitForFunction(() => document.getElementById("outcome").textContent !== "");
  await page.waitForFunction(() => document.getElementById("user").getAttribute("aria-busy") !== "true");
  return text("#outcome");
}

/** The definition list of an error. */
const facts = () =>
  page.$$eval("#facts dt", (terms) =>
    Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling.textContent])),
  );

const logged = () =>
  page.$$eval("#log tr", (rows) => rows.map((row) => [...row.cells].slice(0, 4).map((cell) => cell.textContent)));

test("the five operations by clicking", async () => {
  await connect();
  assert.equal(await text("#who"), "Connected as the server side.");
  await fill("#id", "ada");
  await fill("#data", '{"name": "Ada"}');

  assert.equal(await click("create"), "Created ada.");
  assert.deepEqual((await shown()).data, { name: "Ada" });
  await fill("#data", '{"name": "Countess"}');
  assert.equal(await click("getOrCreate"), "Here is ada, as it was stored, or created just now.");
  assert.deepEqual((await shown()).data, { name: "Ada" });
  assert.equal(await click("update"), "Replaced the data of ada.");
  assert.deepEqual((await shown()).data, { name: "Countess" });
  assert.equal(await click("get"), "Here is ada.");
  const record = await shown();
  assert.deepEqual(Object.keys(record), ["id", "created_at", "updated_at", "data"]);
  assert.equal(record.id, "ada");
  assert.equal(await click("profile"), "Here is ada, with follow counts.");
  assert.deepEqual(await shown(), { ...record, followers_count: 0, following_count: 0 });
  assert.equal(await click("delete"), "Deleted ada.");
  assert.deepEqual(Object.keys(await shown()), ["duration"]);
  assert.equal(await click("get"), 'User "ada" does not exist.');

  assert.deepEqual(await logged(), [
    ["GET", "user/ada/", "1", "404"],
    ["DELETE", "user/ada/", "1", "200"],
    ["GET", "user/ada/", "1", "200"],
    ["GET", "user/ada/", "1", "200"],
    ["PUT", "user/ada/", "1", "201"],
    ["POST", "user/", "1", "201"],
    ["POST", "user/", "1", "201"],
  ]);
  assert.match(
    await text("#rate-limit"),
    /^Newest first\. Rate limit: [\d\u00a0]+ of 1\u00a0000\u00a0000 requests left until .+\.$/,
  );
});

test("an error of the service is a sentence, facts and folded details", async () => {
  await connect();
  await fill("#id", "twice");
  await click("create");
  assert.equal(await click("create"), 'User "twice" already exists.');
  assert.deepEqual(await facts(), {
    "Code": "conflict",
    "HTTP status": "409",
    "Attempts": "1",
    "Retryable": "no",
    "May have been applied": "no",
  });
  assert.equal(await visible("#record"), false);
  assert.equal(await visible("#technical"), false);
  await page.click("#error summary");
  assert.equal(await visible("#technical"), true);
  const technical = JSON.parse(await text("#technical"));
  assert.equal(technical.name, "StreamApiError");
  assert.equal(technical.exception, "ConflictException");
  assert.equal(technical.body.code, 22);

  assert.equal(await click("get"), "Here is twice.");
  assert.equal(await visible("#error"), false);
});

test("a bad id is told while one types, and sends nothing", async () => {
  await connect();
  await fill("#id", "");
  await page.type("#id", "../x");
  const problem = 'Id may only hold letters, digits, - and _, but has "." at position 0.';
  assert.equal(await text("#id-problem"), problem);
  assert.equal(await page.$eval("#id", (field) => field.ariaInvalid), "true");
  assert.equal(await click("get"), problem);
  assert.deepEqual(await facts(), {
    "Code": "invalid_id",
    "Path": "id",
    "Attempts": "0",
    "Retryable": "no",
    "May have been applied": "no",
  });
  await fill("#id", "x");
  assert.equal(await text("#id-problem"), "");
  assert.equal(await page.$eval("#id", (field) => field.ariaInvalid), null);
  assert.deepEqual(await logged(), []);
});

test("bad data is told while one types, and sends nothing", async () => {
  await connect();
  await fill("#id", "data");
  await fill("#data", '{"name": "Ada",}');
  const problem = await text("#data-problem");
  assert.match(problem, /^This is not JSON yet: .+\.$/);
  assert.equal(await click("create"), problem);
  assert.deepEqual(await facts(), {});
  assert.equal(await page.evaluate(() => document.activeElement.id), "data");
  await fill("#data", "");
  assert.equal(await click("update"), "Write {} for no data.");

  await fill("#data", '["Ada"]');
  assert.equal(await text("#data-problem"), "");
  assert.equal(await click("create"), "Data must be a JSON object, but is an array.");
  assert.equal((await facts()).Code, "invalid_data");
  await fill("#data", '{"a": {"b": [1e999]}}');
  assert.equal(await click("create"), "Data.a.b[0] is an infinite number, which JSON cannot hold.");
  assert.equal((await facts()).Path, "data.a.b[0]");
  assert.deepEqual(await logged(), []);
});

test("the bytes that would be sent are counted", async () => {
  await connect();
  const full = 10_240 - '{"x":""}'.length;
  await fill("#data", `{ "x": "${"é".repeat(full / 2)}" }`);
  assert.equal(await text("#data-size"), "10\u00a0240 of 10\u00a0240 bytes");
  assert.equal(await page.$eval("#data-size", (size) => size.className.includes("over")), false);
  await fill("#id", "full");
  assert.equal(await click("create"), "Created full.");
  await fill("#data", `{ "x": "${"é".repeat(full / 2)}a" }`);
  assert.equal(await text("#data-size"), "10\u00a0241 of 10\u00a0240 bytes");
  assert.equal(await page.$eval("#data-size", (size) => size.className.includes("over")), true);
  assert.equal(await click("update"), "Data is 10241 bytes of JSON, at most 10240 are allowed.");
});

test("a user's data is shown as text", async () => {
  await connect();
  const data = {
    "name": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "emoji": "👩‍👩‍👧‍👦 🏴‍☠️",
    "rtl": "שלום עולם، مرحبا \u202eabc",
    "<b>key</b>": "</pre><h1>x</h1>",
    "long": "x".repeat(4000),
  };
  await fill("#id", "hostile");
  await fill("#data", JSON.stringify(data));
  await click("create");
  assert.equal(await click("get"), "Here is hostile.");
  assert.deepEqual((await shown()).data, data);
  assert.equal(await page.$eval("#record", (record) => record.childElementCount), 0);
  await page.setViewport({ width: 320, height: 640 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
});

test("create with the keyboard only", async () => {
  await visit();
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.value);
  const tabTo = async (target) => {
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press("Tab");
      if ((await focused()) === target) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.equal(outline, "solid", `the focus on ${target} is seen`);
        return;
      }
    }
    assert.fail(`Tab does not lead to ${target}`);
  };
  await tabTo("key");
  await tabTo("credential");
  await tabTo("open");
  await page.keyboard.press("Space");
  await page.waitForSelector("#fields:not([disabled])");
  await tabTo("id");
  await page.keyboard.type("keyboard"); // Tab has selected what was there.
  await tabTo("data");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type('{"by": "keyboard"}');
  await tabTo("create");
  await page.keyboard.press("Enter");
  await settled();
  assert.equal(await text("#outcome"), "Created keyboard.");
  assert.deepEqual((await shown()).data, { by: "keyboard" });
  assert.equal(await focused(), "create", "the focus stays on the button");
  await tabTo("delete");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.getElementById("outcome").textContent === "Deleted keyboard.");
});

test("a user token connects as that user, who may do less", async () => {
  const token = esm.connect("demo-key", "demo-secret").createUserToken("bob");
  await connect(` ${token}\n`);
  assert.equal(await text("#who"), "Connected as the user bob.");
  await fill("#id", "bob");
  assert.equal(await click("create"), "Created bob.");
  await fill("#id", "eve");
  assert.equal(await click("create"), "You do not have permission to perform this action.");
  assert.equal((await facts()).Code, "not_allowed");
  assert.equal(await text("#hint"), "Check that the token is signed with this app's secret and belongs to this user.");
  assert.ok(!(await page.content()).includes(token), "the token is nowhere in the page");
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [0, 0, ""]);
});

test("what cannot connect says why, and closes what was open", async () => {
  await connect("a.b.c");
  assert.match(await text("#who"), / is malformed: .+\.$/);
  assert.equal(await page.$eval("#fields", (fields) => fields.disabled), true);
  await fill("#credential", "demo-secret");
  await page.click("#open");
  assert.equal(await page.$eval("#fields", (fields) => fields.disabled), false);
  await fill("#credential", "");
  await page.click("#open");
  assert.match(await text("#who"), /^The token is empty\. /);
  assert.equal(await page.$eval("#fields", (fields) => fields.disabled), true);

  await fill("#credential", "wrong-secret");
  await page.click("#open");
  await click("get");
  assert.equal((await facts()).Code, "not_allowed");
});

test("a running call can be cancelled, and starts no second one", async () => {
  await visit(slowServer.url);
  await page.click("#open");
  await page.focus("button[value=create]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#user[aria-busy=true]");
  assert.equal(await text("#outcome"), "Creating ada …");
  assert.equal(await visible("#cancel"), true);
  await page.click("button[value=delete]");
  assert.equal(await text("#outcome"), "Creating ada …");
  await page.focus("#cancel");
  await page.keyboard.press("Enter");
  await settled();
  assert.equal(await text("#outcome"), "Cancelled. Whether the change was made is not known; Get tells.");
  assert.equal(await visible("#cancel"), false);
  assert.equal(await page.evaluate(() => document.activeElement.value), "create");
  assert.deepEqual(await logged(), [["POST", "user/", "1", "cancelled"]]);
});

test("off this machine the page offers no secret", async () => {
  await visit(server.url.replace("localhost", "console.test"));
  assert.deepEqual(await page.$$eval("#key, #credential", (fields) => fields.map((field) => field.value)), ["", ""]);
  assert.match(await text("#credential-note"), /^\s*Paste a user token that your own server made\./);
  await fill("#key", "demo-key");
  await fill("#credential", "demo-secret");
  await page.click("#open");
  assert.match(await page.$eval("#who", (who) => who.className), /bad/);
  assert.equal(await page.$eval("#fields", (fields) => fields.disabled), true);
});

test("without the package the page says what to do", async () => {
  await page.goto(bareServer.url);
  await page.waitForFunction(() => document.getElementById("who").textContent.startsWith("There is no package"));
  assert.match(await text("#who"), /run cargo xtask build, and start the server with --pkg pkg\/dist\.$/);
  assert.equal(await page.$eval("#open", (button) => button.disabled), true);
  assert.equal(problems.length, 1);
  assert.match(problems.pop(), /404/);
});

test("controls have names, text has contrast in light and dark, and nothing is wider than the window", async () => {
  await connect();
  await fill("#id", "l".repeat(255));
  await click("create");
  await click("create");
  const flat = (node) => [node, ...(node.children ?? []).flatMap(flat)];
  const controls = flat(await page.accessibility.snapshot()).filter(({ role }) => ["textbox", "button"].includes(role));
  assert.deepEqual(
    controls.map(({ name }) => name),
    ["App key", "User token or app secret", "Connect", "Id", "Data, as JSON"].concat(
      ["Create", "Get or create", "Get", "Profile", "Update", "Delete"],
    ),
  );

  for (const width of [320, 1280]) {
    for (const scheme of ["light", "dark"]) {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
      const { lowest, where } = await page.evaluate(lowestContrast);
      assert.ok(lowest >= 4.5, `${scheme}: ${lowest.toFixed(2)} at ${where}`);
    }
  }
});

/** The lowest contrast of any text that is shown, by the formula of WCAG; runs in the page. */
function lowestContrast() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? background(element.parentElement) : color;
  };
  let found = { lowest: 21, where: "" };
  for (const element of document.body.querySelectorAll("*")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if ((!hasText && element.tagName !== "INPUT") || !element.checkVisibility()) continue;
    const [dark, light] = [getComputedStyle(element).color, background(element)].map(luminance).sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < found.lowest) found = { lowest: contrast, where: element.outerHTML.slice(0, 80) };
  }
  return found;
}
