// The plain objects that the package's JavaScript gets: an object literal here costs less than its properties set one by
// one from Rust.

const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** What `toError` of pkg/src/errors.js makes an error of. */
export function failure(name, message, code, attempts, retryable, mayHaveBeenApplied, hint, phase) {
  return { class: name, message, fields: given({ code, attempts, retryable, mayHaveBeenApplied, hint, phase }) };
}

export function withCause(failure, cause) {
  failure.cause = cause;
  return failure;
}

export function withViolation(failure, path, limit, actual) {
  Object.assign(failure.fields, given({ path, limit, actual }));
  return failure;
}

/** `response` has the form in which Stream's client shows it, without what that one's holds of the request: the token. */
export function withAnswer(failure, status, apiCode, exception, detail, rateLimit, retryAfterMs, error, headers) {
  const response = { status, headers, data: error };
  Object.assign(failure.fields, given({ status, apiCode, exception, detail, rateLimit, retryAfterMs }), { error, response });
  return failure;
}

export const aborted = (reason) => ({ reason });

export const rateLimit = (limit, remaining, reset) => ({ limit, remaining, reset });

export const requestEvent = (method, path, attempt, operation) => ({ method, path, attempt, operation });

export const responseEvent = (method, path, attempt, status, elapsedMs, rateLimit) =>
  given({ method, path, attempt, status, elapsedMs, rateLimit });

export const retryEvent = (method, path, attempt, delayMs, error) => ({ method, path, attempt, delayMs, error });

export const identity = (apiKey, appId, baseUrl, version, group, location, usingApiSecret, expireTokens) =>
  ({ apiKey, appId, baseUrl, version, group, location, usingApiSecret, expireTokens });

export const ownRecord = (id, record) => ({ id, record });

/** As the service's own answer to a deletion, whose answer was lost. */
export const alreadyGone = () => ({ duration: "0.00ms", alreadyGone: true });
