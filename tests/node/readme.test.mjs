// The code of the README runs, as it stands there, and prints what its comments say.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build } from "esbuild";

import { project } from "../support/package.mjs";
import { startServer } from "../support/server.mjs";

const server = await startServer("--app demo-key:demo-secret --klaim-key demo-klaim-key");
after(() => server.stop());

// What a reader's machine has: the stand-in server, found through the environment.
const { USER_HANDLE_SERVER, USER_HANDLE_TARBALL, NODE_TEST_CONTEXT, ...inherited } = process.env;
const env = { ...inherited, STREAM_BASE_URL: server.api, KLAIM_URL: server.klaim };

const root = fileURLToPath(new URL("../../", import.meta.url));
const blocks = ["README.md", "pkg/README.md"]
  .filter((name) => existsSync(join(root, name)))
  .map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }))
  // The build copies the one into the other.
  .filter(({ text }, index, all) => all.findIndex((other) => other.text === text) === index)
  .flatMap(({ name, text }) =>
    [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(({ 1: code, index }) => ({
      code,
      title: `${name}, line ${text.slice(0, index).split("\n").length}`,
    })),
  );

// The file that one of them reads.
writeFileSync(join(project, "users.ndjson"), '{"id":"ada","data":{"name":"Ada"}}\n{"id":"grace"}\n');

test("there is code in the README", () => assert.ok(blocks.length > 0));

for (const [index, { title, code }] of blocks.entries()) {
  const file = join(project, `block-${index}.js`);
  writeFileSync(file, code);
  const isForBrowsers = code.startsWith("// browser");

  test(`${title} ${isForBrowsers ? "is bundled" : "runs"}`, async () => {
    if (isForBrowsers) {
      const { outputFiles } = await build({
        entryPoints: [file], bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent",
      });
      assert.ok(outputFiles[0].contents.length > code.length);
      return;
    }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd: project, env });
    assert.equal(stderr, "");
    const promised = [...code.matchAll(/console\.log\(.*\);.*?\/\/ (.*)$/gm)].map(([, comment]) => comment);
    const printed = stdout.split("\n");
    for (const line of promised) assert.ok(printed.includes(line), `${line} is not in what it printed:\n${stdout}`);
  });
}
