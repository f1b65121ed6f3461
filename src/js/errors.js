// The error classes of every service. They are values of their own: importing them for `instanceof` starts nothing.

const BRAND = Symbol.for("user-handle.error");

/** Bad input, found before any request. */
export class FeedError extends Error {}

/** Bad input with a place: an id, or data. */
export class ValidationError extends FeedError {}

/** No usable answer, or a call that this client or runtime cannot make. */
export class SiteError extends Error {}

/** Gives a class its literal name, which no minifier changes, and the brand that `isUserHandleError` looks for. */
export function branded(Class, name) {
  for (const [key, value] of [["name", name], [BRAND, true]]) {
    Object.defineProperty(Class.prototype, key, { value, writable: true, configurable: true });
  }
  return Class;
}

branded(FeedError, "FeedError");
branded(ValidationError, "ValidationError");
branded(SiteError, "SiteError");

/** Recognises this package's errors by brand, across copies and realms. */
export function isUserHandleError(value) {
  try {
    return typeof value === "object" && value !== null && value[BRAND] === true;
  } catch {
    return false;
  }
}

/** By the names of `Kind` in core/src/rules/error.rs. */
const classes = { Input: FeedError, Validation: ValidationError, Type: TypeError, Site: SiteError };

/** An error, or one of a service's own class; `cause` is an array of what it was caused by, or empty. */
export function makeError(kind, message, cause, apiClass) {
  const error = new (apiClass ?? classes[kind])(message, ...cause.map((value) => ({ cause: value })));
  if (!isUserHandleError(error)) Object.defineProperty(error, BRAND, { value: true });
  return error;
}

/** `response` has the form in which Stream's client shows it, without what that one's holds of the request: the token. */
export function withAnswer(error, body, headers, statusText) {
  let plain = {};
  try {
    plain = Object.fromEntries(headers);
  } catch {
    // A stand-in for `Headers` may be anything.
  }
  error.error = body;
  error.response = { status: error.status, statusText, headers: plain, data: body };
}
