// Every task of the console, done from inside the page, so that it runs in any browser that a driver can give a script. Its
// clicks are the page's own; what real input does is tried in Chromium.

/** Resolves to what was seen on the way, in words. */
export async function tour() {
  const seen = [];
  const wrong = [];
  addEventListener("error", ({ message }) => wrong.push(message));
  addEventListener("unhandledrejection", ({ reason }) => wrong.push(`${reason}`));
  const find = (selector) => document.querySelector(selector);
  const text = (selector) => find(selector)?.textContent.trim() ?? "";
  /** Waits, from frame to frame, until there is something. */
  const until = async (what, look) => {
    for (const begin = performance.now(); ; ) {
      const found = look();
      if (found) return found;
      if (performance.now() - begin > 30_000) throw new Error(`never came: ${what}; the outcome is ${text("#outcome")} ${wrong.join()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const says = (selector, pattern) => until(`${selector} ${pattern}`, () => pattern.test(text(selector)) && text(selector));
  const type = async (value) => {
    const content = await until("the editor", () => find("#data")?.shadowRoot?.querySelector(".cm-content"));
    content.focus();
    document.execCommand("selectAll");
    document.execCommand("insertText", false, value);
  };
  const press = async (verb, pattern) => {
    find(`button[value=${verb}]`).click();
    seen.push(await says("#outcome", pattern));
  };

  (await until("the form", () => find("form.connect button.main"))).click();
  await until("the workspace", () => find("#user"));
  seen.push(text("#who").replace("secret in use", ""));
  await until("the editor", () => find("#data")?.shadowRoot?.querySelector(".cm-content"));

  find("#id").value = "tourist";
  find("#id").dispatchEvent(new InputEvent("input", { bubbles: true }));
  await press("create", /^Created/);
  await press("get", /^Here is tourist\.$/);
  await press("profile", /with follow counts\.$/);
  await press("update", /^Updated/);

  const broken = [...document.querySelectorAll("#faults [type=checkbox]")].filter(({ name }) => name !== "503");
  for (const { name } of broken) {
    const box = find(`#faults [name="${name}"]`);
    if (box.checked) box.click();
    await until("the switch", () => !find(`#faults [name="${name}"]`).checked);
  }
  const rate = async (percent) => {
    const range = find("#faults [type=range]");
    range.value = String(percent);
    range.dispatchEvent(new Event("change", { bubbles: true }));
    await until("the switch", () => text("#faults output") === `${percent}\u00a0%`);
    for (let told = -1; told !== percent / 100; ) told = (await (await fetch("/_faults")).json()).rate;
  };
  await rate(100);
  await press("get", /^A fault of --faults\.$/);
  seen.push(text("#calls tbody tr:first-child td:nth-child(4)").replace(/waited .*/, "waited"));
  await rate(0);
  await press("delete", /^Deleted/);
  await until("the chart", () => find(".latency canvas"));

  await type('{"tags": [1e999]}');
  seen.push(await says("#data-problem", /tags/));

  find("nav button:last-child").click();
  const input = await until("the file field", () => find("#file"));
  const files = new DataTransfer();
  files.items.add(new File(['{"id":"t1","data":{"name":"<b>שלום</b> 👩🏽‍🚀"}}\n{"id":"t 2"}\n'], "tour.ndjson"));
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  seen.push(await says("#import-status", /Nothing is sent yet/));
  find("#send").click();
  seen.push(await says("#import-status", /^Done/));
  seen.push((await says("#code", /import/)).split("\n")[0]);
  return seen;
}

/** What there is to see. */
export const SIGHTS = [
  "Stream · demo-key · the server side",
  "Created tourist.",
  "Here is tourist.",
  "Here is tourist, with follow counts.",
  "Updated tourist.",
  "A fault of --faults.",
  "3 attempts: 503, 503, 503; waited",
  "Deleted tourist.",
  "data.tags[0] is an infinite number, which JSON cannot hold.",
  "tour.ndjson, NDJSON: 2 users, of which 1 cannot be sent. Nothing is sent yet.",
  "Done: 1 of 2 users stored.",
  'import { createReadStream } from "node:fs";',
];
