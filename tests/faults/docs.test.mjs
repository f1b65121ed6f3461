// The page of the results is the table that the other tests here assert, and the table has every row.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { rows } from "./rows.mjs";
import { render } from "./table.mjs";

const page = new URL("../../docs/evidence/faults.md", import.meta.url);

test("docs/evidence/faults.md is what the table gives", () => {
  if (process.env.WRITE_FAULTS) writeFileSync(page, render());
  assert.equal(readFileSync(page, "utf8"), render(),
    "this writes it: WRITE_FAULTS=1 node --test tests/faults/docs.test.mjs");
});

test("every row has a case, and each case an engine that shows it", () => {
  assert.deepEqual(rows.map(({ row }) => row), Array.from({ length: 52 }, (_, index) => index + 1));
  for (const { fault, cases } of rows) {
    assert.ok(cases.length > 0, fault);
    for (const { without = {} } of cases) assert.ok(Object.keys(without).length < 3, fault);
  }
});
