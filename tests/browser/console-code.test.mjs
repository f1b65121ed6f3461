// The code that the console shows for what was done does just that: it is run, and its types are checked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, startDemo } from "../support/console.mjs";
import { esm, project } from "../support/package.mjs";

const run = promisify(execFile);
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

let server, browser, ui, client;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
  client = esm.connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl: server.api });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

async function code(language) {
  await ui.page.click(`#code-title ~ .toolbar label:has([value=${language}])`);
  return `${await ui.page.$eval("#code", (element) => element.textContent)}`;
}

/** Runs a program as its reader would, who keeps the secret where the program looks for it. */
async function inNode(name, text) {
  writeFileSync(join(project, name), text);
  const env = { ...process.env, STREAM_SECRET: "demo-secret-that-everybody-may-know", KLAIM_KEY: "demo-klaim-key" };
  return (await run("node", [name], { cwd: project, env })).stdout;
}

/** What the programs import besides. */
function link(...names) {
  for (const name of names) symlinkSync(join(modules, name), join(project, "node_modules", name));
}

const programs = [];

test("JavaScript does the same, for every operation", async () => {
  await ui.connect(server.url);
  const data = { "name": "Ada \"Countess\" \\ \u2028 \u202e 👩🏽‍🚀", "a b": [1, 2], "nothing": null, "nested": { yes: true } };
  await ui.write(JSON.stringify(data));
  for (const verb of ["getOrCreate", "get", "profile", "update", "delete", "create"]) {
    await (verb === "delete" ? ui.remove() : ui.press(verb));
    const text = await code("JavaScript");
    programs.push(await code("TypeScript"));
    // Before what would fail the second time.
    if (verb === "delete") await ui.press("getOrCreate");
    if (verb === "create") await ui.remove();
    assert.doesNotMatch(text, /[\u202e\u2028]/, "what turns the direction is seen");
    const printed = await inNode(`${verb}.mjs`, text);
    if (verb !== "delete") assert.deepEqual((await client.user("ada").get()).data, data);
    if (verb !== "delete") assert.match(printed, /id: 'ada'/);
  }
});

test("the same of Klaim", async () => {
  await ui.visit(server.url);
  await ui.page.click("form.connect .segments label:nth-of-type(2)");
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector(">>> .cm-content");
  // What is not typed is not sent.
  await ui.press("create");
  await ui.press("update");
  await isCompiled("console-code-klaim.rs");
  for (const verb of ["getOrCreate", "get", "creditBalance"]) {
    await ui.press(verb);
    programs.push(await code("TypeScript"));
    assert.match(await inNode(`klaim-${verb}.mjs`, await code("JavaScript")), verb === "creditBalance" ? /^\d/ : /user_id: 'ada'/);
  }
});

test("an import reads the file as the page did", async () => {
  link("papaparse");
  await ui.connect(server.url);
  const field = (await ui.page.click("nav button:last-child"), await ui.page.waitForSelector("#file"));
  const head = "\nsep=;\nLogin;born;vip;tags;data;zip;name\n";
  const rows = ['i1;1815;yes;"[1,2]";"{""city"":""London""}";01234;Zo\xeb\n', "i2;x;no;;;;\n", ";;;;;;\n", "i3;1906;no;;;5;Ren\xe9\n", "i4;1;2;3;4;5;6;7\n", "i5;1\n", 'i6;"1"5;;;;;\n'];
  for (const [name, content, failed] of [
    ["code.csv", Buffer.from(head + rows.join(""), "latin1"), 4],
    ["code.ndjson", '{"id":"i1","data":{"n":1}}\n{"id":"i 2"}\n{"id":"i3","data":{"n":3}}\n', 1],
  ]) {
    await client.addUsers([{ id: "i1", data: { before: true } }], true);
    writeFileSync(join(project, name), content);
    await field.uploadFile(join(project, name));
    if (name === "code.csv") {
      await ui.says("#import [role=alert]", "Choose the column that is the id.");
      for (const [index, kind] of [[1, "id"], [2, "number"], [3, "boolean"], [4, "json"], [5, "object"], [6, "text"]]) {
        await ui.page.select(`#columns tbody tr:nth-child(${index}) select`, kind);
      }
      await ui.fill('[aria-label="name is stored as"]', "first name");
    }
    await ui.says("#import-status", new RegExp(`of which ${failed} cannot be sent`));
    await ui.page.click("#override");
    await ui.page.click("#send");
    await ui.says("#import-status", /^Done: 2 of /);
    const stored = async () => (await client.getUsers(["i1", "i2", "i3", "i4"])).users.map(({ id, data }) => ({ id, data }));
    const byThePage = await stored();
    assert.equal(byThePage.length, 2);
    for (const { id } of byThePage) await client.user(id).update({ before: true });
    const text = await code("JavaScript");
    programs.push(await code("TypeScript"));
    assert.match(await inNode(`import-${name}.mjs`, text), new RegExp(`^2 ${failed}$`, "m"));
    assert.deepEqual(await stored(), byThePage);
    for (const { id } of byThePage) await client.user(id).delete();
  }
});

test("TypeScript takes what it shows", async () => {
  assert.equal(programs.length, 11);
  const files = programs.map((text, i) => {
    const name = `typed-${i}.ts`;
    writeFileSync(join(project, name), `${text}export {};\n`);
    return name;
  });
  link("typescript", "@types", "undici-types");
  const flags = "--noEmit --strict --noUncheckedIndexedAccess --skipLibCheck --target es2022 --lib es2022,dom --module nodenext --types node".split(" ");
  const tsc = join(project, "node_modules/typescript/bin/tsc");
  await run("node", [tsc, ...flags, ...files], { cwd: project }).catch(({ stdout }) => assert.fail(stdout));
});

/** The file is what the page shows; tests/wasm.rs compiles it. */
async function isCompiled(file) {
  const expected = readFileSync(new URL(file, import.meta.url), "utf8");
  assert.equal((await code("Rust")).replace(/http:\/\/localhost:\d+/, "http://localhost:8000"), expected);
}

test("Rust is what tests/wasm.rs compiles", async () => {
  await ui.connect(server.url);
  await ui.write('{"name": "Ada \\"C\\" \\u202e"}');
  await ui.press("getOrCreate");
  await isCompiled("console-code.rs");
});
