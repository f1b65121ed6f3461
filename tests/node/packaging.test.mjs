// What npm shows of the package, and what packing says where there is nothing to pack.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../support/documents.mjs";
import { project } from "../support/package.mjs";

const installed = join(project, "node_modules/user-handle");
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

test("the packed README has no link that npm cannot follow", () => {
  const text = readFileSync(join(installed, "README.md"), "utf8");
  const targets = [...text.replaceAll(/```.*?```/gs, "").matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
  // npm finds files by the repository's address.
  const lost = manifest.repository ? [] : targets.filter((target) => !/^(#|https:)/.test(target));
  assert.deepEqual(lost, []);
  assert.ok(targets.length > 0 && text.includes("## Quick start"));
});

test("packing before a build fails with words", () => {
  const pack = () => execFileSync("npm", ["pack", "--dry-run"], { cwd: join(root, "npm"), encoding: "utf8", stdio: "pipe" });
  assert.throws(pack, ({ stderr }) => /there is nothing to pack yet: run cargo xtask build, then npm pack \.\/pkg/.test(stderr));
});

test("the versions of the hooks' peers are those of their types", () => {
  assert.deepEqual(manifest.peerDependencies, { "@tanstack/react-query": "^5", react: ">=18" });
  const types = readFileSync(join(installed, "dist/react.d.ts"), "utf8");
  assert.match(types, /They need React 18 or newer and TanStack Query 5/);
});
