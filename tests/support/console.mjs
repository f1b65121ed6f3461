// The console in a browser, as a visitor uses it: by what it says, not by how it is made.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openPage } from "./browser.mjs";
import { startServer } from "./server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The demo's server with the console; without an app of its own, so that faults can be switched. */
export const startDemo = (flags = "") => startServer(flags, undefined, []);

/** Where screenshots are kept, for people to look at. */
export const pictures = join(root, "target", "screenshots");
mkdirSync(pictures, { recursive: true });

/** A page of the browser, which must have nothing to complain of. */
export async function openConsole(browser) {
  const page = await openPage(browser);
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    // Browsers report each answer over 399, and each broken connection; those are what the tests ask for.
    const own = /^Failed to load resource/.test(message.text()) && /\/(api\/|klaim\/|admin\/|_faults)/.test(message.location().url ?? "");
    if (!own && message.type() !== "debug") problems.push(`${message.type()}: ${message.text()}`);
  });
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return new Console(page, problems);
}

/**
 * Run in the page: three batches of an import are answered, and the others when they are aborted. So there is time for a pause,
 * however fast the server is, and however slow the test.
 */
export function hangAfterThreeBatches() {
  const { fetch } = globalThis;
  let sent = 0;
  globalThis.fetch = (url, init) => {
    const isBatch = init?.method === "POST" && String(url).includes("/users/");
    if (!isBatch || (sent += 1) <= 3) return fetch(url, init);
    return new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
  };
}

/** Run in the page: deletions are carried out, and their answers are lost. */
export function loseAnswersToDeletions() {
  const { fetch } = globalThis;
  globalThis.fetch = async (url, init) => {
    const answer = await fetch(url, init);
    if (init?.method !== "DELETE") return answer;
    throw new TypeError("Failed to fetch");
  };
}

class Console {
  constructor(page, problems) {
    this.page = page;
    this.problems = problems;
  }

  text(selector) {
    return this.page.$eval(selector, (element) => element.textContent.trim());
  }

  /** Waits until the text of the element is, or matches, what is expected. */
  async says(selector, expected) {
    const pattern = expected instanceof RegExp ? expected.source : undefined;
    await this.page
      .waitForFunction(
        (selector, exact, pattern) => {
          const text = document.querySelector(selector)?.textContent.trim();
          return text !== undefined && (pattern === undefined ? text === exact : new RegExp(pattern, "u").test(text));
        },
        {},
        selector,
        String(expected),
        pattern,
      )
      .catch(async () => {
        const text = await this.text(selector).catch(() => "not there");
        assert.fail(`${selector} should say ${expected}, but says ${text}`);
      });
  }

  async visit(url) {
    await this.page.goto(url);
    await this.page.waitForSelector("form.connect");
  }

  /** Puts a value into a field as typing it would. */
  fill(selector, value) {
    return this.page.$eval(
      selector,
      (element, value) => {
        element.value = value;
        element.dispatchEvent(new InputEvent("input", { bubbles: true }));
        element.dispatchEvent(new Event("change", { bubbles: true }));
      },
      value,
    );
  }

  /** Connects with what is filled in, or with these. */
  async connect(url, { key, credential } = {}) {
    await this.visit(url);
    if (key !== undefined) await this.fill("[name=key]", key);
    if (credential !== undefined) await this.fill("[name=credential]", credential);
    await this.page.click("form.connect button.main");
    await this.page.waitForSelector("#user");
    await this.page.waitForSelector(">>> .cm-content");
  }

  /** Types JSON over what the editor has. */
  async write(text) {
    const { keyboard } = this.page;
    await (await this.page.waitForSelector(">>> .cm-content")).focus();
    await keyboard.down("Control");
    await keyboard.press("a");
    await keyboard.up("Control");
    await keyboard.sendCharacter(text);
  }

  /** Not by its place, which changes while the editor grows around what was read. */
  #click(selector) {
    return this.page.$eval(selector, (button) => button.click());
  }

  /** Clicks the button of an operation and gives what the page says once it is done. */
  async press(verb) {
    await this.#click(`button[value=${verb}]`);
    return this.outcome();
  }

  /** What the page says once the call is done that a click has begun. */
  async outcome() {
    // What a click changes is drawn by the second frame after it; before that, the page shows how the last call ended.
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await this.page.waitForSelector("#user[aria-busy=false]");
    return this.text("#outcome");
  }

  /** Deletes the user in the form, as is asked back. */
  async remove() {
    await this.#click("button[value=delete]");
    await this.page.waitForSelector("#yes");
    await this.#click("#yes");
    return this.outcome();
  }

  /** The text in the editor. */
  async written() {
    await this.page.waitForSelector(">>> .cm-content");
    return this.page.$eval(">>> .cm-content", (content) => content.innerText);
  }

  async shown() {
    return JSON.parse(await this.text("#record"));
  }

  /** The rows of a table, each as the texts of its cells. */
  rows(id) {
    return this.page.$$eval(`#${id} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  }

  /** What kind of fault, and how often; `rate` in percent. */
  async faults(rate, kinds) {
    await this.page.waitForSelector("#faults");
    const switched = () => this.page.waitForResponse((response) => response.url().includes("/_faults?"));
    for (const kind of ["stall", "slow", "429", "500", "503", "reset", "truncate"].sort((one) => (kinds.includes(one) ? -1 : 1))) {
      const box = await this.page.$(`#faults [name="${kind}"]`);
      if ((await box.evaluate((box) => box.checked)) === kinds.includes(kind)) continue;
      await Promise.all([switched(), box.click()]);
    }
    await Promise.all([switched(), this.fill("#faults [type=range]", String(rate))]);
  }

  /** What axe finds wrong, in this state of the page. */
  async violations() {
    await this.page.evaluate(axe);
    await this.#finishTransitions();
    return this.page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
    });
  }

  /** A picture of the whole page, and nothing wider than the window. */
  async picture(name, { width = 1280, scheme = "light" } = {}) {
    await this.page.setViewport({ width, height: 900 });
    // Firefox's protocol has no word for it, so there it is what the system says.
    if (scheme !== "") await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await this.#finishTransitions();
    const scroll = await this.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(scroll <= width, `${name}: ${scroll} px wide in a window of ${width} px`);
    await this.page.screenshot({ path: join(pictures, `${[name, width, scheme].filter(Boolean).join("-")}.png`), fullPage: true });
  }

  /** Colours that still change to those of the other scheme are neither the old ones nor the new. */
  #finishTransitions() {
    return this.page.evaluate(() => {
      for (const animation of document.getAnimations()) {
        if (Number.isFinite(animation.effect.getComputedTiming().endTime)) animation.finish();
      }
    });
  }

  async close() {
    await this.page.close();
    assert.deepEqual(this.problems, [], "the browser's console is silent");
  }
}
