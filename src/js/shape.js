// The plain objects that the package's JavaScript gets: an object literal here costs less than its properties set one by
// one from Rust.

import { headersObject } from "./values.js";

const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** What `toError` of pkg/src/errors.js makes an error of. */
export function failure(
  kind, message, code, attempts, retryable, mayHaveBeenApplied, hint, phase, path, limit, actual, hasCause, cause,
) {
  const more = Object.entries({ hint, phase, path, limit, actual }).filter(([, value]) => value);
  const fields = { code, attempts, retryable, mayHaveBeenApplied, ...Object.fromEntries(more) };
  return { kind, message, fields, ...(hasCause && { cause }) };
}

/** `response` has the form in which Stream's client shows it, without what that one's holds of the request: the token. */
export function withAnswer(failure, status, rateLimit, retryAfterMs, error, headers) {
  const told = (name, type) => (typeof error?.[name] === type ? error[name] : undefined);
  const more = { apiCode: told("code", "number"), exception: told("exception", "string"), detail: told("detail", "string") };
  const response = { status, headers: headersObject(headers), data: error };
  const wait = Number.isNaN(retryAfterMs) ? undefined : retryAfterMs;
  Object.assign(failure.fields, given({ status, ...more, rateLimit, retryAfterMs: wait }), { error, response });
  return failure;
}

export const aborted = (reason) => ({ reason });

export const rateLimit = (limit, remaining, reset) => ({ limit, remaining, reset });

/** Calls `listener(name, event)`. */
export function tell(listener, kind, method, path, attempt, operation, status, ms, more) {
  const event = { method, path, attempt };
  if (kind === 0) listener("request", { ...event, operation });
  else if (kind === 1) listener("response", given({ ...event, status, elapsedMs: ms, rateLimit: more }));
  else listener("retry", { ...event, delayMs: ms, error: more });
}

/** As the service's own answer to a deletion, whose answer was lost. */
export const alreadyGone = () => ({ duration: "0.00ms", alreadyGone: true });

export const ask = (asking, reason, ms, signal) => asking(reason, ms, signal);
