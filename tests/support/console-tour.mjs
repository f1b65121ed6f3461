// Every task of the console, as a visitor does it, on any of the engines.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { hangAfterThreeBatches } from "./console.mjs";
import { PATIENCE } from "./patience.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A visitor, who reads what the page says, clicks and types. */
export class Visitor {
  constructor(engine) {
    this.engine = engine;
  }

  /** Runs a function in the page with these arguments, which are JSON. */
  run(work, ...args) {
    return this.engine.evaluate(`(async () => (${work})(...${JSON.stringify(args)}))()`);
  }

  /** Waits until the function gives something. */
  async until(what, look, ...args) {
    const found = await this.engine.evaluate(`(async () => {
      for (const begin = performance.now(); performance.now() - begin < ${PATIENCE}; ) {
        const found = await (${look})(...${JSON.stringify(args)});
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })()`);
    if (!found) assert.fail(`never came: ${what}; the outcome is ${await this.text("#outcome")}`);
    return found;
  }

  text(selector) {
    return this.run((selector) => document.querySelector(selector)?.textContent.trim() ?? "", selector);
  }

  /** Waits until the text matches, and gives it. */
  async says(selector, pattern) {
    const look = (selector, source) => {
      const text = document.querySelector(selector)?.textContent.trim();
      return text !== undefined && new RegExp(source, "u").test(text) && { text };
    };
    return (await this.until(`${selector} ${pattern}`, look, selector, pattern.source)).text;
  }

  has(selector) {
    return this.until(selector, (selector) => document.querySelector(selector) !== null, selector);
  }

