// The error classes. They are values of their own: importing them for `instanceof` starts nothing.

const BRAND = Symbol.for("user-handle.error");

/** Gives a class its literal name, which no minifier changes, and the brand that `isUserHandleError` looks for. */
const define = (Class, name) => {
  for (const [key, value] of [["name", name], [BRAND, true]]) {
    Object.defineProperty(Class.prototype, key, { value, writable: true, configurable: true });
  }
  return Class;
};

export const FeedError = define(class FeedError extends Error {}, "FeedError");
export const ValidationError = define(class ValidationError extends FeedError {}, "ValidationError");
export const SiteError = define(class SiteError extends Error {}, "SiteError");
export const StreamApiError = define(class StreamApiError extends Error {}, "StreamApiError");

const classes = { FeedError, ValidationError, SiteError, StreamApiError, TypeError };

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
  const { class: name, message, cause, fields } = description;
  const error = new classes[name](message, "cause" in description ? { cause } : undefined);
  if (name === "TypeError") Object.defineProperty(error, BRAND, { value: true });
  return Object.assign(error, fields);
}

/** An error of the package's own JavaScript. */
export const siteError = (code, message, hint, cause) =>
  toError({
    class: "SiteError",
    message,
    ...(cause === undefined ? {} : { cause }),
    fields: { code, attempts: 0, retryable: false, mayHaveBeenApplied: false, ...(hint ? { hint } : {}) },
  });
