// The code of the README and of the guides: it runs, as it stands there, and prints what its comments say.
//
// - A block of JavaScript that begins with `// browser` is bundled, one that begins with the name of a file is a part of that
//   file, which is run elsewhere; any other one runs in Node. Blocks without an import go on with the one before them.
// - TypeScript compiles.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";

import { build } from "esbuild";

import { blocksOf, documents, isForBrowsers, programsOf, root, sourceOf, textOf } from "../support/documents.mjs";
import { project } from "../support/package.mjs";
import { startServer } from "../support/server.mjs";

const run = promisify(execFile);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Languages of which every block has to be from a file. */
const QUOTED = ["jsx", "tsx", "vue", "svelte"];

// What some of the programs read or import.
writeFileSync(join(project, "users.ndjson"), '{"id":"ada","data":{"name":"Ada"}}\n{"id":"grace"}\n');
copyFileSync(join(root, "examples/edge-function.mjs"), join(project, "edge-function.mjs"));
for (const name of ["getstream", "@opentelemetry", "undici"]) {
  symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
}
symlinkSync(join(root, "server/npm"), join(project, "node_modules/user-handle-server"));

let files = 0;

/** A file of the reader's project with this in it. */
function fileWith(code, extension) {
  const name = `block-${(files += 1)}.${extension}`;
  writeFileSync(join(project, name), code);
  return name;
}

/** Runs a program; a line of its code that logs and has a comment promises what is printed. */
async function runs(code, env) {
  const { stdout, stderr } = await run(process.execPath, [fileWith(code, "js")], { cwd: project, env });
  assert.equal(stderr, "");
  const promised = [...code.matchAll(/console\.log\(.*\);.*?\/\/ (.*)$/gm)].map(([, comment]) => comment);
  const printed = stdout.split("\n");
  for (const line of promised) assert.ok(printed.includes(line), `${line} is not in what it printed:\n${stdout}`);
}

async function isBundled(code) {
  const { outputFiles } = await build({
    entryPoints: [join(project, fileWith(code, "js"))],
    bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent",
  });
  assert.ok(outputFiles[0].contents.length > code.length);
}

for (const name of documents) {
  const blocks = blocksOf(name);
  const scripts = programsOf(name, "js");
  const types = programsOf(name, "ts");
  const pages = blocks.filter((block) => block.language === "js" && isForBrowsers(block));
  const quotes = blocks.filter(sourceOf);

  if (scripts.length > 0) {
    describe(`${name}: programs`, async () => {
      // What a reader's machine has: the stand-in server, found through the environment.
      const server = await startServer("--app demo-key:demo-secret-that-everybody-may-know --klaim-key demo-klaim-key");
      after(() => server.stop());
      const { USER_HANDLE_TARBALL, NODE_TEST_CONTEXT, ...inherited } = process.env;
      const env = { ...inherited, STREAM_BASE_URL: server.api, KLAIM_URL: server.klaim, KLAIM_KEY: "demo-klaim-key" };
      for (const { title, code } of scripts) test(`${title} runs`, () => runs(code, env));
    });
  }
  for (const { title, code } of pages) test(`${title} is bundled`, () => isBundled(code));
  for (const { title, code } of types) {
    test(`${title} compiles`, async () => {
      const flags = ["--strict", "--noEmit", "--skipDefaultLibCheck", "--target", "es2022", "--lib", "es2022,dom", "--module", "nodenext"];
      await run(process.execPath, [tsc, ...flags, fileWith(code, "mts")], { cwd: project })
        .catch(({ stdout }) => assert.fail(stdout));
    });
  }
  for (const block of quotes) {
    test(`${block.title} is what ${sourceOf(block)} has`, () => {
      const [, ...lines] = block.code.split("\n");
      assert.ok(readFileSync(join(root, sourceOf(block)), "utf8").includes(lines.join("\n")));
    });
  }
  test(`${name}: components are from files that are run`, () => {
    const loose = blocks.filter((block) => QUOTED.includes(block.language) && !sourceOf(block));
    assert.deepEqual(loose.map(({ title }) => title), []);
  });
}

test("codes that documents tell of are codes", () => {
  const union = readFileSync(join(root, "npm/index.d.ts"), "utf8").match(/export type \w+Code =[^;]*;/g).join("");
  const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  const guides = documents.filter((name) => textOf(name).includes("\n## If it fails\n"));
  assert.ok(guides.length > 4);
  for (const name of guides) {
    const [, table] = textOf(name).split("\n## If it fails\n");
    const told = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code);
    assert.deepEqual(told.filter((code) => !codes.includes(code)), [], name);
  }
});

test("the guide for Rust names every crate that its programs use", () => {
  const blocks = blocksOf("docs/guides/rust.md").filter(({ code }) => !sourceOf({ code }));
  const [{ code: manifest }] = blocks.filter(({ language }) => language === "toml");
  const named = [...manifest.matchAll(/^([\w-]+) =/gm)].map(([, name]) => name.replaceAll("-", "_"));
  const programs = blocks.filter(({ language }) => language === "rust").map(({ code }) => code).join("");
  const used = new Set([...programs.matchAll(/(?:^use |[<(&])([a-z_]+)::/gm)].map(([, name]) => name));
  used.delete("std");
  assert.deepEqual([...used].sort(), named.sort());
});

test("there is code in the README", () => assert.ok(programsOf("README.md", "js").length > 0));
