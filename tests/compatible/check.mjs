// Whether what an SDK was answered is what it can read.

import assert from "node:assert/strict";

import { KINDS, OPERATIONS } from "./operations.mjs";

/**
 * Asserts that an outcome, `{ answer }` or `{ error }`, is that of the operation. Of an error it may have more, and no `code` and
 * `exception` where the SDK has no class for them.
 */
export function check(operation, { answer, error }, parses = {}) {
  const expected = OPERATIONS[operation];
  if (expected.error) {
    assert.ok(error, `${operation} is not refused, but answered ${JSON.stringify(answer)}`);
    const told = Object.entries(expected.error).filter(([name]) => name in error || !["code", "exception"].includes(name));
    for (const [name, value] of told) assert.equal(error[name], value, name);
    assert.ok(typeof error.detail === "string", "detail");
    return;
  }
  assert.equal(error, undefined, operation);
  compare(answer, expected.answer, operation, parses);
}

function compare(value, expected, path, parses) {
  const pattern = KINDS[expected];
  if (pattern) {
    assert.match(value, pattern, path);
    const parsed = parses[expected];
    if (parsed) assert.match(value, new RegExp(parsed), `${path} as the SDK parses it`);
  } else if (typeof expected === "object" && expected !== null) {
    assert.ok(typeof value === "object" && value !== null, `${path} is ${JSON.stringify(value)}`);
    assert.deepEqual(Object.keys(value).sort(), Object.keys(expected).sort(), path);
    for (const key of Object.keys(expected)) compare(value[key], expected[key], `${path}.${key}`, parses);
  } else {
    assert.equal(value, expected, path);
  }
}
