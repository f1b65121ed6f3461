// What the names of Stream's client cost a page: nothing where it does not use them. docs/coming-from-getstream.md says it.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { tableOf, writeTable } from "../support/documents.mjs";
import { bundlers, download, page } from "../support/download.mjs";
import { dist } from "../support/package.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

const DOCUMENT = "docs/coming-from-getstream.md";

/** Numbers may be off by so many bytes: what brotli makes of a few words depends on all the others. */
const NEAR = 150;

/** A copy of the package for browsers, with the names or without them: the file that a bundler is given in its place. */
function copy(hasNames) {
  const folder = temporaryFolder();
  cpSync(dist, folder, { recursive: true });
  const path = join(folder, "browser.js");
  if (hasNames) return path;
  const text = readFileSync(path, "utf8");
  const names = ["  Client as StreamClient,\n", "  User as StreamUser,\n", "  api_default as default,\n"];
  const bare = names.reduce((rest, name) => rest.replace(name, ""), text).replace(/var api_default = \{.*?\};\n/s, "");
  assert.equal(bare.match(/StreamClient|StreamUser|api_default/), null);
  assert.ok(bare.length < text.length - 200);
  writeFileSync(path, bare);
  return path;
}

const withConnect = page("user-handle");
const replaced = (...pairs) => pairs.reduce((text, [from, to]) => {
  assert.ok(text.includes(from), from);
  return text.replace(from, to);
}, withConnect);
const programs = [
  replaced(["{ connect }", "{ StreamClient }"], ["= connect(", "= new StreamClient("]),
  replaced(["{ connect }", "stream"], ["= connect(", "= stream.connect("]),
];

test("a page pays for the names of Stream's client that it uses, and for no others", async () => {
  const [named, bare] = [true, false].map((hasNames) => ({ "user-handle": copy(hasNames) }));
  const columns = [];
  for (const bundler of Object.keys(bundlers)) {
    const sizes = (program, alias = named) => download(bundler, "user-handle", program, alias);
    const alone = await sizes(withConnect);
    const without = await sizes(withConnect, bare);
    const pages = [];
    for (const program of programs) pages.push(await sizes(program));
    for (const kind of ["raw", "brotli"]) {
      const column = [alone[kind] - without[kind], ...pages.map((size) => size[kind] - alone[kind])];
      console.log(`${bundler}, ${kind}: ${alone[kind]} bytes with connect; ${column.join(", ")} more`);
      // A bundler gives its short names in another order where there was more before it shook the tree, which compresses differently.
      if (kind === "raw") assert.equal(column[0], 0);
      columns.push(column);
    }
  }
  const rows = tableOf(DOCUMENT, "names").map(([title], row) => [title, ...columns.map((column) => String(column[row]))]);
  if (process.env.WRITE_TABLES) writeTable(DOCUMENT, "names", rows);
  const far = tableOf(DOCUMENT, "names").filter((cells, row) =>
    cells.slice(1).some((cell, column) => Math.abs(cell - rows[row][column + 1]) > NEAR));
  assert.deepEqual(far, [], "this writes them: WRITE_TABLES=1 cargo xtask test --only node");
});
