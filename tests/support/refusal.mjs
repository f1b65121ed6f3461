// What a call failed with, as plain data that a table can hold.

import assert from "node:assert/strict";

/** What `run` throws, or rejects with; a success is a failure of the test. */
export async function failure(run) {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return assert.fail("this was accepted");
}

/** What `run` throws at once. */
export function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail("this was accepted");
}

/** Asserts that an error of the package is of this class, code and text, and whatever else is given. */
export function assertError(api, error, { name, code, text, ...rest }) {
  assert.equal(`${error.name} ${error.code}: ${error.message}`, `${name} ${code}: ${text}`);
  assert.ok(error instanceof (name === "TypeError" ? TypeError : api[name]), `${error} is not an instance of ${name}`);
  assert.ok(api.isUserHandleError(error));
  assert.ok(error.stack?.includes(error.message));
  for (const [key, value] of Object.entries({ attempts: 0, retryable: false, mayHaveBeenApplied: false, ...rest })) {
    assert.deepEqual(error[key], value, `${key} of ${error}`);
  }
}
