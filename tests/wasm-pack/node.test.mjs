// What wasm-pack builds, in Node: as files, and installed from what `npm pack` makes of it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect, promisify } from "node:util";

import { KEY, SECRET, startServer } from "../support/server.mjs";
import { TARGETS, built, root, withExample, withInstalled } from "../support/wasm-pack.mjs";
import { EXPECTED, use } from "./program.mjs";

const run = promisify(execFile);
const server = await startServer(`--app demo-key:demo-secret-that-everybody-may-know --app ${KEY}:${SECRET}`, undefined, []);
after(() => server.stop());
const setting = { key: KEY, secret: SECRET, baseUrl: server.api };

const web = withInstalled("web");
const bytes = readFileSync(join(web, "node_modules/user-handle/user_handle_bg.wasm"));
const entry = pathToFileURL(join(web, "node_modules/user-handle/user_handle.js"));

test("web: started by init, with the bytes", async () => {
  const exported = await import(`${entry}?init`);
  await exported.default({ module_or_path: bytes });
  assert.deepEqual(await use(exported, setting), EXPECTED);
});

test("web: started by initSync, with a module", async () => {
  const exported = await import(`${entry}?sync`);
  exported.initSync({ module: new WebAssembly.Module(bytes) });
  assert.deepEqual(await use(exported, setting), EXPECTED);
});

test("nodejs: required and imported by name; it starts by itself", async () => {
  const folder = withInstalled("nodejs", "commonjs");
  const exported = createRequire(join(folder, "entry.js"))("user-handle");
  assert.deepEqual(await use(exported, setting), EXPECTED);
  writeFileSync(join(folder, "import.mjs"), 'import { connect } from "user-handle";\nconsole.log(typeof connect);\n');
  const { stdout, stderr } = await run(process.execPath, ["import.mjs"], { cwd: folder });
  assert.deepEqual([stdout, stderr], ["function\n", ""]);
});

test("the example runs", async () => {
  const folder = withExample("web");
  const env = { ...process.env, USER_HANDLE_URL: server.api, NO_COLOR: "1" };
  const { stdout, stderr } = await run(process.execPath, ["examples/wasm-pack/node.mjs"], { cwd: folder, env });
  const [data, token] = stdout.split("\n");
  assert.deepEqual([data, stderr], ["{ name: 'Ada Lovelace' }", ""]);
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
});

test("neither inspecting a client nor writing it as JSON shows a key or a secret", async () => {
  const exported = await import(`${entry}?init`);
  const client = exported.connect(KEY, SECRET, undefined, { baseUrl: server.api });
  for (const text of [inspect(client, { depth: 9, showHidden: true }), JSON.stringify(client), String(client)]) {
    assert.doesNotMatch(text, new RegExp(`${KEY}|${SECRET}`));
  }
});

for (const target of TARGETS) {
  test(`${target}: the package has all of its files, and no dependencies`, () => {
    const folder = join(withInstalled(target), "node_modules/user-handle");
    const { name, main, types, dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    assert.deepEqual({ name, main, types, dependencies }, {
      name: "user-handle", main: "user_handle.js", types: "user_handle.d.ts", dependencies: undefined,
    });
    // What one file imports of another.
    const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".js"));
    for (const file of files) {
      for (const [, imported] of readFileSync(join(folder, file), "utf8").matchAll(/(?:from|require\() ?["'](\.[^"']+)["']/g)) {
        const found = join(file, "..", imported);
        assert.ok(readdirSync(join(folder, found, "..")).includes(found.split("/").at(-1)), `${file} imports ${imported}`);
      }
    }
  });

  test(`${target}: its .gitignore is the one that git has, so that a build in pkg/ changes nothing`, () => {
    assert.equal(readFileSync(join(built(target), ".gitignore"), "utf8"), readFileSync(join(root, "pkg/.gitignore"), "utf8"));
  });
}
