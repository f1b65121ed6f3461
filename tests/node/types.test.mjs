// The published types, as a strict consumer sees them: from an ES module, and from CommonJS.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { dist, esm, klaimFaces, project } from "../support/package.mjs";
import { hooks as react } from "../support/react.mjs";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const root = fileURLToPath(new URL("../..", import.meta.url));
const consumer = fileURLToPath(new URL("../support/consumer.ts", import.meta.url));
const reactConsumers = ["consumer", "registered"].map((name) => [
  name, fileURLToPath(new URL(`../support/react-${name}.tsx`, import.meta.url)),
]);

/** What `tsc --strict` says of these files in the consumer's project. */
function check(files, ...flags) {
  const strict = ["--strict", "--noEmit", "--noUncheckedIndexedAccess", "--skipDefaultLibCheck"];
  const given = ["--target", "es2022", "--lib", "es2022,dom,dom.iterable,esnext.disposable", ...flags];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...strict, ...given, ...files], { cwd: project, encoding: "utf8" });
  return { status, stdout };
}

for (const [title, extensions, ...flags] of [
  ["an ES module and CommonJS", ["mts", "cts"], "--module", "nodenext"],
  ["a bundler, with the strictest settings", ["ts"], "--module", "esnext", "--moduleResolution", "bundler",
    "--exactOptionalPropertyTypes", "--verbatimModuleSyntax"],
]) {
  test(`${title}: the consumer compiles, and each marked line is an error`, () => {
    const files = extensions.map((extension) => `consumer.${extension}`);
    for (const file of files) copyFileSync(consumer, join(project, file));
    assert.deepEqual(check(files, ...flags), { status: 0, stdout: "" });
  });
}

for (const [name, program] of reactConsumers) {
  test(`hooks: ${name} compiles as an ES module, as CommonJS and for a bundler, and each marked line is an error`, () => {
    for (const [file, ...flags] of [
      [`hooks/esm/${name}.tsx`, "--module", "nodenext"],
      [`hooks/cjs/${name}.tsx`, "--module", "nodenext"],
      [`hooks/esm/${name}.tsx`, "--module", "esnext", "--moduleResolution", "bundler", "--exactOptionalPropertyTypes"],
    ]) {
      const folder = dirname(join(project, file));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: folder.endsWith("esm") ? "module" : "commonjs" }));
      copyFileSync(program, join(project, file));
      assert.deepEqual(check([file], "--jsx", "react-jsx", ...flags), { status: 0, stdout: "" });
    }
  });
}

test("programs for Stream's client compile with both", () => {
  symlinkSync(join(root, "node_modules/getstream"), join(project, "node_modules/getstream"));
  const files = ["program", "page"].flatMap((program) => {
    const text = readFileSync(new URL(`../support/getstream-${program}.ts`, import.meta.url), "utf8");
    return ["getstream", "user-handle"].map((name) => {
      const file = `${program}-for-${name}.mts`;
      writeFileSync(join(project, file), text.replaceAll('from "getstream"', `from "${name}"`));
      return file;
    });
  });
  // The types of getstream's own dependencies are not under test.
  assert.deepEqual(check(files, "--module", "nodenext", "--skipLibCheck"), { status: 0, stdout: "" });
});

test("a wrong program does not compile", () => {
  writeFileSync(join(project, "wrong.mts"), 'import { connect } from "user-handle";\nconnect(7);\n');
  const { status, stdout } = check(["wrong.mts"], "--module", "nodenext");
  assert.notEqual(status, 0);
  assert.match(stdout, /^wrong\.mts\(2,9\): error TS2345/);
});

const testing = await import(pathToFileURL(join(dist, "testing.js")));
for (const [entry, exported] of Object.entries({ index: esm, klaim: klaimFaces.import, react, testing })) {
  test(`${entry}: both faces have the same types, and export what those declare`, () => {
    const types = readFileSync(join(dist, `${entry}.d.ts`), "utf8");
    // But for where the types of other entries are.
    assert.equal(readFileSync(join(dist, `${entry}.d.cts`), "utf8"), types.replace(/"\.\/(index|klaim)\.js"/g, '"./$1.cjs"'));
    const declared = [...types.matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)].map(([, name]) => name);
    const again = [...types.matchAll(/^export \{ (.*) \}/gm)].flatMap(([, names]) => names.split(", "));
    const values = new Set([...declared, ...again.map((name) => name.split(" as ").at(-1))]);
    if (/^export default/m.test(types)) values.add("default");
    assert.deepEqual(Object.keys(exported).sort(), [...values].sort());
  });
}
