// The types that wasm-bindgen writes: a strict program compiles against them, and they show what is documented and no more.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { TARGETS, built, withInstalled } from "../support/wasm-pack.mjs";

const require = createRequire(import.meta.url);
const tsc = require.resolve("typescript/bin/tsc");
const ts = require("typescript");
const consumer = fileURLToPath(new URL("consumer.ts", import.meta.url));

/** What wasm-bindgen has in each of its files, whatever the crate exports. */
const OF_BINDGEN = ["InitInput", "InitOutput", "SyncInitInput", "initSync", "__wbg_init", "free", "constructor"];

const typesOf = (target) => readFileSync(join(built(target), "user_handle.d.ts"), "utf8");

for (const target of TARGETS) {
  test(`${target}: a strict program compiles, and each marked line is an error`, () => {
    const folder = withInstalled(target);
    copyFileSync(consumer, join(folder, "consumer.ts"));
    writeFileSync(join(folder, "start.ts"), 'import init from "user-handle";\nexport const started: Promise<unknown> = init();\n');
    const flags = ["--strict", "--noEmit", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--skipDefaultLibCheck"];
    const libraries = ["--target", "es2022", "--lib", "es2022,dom,esnext.disposable", "--module", "esnext", "--moduleResolution", "bundler"];
    const files = target === "web" ? ["consumer.ts", "start.ts"] : ["consumer.ts"];
    const compiler = [tsc, ...flags, ...libraries, ...files];
    const { status, stdout } = spawnSync(process.execPath, compiler, { cwd: folder, encoding: "utf8" });
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "" });
  });

  test(`${target}: what is exported is what is meant to be`, () => {
    const names = [...typesOf(target).matchAll(/^export (?:default )?(?:class|function) (\w+)/gm)].map(([, name]) => name);
    const own = names.filter((name) => !OF_BINDGEN.includes(name));
    assert.deepEqual(own.sort(), ["Client", "User", "Users", "connect", "isUserHandleError", "user"]);
    // `InitOutput` lists the module's own functions.
    const types = typesOf(target).replace(/interface InitOutput \{[^}]*\}/, "");
    assert.deepEqual(types.match(/RunningCall|RecordKeeper|advance|checkId|: any\b/g), null);
  });
}

test("every item has documentation", () => {
  const file = ts.createSourceFile("user_handle.d.ts", typesOf("bundler"), ts.ScriptTarget.ES2022, true);
  const bare = [];
  const visit = (node) => {
    const isItem = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) ||
      ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isPropertySignature(node);
    // Members of a type that is written where it is used say little more than their names.
    const isInline = ts.isPropertySignature(node) && ts.isTypeLiteralNode(node.parent);
    if (isItem && !isInline) {
      const name = node.name.getText(file);
      const isOfBindgen = OF_BINDGEN.includes(name) || name === "[Symbol.dispose]";
      if (!isOfBindgen && ts.getJSDocCommentsAndTags(node).length === 0) bare.push(name);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  assert.deepEqual(bare, []);
});
