// What has to be said where the module does not run.

import { makeError } from "../../src/js/errors.js";

export const startError = (kind, code, message, hint, ...cause) =>
  Object.assign(makeError(kind, message, cause), {
    code, attempts: 0, retryable: false, mayHaveBeenApplied: false, ...(hint && { hint }),
  });
