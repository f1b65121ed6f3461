// The public surface is what it was: the types of each entry, and the files of the package and the crates.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { entries } from "../support/entries.mjs";
import { dist } from "../support/package.mjs";
import { MEND, changes } from "../support/surface.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

for (const [name, changed] of Object.entries(changes)) {
  test(`${name} is what it was`, () => {
    const found = changed();
    assert.ok(found.length === 0, `${name} of tests/surface is no longer so:\n${found.join("\n")}\n${MEND}`);
  });
}

test("the types that are compared are those of the tarball, and each entry has a snapshot", () => {
  assert.ok(entries.includes("index") && entries.includes("klaim"), entries.join());
  for (const name of entries) {
    assert.equal(readFileSync(join(dist, `${name}.d.ts`), "utf8"), readFileSync(join(root, "npm", `${name}.d.ts`), "utf8"));
  }
  const snapshots = readdirSync(join(root, "tests/surface")).filter((file) => file.endsWith(".api.md"));
  assert.deepEqual(snapshots.sort(), entries.map((name) => `${name}.api.md`).sort(), MEND);
});
