// What Rust asks about JavaScript values. Nothing here throws: what threw through the module would end it.

export function describe(value) {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  return { bigint: "a BigInt", object: "an object" }[typeof value] ?? `a ${typeof value}`;
}

/** What a value is; where there is a text, what this, which is JSON, holds. */
export function describeWritten(data, text) {
  if (!text) return describe(data);
  const value = JSON.parse(text);
  return Array.isArray(value) ? "an array" : describe(value);
}

/** A property of what `JSON.parse` gave, or of a signal. */
export function field(value, name) {
  try {
    return value?.[name];
  } catch {
    return undefined;
  }
}

export function numberField(value, name) {
  const number = field(value, name);
  return typeof number === "number" ? number : NaN;
}

export const timeField = (value, name) => Date.parse(field(value, name));

export const hasData = (record, data) => isEqual(record.data, JSON.parse(data));

/** Of what `JSON.parse` gave. */
function isEqual(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const keys = Object.keys(one);
  return Array.isArray(one) === Array.isArray(other) && keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
}

export const numberText = (number) => String(number);

/** A header's text: a stand-in for `Headers` may give anything. */
export function header(headers, name) {
  try {
    const text = headers.get(name);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

export function wholeHeader(headers, name) {
  const text = header(headers, name);
  return /^\d{1,10}$/.test(text) ? Number(text) : NaN;
}

/** `Date.parse` takes far more than the three forms of an HTTP date; all begin with a day, and the oldest has no zone. */
export function dateHeader(headers, name) {
  const text = header(headers, name);
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) : NaN;
}

export function headersObject(headers) {
  try {
    return Object.fromEntries(headers);
  } catch {
    return {};
  }
}

/** The claims of a token, not verified; or an array of the number of a `Problem` of token.rs. */
export function parseToken(token) {
  if (token.length > 8192) return [1];
  const parts = token.split(".");
  if (parts.length !== 3) return [2];
  const malformed = parts.findIndex((part) => part.length % 4 === 1 || /[^\w-]/.test(part));
  if (malformed >= 0) return [3 + malformed];
  try {
    const bytes = atob(parts[1].replaceAll("-", "+").replaceAll("_", "/"));
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
    return isPlainObject(claims) ? claims : [6];
  } catch {
    return [6];
  }
}

/** `text`, which is JSON of ours, without the property `name`. */
export function without(text, name) {
  const { [name]: left, ...kept } = JSON.parse(text);
  return JSON.stringify(kept);
}

export const join = (text, plain, data) => text + plain + data;

export const isPlainObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const isArray = (value) => Array.isArray(value);

/** A record as handles keep it: without `duration`, and with data even where the service has none. */
export function tidyRecord({ duration, ...record }) {
  return { ...record, data: record.data ?? {} };
}

/**
 * A page has a `window`; in a worker only the name of the engine tells: all browsers begin it with `Mozilla/`, and no
 * server runtime does.
 */
export function isBrowser() {
  const { Deno, window, navigator } = globalThis;
  return !Deno && (window !== undefined || String(navigator?.userAgent).startsWith("Mozilla/"));
}
