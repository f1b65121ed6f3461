// What a page downloads for a client and its five operations, next to the same page on Stream's own client: built by two
// bundlers, everything included, compressed as the best servers do. The budget is held here.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { bundlers, download } from "../support/download.mjs";
import { project } from "../support/package.mjs";
import { variable } from "../support/temporary.mjs";

/** At most this share of the page on Stream's client, and at most so many bytes. */
const SHARE = 0.55;
const BYTES = 21_000;
const TARBALL_BYTES = 250_000;

describe("a page with the five operations", () => {
  for (const bundler of Object.keys(bundlers)) {
    test(`built by ${bundler}, is at most ${SHARE} of getstream's and ${BYTES} bytes`, async () => {
      const ours = await download(bundler, "user-handle");
      const theirs = await download(bundler, "getstream");
      const share = ours.brotli / theirs.brotli;
      const told = `${bundler}: ${ours.brotli} bytes of brotli, getstream ${theirs.brotli}: ${share.toFixed(3)}`;
      console.log(told);
      assert.ok(ours.brotli <= BYTES && share <= SHARE, told);
      // Otherwise it is no page at all.
      assert.ok(ours.raw > 20_000 && theirs.raw > 80_000, JSON.stringify({ ours, theirs }));
    });
  }
});

test(`the tarball has at most ${TARBALL_BYTES} bytes, and brings nothing along`, () => {
  assert.ok(statSync(variable("USER_HANDLE_TARBALL")).size <= TARBALL_BYTES);
  const { dependencies, peerDependencies, optionalDependencies } =
    JSON.parse(readFileSync(join(project, "node_modules/user-handle/package.json")));
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined]);
  const installed = execFileSync("npm", ["ls", "--all", "--parseable"], { cwd: project, encoding: "utf8" }).trim().split("\n");
  assert.equal(installed.length, 2);
});