  /** Puts a value into a field as typing it would. */
  fill(selector, value) {
    return this.run((selector, value) => {
      const field = document.querySelector(selector);
      field.value = value;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, selector, value);
  }

  click(selector) {
    return this.run((selector) => document.querySelector(selector).click(), selector);
  }

  /** Clicks an operation's button, and gives what is said when it is done. */
  async press(verb, pattern) {
    await this.click(`button[value=${verb}]`);
    await this.until("the answer", () => document.querySelector("#user[aria-busy=false]") !== null);
    assert.match(await this.text("#outcome"), pattern);
  }

  /** Deletes the user in the form, as is asked back. */
  async remove(pattern) {
    await this.click("button[value=delete]");
    await this.has("#yes");
    await this.click("#yes");
    await this.says("#outcome", pattern);
  }

  /** Pastes over what the editor has. */
  async write(text) {
    await this.editor();
    await this.run((text) => {
      const content = document.querySelector("#data").shadowRoot.querySelector(".cm-content");
      content.focus();
      document.execCommand("selectAll");
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
      // Firefox gives what a page pastes no text. In Chromium this would keep the style of what was there, which is forbidden.
      if (paste.clipboardData?.getData("text/plain") !== text) document.execCommand("insertText", false, text);
      else content.dispatchEvent(paste);
    }, text);
  }

  editor() {
    return this.until("the editor", () => document.querySelector("#data")?.shadowRoot?.querySelector(".cm-content") != null);
  }

  /** The rows of a table, each as the texts of its cells. */
  rows(id) {
    return this.run((id) => [...document.querySelectorAll(`#${id} tbody tr`)].map((row) => [...row.cells].map((cell) => cell.textContent.trim())), id);
  }

  async shown() {
    return JSON.parse(await this.text("#record"));
  }

  /** Connects with what is filled in, or with this. */
  async connect(url, credential) {
    await this.arrive(url);
    if (credential !== undefined) await this.fill("[name=credential]", credential);
    await this.click("form.connect button.main");
    await this.editor();
  }

  /** Opens the page and is not connected, also where the tab was before. */
  async arrive(url) {
    await this.engine.open(url);
    await this.has("#disconnect, form.connect button.main:not([aria-disabled=true])");
    if (await this.run(() => document.querySelector("#disconnect") !== null)) await this.click("#disconnect");
    await this.has("form.connect button.main");
  }

  /** Has the server break requests: how many of a hundred, and in which way. */
  async faults(rate, kind) {
    await this.has("#faults");
    const boxes = await this.run(() => [...document.querySelectorAll("#faults [type=checkbox]")].map(({ name, checked }) => [name, checked]));
    const wrong = boxes.filter(([name, checked]) => checked !== (name === kind)).map(([name]) => name);
    // The last one cannot be taken away.
    for (const name of wrong.sort((one, other) => (other === kind) - (one === kind))) await this.click(`#faults [name="${name}"]`);
    await this.fill("#faults [type=range]", String(rate));
    const isSwitched = async (rate, kind) => {
      const { rate: now, kinds } = await (await fetch("/_faults")).json();
      return now === rate && `${kinds}` === kind;
    };
    await this.until("the switch", isSwitched, rate / 100, kind);
  }

  /** Gives the page a file: dropped, or chosen. */
  give(how, name, text) {
    return this.run((how, name, text) => {
      const files = new DataTransfer();
      files.items.add(new File([text], name, { lastModified: 0 })); // The same each time.
      if (how === "drop") {
        const place = document.querySelector(".drop");
        place.dispatchEvent(new DragEvent("dragover", { dataTransfer: files, bubbles: true, cancelable: true }));
        place.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
      } else {
        const field = document.querySelector("#file");
        field.files = files.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }, how, name, text);
  }

  /** Scrolls there and takes pictures, on a wide screen and a small one, where nothing may be wider than the window. */
  async picture(task, selector) {
    const measure = (selector) => {
      document.querySelector(selector).scrollIntoView({ block: "center" });
      return document.documentElement.scrollWidth - innerWidth;
    };
    for (const width of [320, 1280]) {
      await this.engine.resize(width, 900);
      assert.ok((await this.run(measure, selector)) <= 0, `${task}: wider than ${width} px`);
      await this.engine.picture(`task-${task}-${width}`);
    }
  }

  /** What axe finds wrong in this state of the page is nothing. */
  async accessible() {
    const violations = await this.engine.evaluate(`(async () => {
      if (!globalThis.axe) { ${axe} }
      const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join(" | "));
    })()`);
    assert.deepEqual(violations, []);
  }

  /** Presses Tab until the focus is on what has this name, value, id or class. */
  async tabTo(target) {
    const focused = () => {
      let { activeElement: element } = document;
      while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element.name || element.value || element.id || element.className;
    };
    for (let presses = 0; presses < 25; presses += 1) {
      await this.engine.press("Tab");
      if (String(await this.run(focused)).includes(target)) return;
    }
    assert.fail(`Tab does not lead to ${target}`);
  }

  /** What a real click on a button puts on the clipboard: pasted into the filter. */
  async copied(selector) {
    await this.engine.click(selector);
    await this.says(`${selector} .told`, /^Copied$/);
    await this.fill("#filter", "");
    await this.run(() => document.querySelector("#filter").focus());
    await this.engine.press("Control", "v");
    const pasted = await this.until("the pasted text", () => document.querySelector("#filter").value);
    await this.fill("#filter", "");
    return pasted;
  }
}

const HOSTILE = {
  script: "<script>alert(1)</script><img src=x onerror=alert(2)>",
  rtl: "\u202eمرحبا بالعالم\u202c",
  emoji: "👩🏽‍🚀🏳️‍🌈",
  long: "x".repeat(9_900),
};

/** What is kept beyond the tab, and in it. */
const kept = async () => [localStorage.length, document.cookie, JSON.stringify(sessionStorage), (await indexedDB.databases()).length];

/** The tasks, in an order in which each finds what it needs. `given` has `url` and `token`. */
export const TASKS = {
  async connect(visitor, { url }) {
    await visitor.engine.open(url);
    await visitor.has("form.connect button.main");
    const values = await visitor.run(() => [...document.querySelectorAll("form.connect input.mono")].map(({ value }) => value));
    assert.deepEqual(values, [`${url}/api/`, "demo-key", "demo-secret-that-everybody-may-know"]);
    await visitor.picture("connect", "form.connect");
    await visitor.accessible();
    await visitor.click("form.connect button.main");
    await visitor.says("#who", /^Stream · demo-key · the server side/);
    await visitor.editor();
  },

  async "user: create, get or create, get, profile, update, delete"(visitor) {
    await visitor.fill("#id", "tourist");
    await visitor.write('{"name": "Ada"}');
    await visitor.press("create", /^Created tourist\.$/);
    await visitor.write('{"name": "Countess"}');
    await visitor.press("getOrCreate", /^Here is tourist, as it was stored, or created just now\.$/);
    assert.deepEqual((await visitor.shown()).data, { name: "Ada" });
    await visitor.press("update", /^Updated tourist\.$/);
    await visitor.press("get", /^Here is tourist\.$/);
    assert.deepEqual((await visitor.shown()).data, { name: "Countess" });
    await visitor.press("profile", /^Here is tourist, with follow counts\.$/);
    assert.equal((await visitor.shown()).followers_count, 0);
    await visitor.picture("user", "#user");
    await visitor.press("create", /^User "tourist" already exists\.$/);
    await visitor.says("#facts", /Codeconflict.*HTTP status409/);
    await visitor.picture("user-refused", "#result");
    await visitor.accessible();
    await visitor.remove(/^Deleted tourist\.$/);
    await visitor.press("get", /^User "tourist" does not exist\.$/);
  },

  async "editor: problems as one types, at their place, and the bytes used"(visitor) {
    const marked = () => [...document.querySelector("#data").shadowRoot.querySelectorAll(".cm-lintRange-error")].map(({ textContent }) => textContent).join("");
    await visitor.write('{"tags": ["a", "b", 1e999]}');
    await visitor.says("#data-problem", /^data\.tags\[2\] is an infinite number, which JSON cannot hold\.$/);
    assert.equal(await visitor.until("the mark", marked), "1e999");
    await visitor.picture("editor", "#data");
    await visitor.write(JSON.stringify({ text: "é".repeat(5_115) }));
    await visitor.says("#data-size", /^10\u00a0241 of 10\u00a0240 bytes$/);
    await visitor.says("#data-problem", /^Data is 10241 bytes of JSON, at most 10240 are allowed\.$/);
    await visitor.write("{}");
    await visitor.says("#data-problem", /^$/);
    await visitor.fill("#id", "../feed/x");
    await visitor.says("#id-problem", /^Id may only hold /);
    assert.equal((await visitor.rows("calls")).length, 9, "nothing of this was sent");
  },

  async "what users hold is shown as text"(visitor) {
    await visitor.fill("#id", "hostile");
    await visitor.write(JSON.stringify(HOSTILE));
    await visitor.press("create", /^Created hostile\.$/);
    assert.deepEqual((await visitor.shown()).data, HOSTILE);
    const made = () => document.querySelectorAll("#record script, #record img, #seen script, #seen img, #calls img").length;
    assert.equal(await visitor.run(made), 0);
    assert.match((await visitor.rows("seen"))[0][1], /^\{"script":"<script>alert\(1\)/);
    const isWide = () => document.documentElement.scrollWidth > innerWidth;
    assert.equal(await visitor.run(isWide), false);
    await visitor.picture("hostile", "#record");
  },

  async "table: filter, follow counts, a reference to copy, back into the form"(visitor) {
    await visitor.fill("#id", "grace");
    await visitor.write('{"name": "Grace"}');
    await visitor.press("getOrCreate", /^Here is grace/);
    await visitor.click("#counts");
    await visitor.until("the counts", () => [...document.querySelectorAll("#seen tbody tr")].every((row) => row.cells[2].textContent === "0"));
    await visitor.fill("#filter", "GRA");
    await visitor.says("#seen-count", /^1 of 2$/);
    await visitor.picture("table", "#seen");
    assert.equal(await visitor.copied("#seen .copy"), "SU:grace");
    await visitor.fill("#filter", "host");
    await visitor.click("#seen .link");
    await visitor.says("#outcome", /^Here is hostile\.$/);
    assert.equal(await visitor.run(() => document.querySelector("#id").value), "hostile");
  },

  async "faults, and calls with their attempts, waits and timings"(visitor) {
    await visitor.fill("#id", "grace");
    await visitor.faults(100, "503");
    await visitor.press("get", /^A fault of --faults\.$/);
    const [, answer, took, told] = (await visitor.rows("calls"))[0];
    assert.equal(answer, "503");
    assert.match(took, /^[\d.]+ m?s$/);
    assert.match(told, /^3 attempts: 503, 503, 503; waited .+s$/);
    const drawn = () => ["refused", "wait"].map((kind) => document.querySelectorAll(`#calls tbody tr:first-child rect.${kind}`).length);
    assert.deepEqual(await visitor.run(drawn), [3, 2]);
    await visitor.faults(100, "reset");
    await visitor.press("get", /\.$/);
    assert.match((await visitor.rows("calls"))[0][3], /^\d attempts: network/);
    await visitor.faults(0, "503");
    await visitor.press("get", /^Here is grace\.$/);
    await visitor.says(".latency figcaption", /^Median .+s, 95 % within .+s$/);
    const isDrawn = () => document.querySelector(".latency canvas")?.width > 0;
    await visitor.until("the chart", isDrawn);
    await visitor.picture("faults", "#faults");
    await visitor.picture("calls", ".latency");
    await visitor.accessible();
  },

  async "code for what was just done, to copy"(visitor) {
    await visitor.press("getOrCreate", /^Here is grace/);
    const shown = {};
    for (const [language, pattern] of [["Rust", /get_or_create/], ["TypeScript", /\.getOrCreate\(/], ["JavaScript", /\.getOrCreate\(/]]) {
      await visitor.click(`#code-title ~ .toolbar [value=${language}]`);
      shown[language] = await visitor.says("#code", pattern);
    }
    assert.equal(new Set(Object.values(shown)).size, 3);
    await visitor.picture("code", "#code");
    const copied = await visitor.copied("#code-title ~ .toolbar .copy");
    // A field of one line has no other way to hold many.
    assert.equal(copied.replaceAll(/\s+/g, ""), shown.JavaScript.replaceAll(/\s+/g, ""));
  },

  async "import: a file dropped, looked at, checked, sent, its failures downloaded"(visitor) {
    await visitor.click("nav button:last-child");
    await visitor.has("#file");
    const users = ['{"id":"t1","data":{"name":"<b>שלום</b> 👩🏽‍🚀"}}', '{"id":"t 2"}', '{"id":"t3"}', "{broken"];
    await visitor.give("drop", "tour.ndjson", `${users.join("\n")}\n`);
    await visitor.says("#import-status", /^tour\.ndjson, NDJSON: 4 users, of which 2 cannot be sent\. Nothing is sent yet\.$/);
    assert.match(await visitor.text("#preview"), /^\{"id":"t1","data":\{"name":"<b>/);
    assert.deepEqual((await visitor.rows("refused")).map(([place, id]) => [place, id]), [["2", "t 2"], ["4", ""]]);
    await visitor.picture("import-checked", "#import");
    await visitor.accessible();
    await visitor.click("#send");
    await visitor.says("#import-status", /^Done: 2 of 4 users stored\. Those that existed already stayed as they were\.$/);
    await visitor.picture("import-done", "#import");
    await visitor.engine.click("#download");
    const name = "tour.ndjson.failures.ndjson";
    while (!(await readdir(visitor.engine.downloads)).includes(name)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const lines = (await readFile(join(visitor.engine.downloads, name), "utf8")).trim().split("\n").map(JSON.parse);
    assert.deepEqual(lines.map(({ index, id }) => [index, id]), [[1, "t 2"], [3, ""]]);
  },

  async "import: CSV"(visitor) {
    await visitor.give("choose", "tour.csv", 'id,name\nc1,"Lovelace, Ada"\nc2,שלום\n');
    await visitor.says("#import-status", /^tour\.csv, CSV: 2 users, all valid\. Nothing is sent yet\.$/);
    await visitor.picture("import-csv", "#import");
    await visitor.click("#send");
    await visitor.says("#import-status", /^Done: 2 of 2 users stored\. Those that existed already stayed as they were\.$/);
  },

  async "import: progress, a pause, and on after a reload"(visitor, { url }) {
    const many = Array.from({ length: 30_000 }, (_, i) => `{"id":"m${i}","data":{"i":${i}}}\n`).join("");
    await visitor.give("choose", "many.ndjson", many);
    await visitor.says("#import-status", /^many\.ndjson, NDJSON: 30\u00a0000 users, all valid\./);
    await visitor.run(hangAfterThreeBatches);
    await visitor.click("#send");
    await visitor.says("#rate", /of 30\s000 · [\d\s]+ users\/s · .+ left$/);
    await visitor.picture("import-sending", "#import");
    await visitor.click("#pause");
    await visitor.says("#import-status", /^Paused at user [\d\s]+ of 30\s000\.$/);
    const place = () => document.querySelector("#progress").value;
    const paused = await visitor.run(place);
    assert.ok(paused > 0 && paused < 30_000, `${paused}`);

    await visitor.connect(url);
    await visitor.click("nav button:last-child");
    await visitor.says(".unfinished", /^many\.ndjson stopped at user [\d\s]+ of 30\s000\./);
    await visitor.give("choose", "many.ndjson", many);
    await visitor.says("#import-status", /^Paused at user /);
    assert.equal(await visitor.run(place), paused);
    await visitor.picture("import-resumed", "#import");
    await visitor.click("#resume");
    await visitor.says("#import-status", /^Done: 30\u00a0000 of 30\u00a0000 users stored\. Those that existed already stayed as they were\.$/);
  },

  async "keys: connect, create and delete without a pointer"(visitor, { url }) {
    await visitor.arrive(url);
    await visitor.tabTo("credential");
    await visitor.engine.press("Enter");
    await visitor.editor();
    await visitor.until("the focus", () => document.activeElement.id === "id");
    await visitor.engine.type("keys"); // What was there is selected.
    await visitor.tabTo("cm-content");
    await visitor.engine.press("Control", "a");
    await visitor.engine.type('{"by": "keys"}');
    await visitor.tabTo("create");
    const outline = () => getComputedStyle(document.activeElement).outlineStyle;
    assert.equal(await visitor.run(outline), "solid");
    await visitor.picture("keys", "#user");
    await visitor.engine.press("Enter");
    await visitor.says("#outcome", /^Created keys\.$/);
    assert.deepEqual((await visitor.shown()).data, { by: "keys" });
    await visitor.tabTo("delete");
    await visitor.engine.press(" ");
    await visitor.until("the focus", () => document.activeElement.id === "yes");
    await visitor.engine.press("Enter");
    await visitor.says("#outcome", /^Deleted keys\.$/);
  },

  async "a user token; and nothing secret is kept"(visitor, { url, token }) {
    await visitor.connect(url, token);
    await visitor.says("#who", /· the user bob$/);
    await visitor.fill("#id", "eve");
    await visitor.press("create", /^You do not have permission to perform this action\.$/);
    await visitor.picture("token", "#user");
    const holds = (token) => document.documentElement.outerHTML.includes(token);
    assert.equal(await visitor.run(holds, token), false);
    const [local, cookies, session, databases] = await visitor.run(kept);
    assert.deepEqual([local, cookies, databases], [0, "", 0]);
    assert.ok(!session.includes(token));
    await visitor.engine.open(url);
    await visitor.has("form.connect");
    assert.equal(await visitor.run(holds, token), false);
  },

  async "Klaim, by the same form"(visitor, { url }) {
    await visitor.arrive(url);
    await visitor.click("form.connect .segments label:nth-of-type(2) input");
    await visitor.says("#credential-note", /^Whoever has this key/);
    await visitor.click("form.connect button.main");
    await visitor.editor();
    await visitor.says("#who", /^Klaim · the server side/);
    await visitor.press("create", /^Created ada\.$/);
    await visitor.write('{"name": "Countess"}');
    await visitor.press("update", /^Updated ada\.$/);
    await visitor.press("creditBalance", /^Here are the credits of ada\.$/);
    await visitor.says("#list-count", /^1 user$/);
    await visitor.picture("klaim", "#user");
    await visitor.click("#disconnect");
    await visitor.has("form.connect");
  },
};
