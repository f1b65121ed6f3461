// The package can be imported anywhere; `connect` says what is missing.
import assert from "node:assert/strict";
import { connect, isUserHandleError, SiteError } from "user-handle";

export function refused(message, hint) {
  for (const attempt of ["first", "second"]) {
    assert.throws(
      () => connect("key", null),
      (error) => {
        assert.ok(error instanceof SiteError && isUserHandleError(error), `${attempt}: ${error}`);
        assert.deepEqual([error.code, error.message, error.hint], ["unsupported_runtime", message, hint]);
        return true;
      },
    );
  }
  console.log("ok");
}
