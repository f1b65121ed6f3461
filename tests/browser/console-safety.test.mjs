// The console loses nothing: what is stored is not overwritten unseen, what was typed does not go unasked, and a deletion can
// be undone.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { loseAnswersToDeletions, openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";

let server, browser, ui, client;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
  client = esm.connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl: server.api });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  for (const [id, data] of [["ada", { name: "Ada", born: 1815 }], ["bob", { name: "Bob" }]]) {
    await client.user(id).getOrCreate();
    await client.user(id).update(data);
  }
  ui = await openConsole(browser);
  await ui.connect(server.url);
});
afterEach(() => ui.close());

const stored = async (id) => (await client.user(id).get()).data;
const editor = async () => JSON.parse(await ui.written());
const isOff = () => ui.page.$eval("button[value=update]", (button) => button.getAttribute("aria-disabled") === "true");

/** Waits for the question, which must say this, and answers it. */
async function answer(text, button) {
  await ui.says("#question-text", text);
  await ui.page.click(button);
  await ui.page.waitForSelector("#question", { hidden: true });
}

async function undoKey() {
  await (await ui.page.waitForSelector(">>> .cm-content")).focus();
  await ui.page.keyboard.down("Control");
  await ui.page.keyboard.press("z");
  await ui.page.keyboard.up("Control");
}

test("Get fills the editor, so that Update afterwards changes nothing by itself; Ctrl+Z brings back the text before", async () => {
  const example = await editor();
  assert.equal(await isOff(), true);
  await ui.says("#update-note", /^Update is off until ada was read with Get, or something was typed/);
  await ui.page.click("button[value=update]");
  assert.deepEqual(await ui.page.$$("#calls tbody tr"), [], "nothing was sent");

  assert.equal(await ui.press("get"), "Here is ada.");
  assert.deepEqual(await editor(), { name: "Ada", born: 1815 });
  assert.equal(await isOff(), false);
  assert.equal(await ui.page.$("#update-note"), null);
  assert.equal(await ui.press("update"), "Updated ada.");
  assert.deepEqual(await stored("ada"), { name: "Ada", born: 1815 });

  await undoKey();
  assert.deepEqual(await editor(), example);
});

test("what was read of one user is not stored for another unseen", async () => {
  await ui.press("get");
  await ui.fill("#id", "bob");
  await ui.says("#update-note", "Update is off: the editor has the data of ada. Get bob first, or type what it is to have.");
  assert.equal(await isOff(), true);
  await ui.press("get");
  assert.deepEqual(await editor(), { name: "Bob" });
  await ui.write('{"name": "Robert"}');
  assert.equal(await ui.press("update"), "Updated bob.");
  assert.deepEqual(await stored("bob"), { name: "Robert" });
});

test("what was typed goes only if that is wanted: by Get, by Profile, by another user", async () => {
  const typed = { name: "Countess" };
  const loses = [
    [() => ui.page.click("button[value=get]"), "What you typed is not stored. Get replaces it by what is stored."],
    [() => ui.page.click("button[value=profile]"), "What you typed is not stored. Profile replaces it by what is stored."],
    [() => ui.page.click("#seen .link"), "What you typed is not stored. Opening ada replaces it."],
  ];
  await ui.press("get");
  await ui.write(JSON.stringify(typed));
  for (const [lose, question] of loses) {
    await lose();
    await answer(question, "#no");
    assert.deepEqual(await editor(), typed);
  }
  assert.equal((await ui.rows("calls")).length, 1, "nothing was asked");
  await ui.fill("#id", "bob");
  await ui.page.click("button[value=get]");
  await answer(loses[0][1], "#yes");
  await ui.says("#outcome", "Here is bob.");
  assert.deepEqual(await editor(), { name: "Bob" });
  await undoKey();
  assert.deepEqual(await editor(), typed);
});

test("Get or create keeps what was typed beside what is stored", async () => {
  await ui.write('{"name": "Countess"}');
  await ui.press("getOrCreate");
  assert.deepEqual((await ui.shown()).data, { name: "Ada", born: 1815 });
  assert.deepEqual(await editor(), { name: "Countess" });
  assert.equal(await ui.press("update"), "Updated ada.");
  await ui.press("get");
  assert.deepEqual(await stored("ada"), { name: "Countess" });
});

test("another spacing or order is nothing to ask about", async () => {
  await ui.press("get");
  await ui.write('{"born":1815,"name":"Ada"}');
  assert.equal(await ui.press("get"), "Here is ada.");
});

test("leaving the page with a text that is stored nowhere: the browser asks", async () => {
  const asked = [];
  ui.page.removeAllListeners("dialog");
  ui.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await ui.press("get");
  await ui.page.reload();
  assert.deepEqual(asked, []);
  // The demo stays connected, and reads the user again.
  await ui.says("#outcome", "Here is ada.");
  await ui.write('{"name": "Countess"}');
  await ui.page.reload();
  assert.deepEqual(asked, ["beforeunload"]);
});

test("a deletion is asked about, and can be undone", async () => {
  const { full: before } = await client.user("ada").get();
  await ui.page.click("button[value=delete]");
  await answer("Delete ada? For ten seconds it can be undone.", "#no");
  assert.deepEqual(await ui.page.$$("#calls tbody tr"), [], "nothing was sent");

  // The data is what is stored then, not what the editor has.
  await ui.write('{"name": "not stored"}');
  assert.equal(await ui.remove(), "Deleted ada.");
  await assert.rejects(stored("ada"), { code: "not_found" });
  assert.equal(await ui.text("#undo-note .note"), "For ten seconds: creates it again with the data it had; created_at will be new.");
  await ui.page.click("#undo");
  await ui.says("#outcome", "ada is back, created again with the data it had. Its created_at is new.");
  assert.deepEqual(await stored("ada"), { name: "Ada", born: 1815 });
  assert.notEqual((await client.user("ada").get()).full.created_at, before.created_at);
  assert.deepEqual(await editor(), { name: "not stored" });
  assert.equal(await ui.page.$("#undo"), null);
});

test("a deletion whose answers were lost can be undone: the user may be gone", async () => {
  await ui.page.evaluate(loseAnswersToDeletions);
  assert.match(await ui.remove(), /^delete of user ada failed: no response arrived/i);
  await assert.rejects(stored("ada"), { code: "not_found" });
  await ui.page.click("#undo");
  await ui.says("#outcome", "ada is back, created again with the data it had. Its created_at is new.");
  assert.deepEqual(await stored("ada"), { name: "Ada", born: 1815 });
});

test("after ten seconds, and after another operation, it is too late", async () => {
  // The page's own clock for what takes ten seconds: it ends when the test says so.
  await ui.page.evaluate(() => {
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (work, ms, ...rest) => {
      if (ms !== 10_000) return setTimeout(work, ms, ...rest);
      globalThis.tenSecondsLater = work;
      return 0;
    };
  });
  await ui.remove();
  await ui.page.waitForSelector("#undo");
  await ui.page.evaluate(() => globalThis.tenSecondsLater());
  await ui.page.waitForSelector("#undo", { hidden: true });

  await ui.fill("#id", "bob");
  await ui.remove();
  await ui.page.waitForSelector("#undo");
  await ui.press("get");
  assert.equal(await ui.page.$("#undo"), null);
});

test("who is not there cannot be brought back", async () => {
  await ui.fill("#id", "nobody");
  assert.equal(await ui.remove(), 'User "nobody" does not exist.');
  assert.equal(await ui.page.$("#undo"), null);
});
