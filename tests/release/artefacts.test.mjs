// What `cargo xtask release` made: bills of materials by the standard's own schema, that name what is in the package, and
// hashes of what lies there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

import { temporaryFolder, variable } from "../support/temporary.mjs";

const artefacts = variable("RELEASE_ARTEFACTS");
const read = (name) => readFileSync(join(artefacts, name), "utf8");
const files = readdirSync(artefacts);

const [tarball] = files.filter((name) => /^user-handle-\d.*\.tgz$/.test(name));

/** The folder of a package, unpacked. */
function unpacked(name) {
  const folder = temporaryFolder();
  execFileSync("tar", ["--extract", "--gzip", "--file", join(artefacts, name), "--directory", folder]);
  return join(folder, "package");
}

const folder = unpacked(tarball);
const packed = (name) => readFileSync(join(folder, name));

for (const product of ["npm", "crate", "server"]) {
  test(`${product}: the bill of materials is CycloneDX, and each part has a place in it`, async () => {
    const text = read(`${product}.cdx.json`);
    assert.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text), null);
    const { metadata, components, dependencies } = JSON.parse(text);
    const known = new Set([metadata.component, ...components].map((component) => component["bom-ref"]));
    assert.equal(known.size, components.length + 1);
    assert.deepEqual(new Set(dependencies.map(({ ref }) => ref)), known);
    const needed = dependencies.flatMap(({ dependsOn }) => dependsOn);
    assert.deepEqual(new Set([metadata.component["bom-ref"], ...needed]), known);
  });
}

test("npm: the bill of materials, the licences in the tarball and its package.json name the same", () => {
  const { metadata, components } = JSON.parse(read("npm.cdx.json"));
  const { name, version, dependencies } = JSON.parse(packed("package.json"));
  assert.equal(metadata.component.purl, `pkg:npm/${name}@${version}`);
  assert.equal(dependencies, undefined);
  const licences = packed("THIRD-PARTY-LICENSES").toString();
  assert.equal(licences, read("npm-licences.txt"));
  const listed = [...licences.matchAll(/^([\w-]+) (\d+\.\S+): \S/gm)].map(([, crate, at]) => `${crate} ${at}`);
  const others = components.filter((component) => !component.name.startsWith(name)).map((component) => `${component.name} ${component.version}`);
  assert.deepEqual(listed.sort(), others.sort());
  // Known by other means: the names of what is certainly in the wasm, and of what only builds it.
  const names = others.map((crate) => crate.split(" ")[0]);
  // `serde_json` and `utoipa` are in the module of `user-handle/testing`.
  for (const inside of ["wasm-bindgen", "serde_json", "utoipa"]) assert.ok(names.includes(inside), inside);
  for (const beside of ["syn", "utoipa-gen", "tokio", "axum"]) assert.ok(!names.includes(beside), beside);
});

test("every part has its licence, and the texts that its licence asks for are there", () => {
  for (const name of files.filter((file) => file.endsWith("-licences.txt"))) {
    const text = read(name);
    for (const part of [...text.matchAll(/^(\S+) \d+\.\S+: .*(?:MIT|ISC|BSD|Zlib|MPL|Unicode)/gm)].map(([, part]) => part)) {
      assert.match(text, new RegExp(`^---- (?:.*, )?${part.replaceAll(/[/.@]/g, "\\$&")}(?:, .*)? ----$`, "m"), `${name}: ${part}`);
    }
  }
  assert.match(read("console-licences.txt"), /^preact \d/m);
  assert.match(read("server-licences.txt"), /^tokio \d/m);
});

test("each file is in SHA256SUMS, with its hash, and the modules are those of the tarball", () => {
  const sums = Object.fromEntries(read("SHA256SUMS").trim().split("\n").map((line) => line.split("  ").reverse()));
  const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
  const others = files.filter((name) => name !== "SHA256SUMS");
  assert.deepEqual(sums, Object.fromEntries(others.map((name) => [name, hash(readFileSync(join(artefacts, name)))])));
  const modules = files.filter((name) => name.endsWith(".wasm"));
  assert.equal(modules.length, 3);
  for (const name of modules) assert.equal(hash(packed(`dist/${name}`)), sums[name], name);
});

// `--without-server` leaves them out.
const servers = files.filter((name) => name.startsWith("user-handle-server-") && name.endsWith(".tgz"));
if (servers.length > 0) test("the server is there for this machine, runs, and has the licences of what is in it", () => {
  const { version } = JSON.parse(packed("package.json"));
  const inside = unpacked(`user-handle-server-${process.platform}-${process.arch}-${version}.tgz`);
  const binary = join(inside, "bin/user-handle-server");
  assert.equal(execFileSync(binary, ["--version"], { encoding: "utf8" }), `user-handle-server ${version}\n`);
  const licences = readFileSync(join(inside, "THIRD-PARTY-LICENSES"), "utf8");
  assert.equal(licences, `${read("server-licences.txt")}\n${read("console-licences.txt")}`);
  assert.ok(!readFileSync(binary).includes(process.cwd()), "it names a folder of the machine");
  const server = unpacked(`user-handle-server-${version}.tgz`);
  const { optionalDependencies } = JSON.parse(readFileSync(join(server, "package.json"), "utf8"));
  assert.deepEqual([...new Set(Object.values(optionalDependencies))], [version]);
});

test("no artefact that is text names a folder of the machine", () => {
  for (const name of files.filter((file) => /\.(json|txt)$/.test(file))) assert.ok(!read(name).includes(process.cwd()), name);
});
