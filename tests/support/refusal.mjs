// What a call failed with, as plain data that a table can hold.

import assert from "node:assert/strict";
import { inspect } from "node:util";

/** The secrets and keys that the tests use, and every token. */
const SECRETS = /canary|eyJ[\w-]+\.[\w-]+\.[\w-]+/;

/** An error of the package, whatever it is printed with, holds no secret. */
function assertTellsNoSecret(error) {
  if (!(error instanceof Error) || !error[Symbol.for("user-handle.error")]) return;
  const shown = [inspect(error, { depth: 12, showHidden: true, getters: true }), String(error), error.stack, JSON.stringify(error)];
  for (const text of shown) assert.doesNotMatch(text ?? "", SECRETS);
}

/** What `run` throws, or rejects with; a success is a failure of the test. */
export async function failure(run) {
  try {
    await run();
  } catch (error) {
    assertTellsNoSecret(error);
    return error;
  }
  return assert.fail("this was accepted");
}

/** What `run` throws at once. */
export function thrown(run) {
  try {
    run();
  } catch (error) {
    assertTellsNoSecret(error);
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
