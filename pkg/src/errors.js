// The error classes. They are values of their own: importing them for `instanceof` starts nothing.
//
// KLAIM is a constant of the build: `user-handle/klaim` has its own class for what the service answers.

const BRAND = Symbol.for("user-handle.error");

/** Bad input, found before any request. */
export class FeedError extends Error {}

/** Bad input with a place: an id, or data. */
export class ValidationError extends FeedError {}

/** No usable answer, or a method called on the wrong side. */
export class SiteError extends Error {}

/** The service answered with an error. */
export class StreamApiError extends Error {}

/** The second service answered with an error. */
export class KlaimError extends Error {}

/** By the numbers of `Kind` in src/error.rs. */
const classes = [FeedError, ValidationError, TypeError, SiteError, KLAIM ? KlaimError : StreamApiError];
const FEED = 0, VALIDATION = 1, SITE = 3;

// The literal name, which no minifier changes, and the brand that `isUserHandleError` looks for.
for (const [name, Class] of Object.entries({ FeedError, ValidationError, SiteError, ...(KLAIM ? { KlaimError } : { StreamApiError }) })) {
  for (const [key, value] of [["name", name], [BRAND, true]]) {
    Object.defineProperty(Class.prototype, key, { value, writable: true, configurable: true });
  }
}

/** Recognises this package's errors by brand, across copies and realms. */
export function isUserHandleError(value) {
  try {
    return typeof value === "object" && value !== null && value[BRAND] === true;
  } catch {
    return false;
  }
}

/** The error that Rust describes; see `error` in src/js/convert.rs. The reason of an aborted call is thrown as it is. */
export function toError(description) {
  if ("reason" in description) return description.reason;
  const { kind, message, cause, fields } = description;
  // What Klaim calls it.
  if (KLAIM && typeof fields.error?.message === "string") fields.detail = fields.error.message;
  const error = new classes[kind](message, "cause" in description ? { cause } : undefined);
  if (error instanceof TypeError) Object.defineProperty(error, BRAND, { value: true });
  return Object.assign(error, fields);
}

/** An error that the package's own JavaScript finds, before any request. */
const found = (kind, code, message, more, cause) =>
  toError({
    kind,
    message,
    ...(cause && { cause: cause.thrown }),
    fields: { code, attempts: 0, retryable: false, mayHaveBeenApplied: false, ...more },
  });

// `cause` is `{ thrown }`: what was thrown may be undefined.
export const siteError = (code, message, hint, cause) => found(SITE, code, message, hint && { hint }, cause);
export const badInput = (code, message, hint, cause) => found(FEED, code, message, hint && { hint }, cause);
export const optionError = (message, cause) => badInput("invalid_option", message, undefined, cause);
export const dataError = (path, message, cause) => found(VALIDATION, "invalid_data", message, { path }, cause);
export const batchError = (path, limit, actual) =>
  found(VALIDATION, "batch_too_large", `${path} has ${actual} members, at most ${limit} are allowed in one list`, { path, limit, actual });
