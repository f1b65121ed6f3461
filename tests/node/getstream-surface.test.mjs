// docs/coming-from-getstream.md: what becomes of each member, export and option of Stream's client, from the types of both
// packages, and how many of each there are.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";

import ts from "typescript";

import { tableOf, writeTable } from "../support/documents.mjs";
import { dist } from "../support/package.mjs";

const DOCUMENT = "docs/coming-from-getstream.md";
const KINDS = ["the same", "differs", "missing", "not about users"];

const types = createRequire(import.meta.url).resolve("getstream").replace(/lib.*/, "lib");
const [theirs, ours] = [`${types}/index.d.ts`, join(dist, "index.d.ts")].map(surfaceOf);

/** What a package exports, by name, and the public members of a class or a type of objects. */
function surfaceOf(file) {
  const options = { skipLibCheck: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, strict: true };
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  const symbolOf = (name) => {
    const symbol = exported.find((one) => one.name === name);
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  };
  const isPrivate = (symbol) => ts.getCombinedModifierFlags(symbol.declarations[0]) & ts.ModifierFlags.Private;
  return {
    exports: exported.map(({ name }) => name),
    membersOf(name) {
      const properties = checker.getDeclaredTypeOfSymbol(symbolOf(name)).getProperties();
      const names = properties.filter((it) => !isPrivate(it)).map((it) => it.name).filter((it) => !it.startsWith("__@"));
      return symbolOf(name).flags & ts.SymbolFlags.Class ? ["constructor", ...names] : names;
    },
  };
}

/** What stands between backticks in a cell. */
const quoted = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);

/** The kind of a row, by how the second cell begins: what is the same with a reservation differs. */
function kindOf(here) {
  if (/^missing: not about users/.test(here)) return "not about users";
  return here === "the same" ? here : here.startsWith("missing") ? "missing" : "differs";
}

const counts = [];

describe("is in the table, and here as the table says", () => {
  for (const [what, title, expected, here] of [
    ["members of `StreamClient`", "members of StreamClient", theirs.membersOf("StreamClient"), ours.membersOf("StreamClient")],
    ["members of `StreamUser`", "members of StreamUser", theirs.membersOf("StreamUser"), ours.membersOf("StreamUser")],
    ["exports", "exports", theirs.exports, ours.exports],
    ["options of `connect`", "options", theirs.membersOf("ClientOptions"), ours.membersOf("ClientOptions")],
  ]) {
    test(what, () => {
      const rows = tableOf(DOCUMENT, title).map(([names, cell]) => [quoted(names), kindOf(cell)]);
      assert.deepEqual(rows.flatMap(([names]) => names).sort(), [...expected].sort());
      const count = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
      for (const [names, kind] of rows) {
        count[kind] += names.length;
        for (const name of names) assert.equal(here.includes(name), kind === "the same" || kind === "differs", name);
      }
      counts.push([what, ...Object.values(count).map(String)]);
    });
  }
});

test("the counts are those of the tables", () => {
  if (process.env.WRITE_TABLES) writeTable(DOCUMENT, "counts", counts);
  const mend = "this writes it: WRITE_TABLES=1 cargo xtask test --only node";
  assert.deepEqual(tableOf(DOCUMENT, "counts"), counts, mend);
});
