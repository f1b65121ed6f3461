// What Rust asks about JavaScript values. Nothing here throws: what threw through the module would end it.

export function describe(value) {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  return { bigint: "a BigInt", object: "an object" }[typeof value] ?? `a ${typeof value}`;
}

/** The same of what JSON holds, where an array is one. */
export const describeJson = (value) => (Array.isArray(value) ? "an array" : describe(value));

export const newObject = () => ({});

export function set(object, name, value) {
  object[name] = value;
}

export const parseJson = (text) => JSON.parse(text);

/** A member, whatever has it. */
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

export const isObject = (value) => typeof value === "object" && value !== null;

export const isPlainObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export const isRecord = (value, id, data) => typeof field(value, id) === "string" && isPlainObject(field(value, data) ?? {});

/** A list of records; without `id`, one of texts. Where `ids` has any, with commas between, the list has no others. */
export function hasList(value, name, id, data, ids) {
  const list = field(value, name);
  const asked = new Set(ids.split(","));
  const isItem = (item) => (id ? isRecord(item, id, data) : typeof item === "string") && (!ids || asked.has(id ? item[id] : item));
  return Array.isArray(list) && list.every(isItem);
}

/** A record without `leftOut`, and with the object `data` where that has a name. */
export function tidyRecord(answer, leftOut, data) {
  const { [leftOut]: left, ...record } = answer;
  if (data) record[data] ??= {};
  return record;
}

export const hasData = (record, data) => isEqual(record.data, JSON.parse(data));

/** Of what `JSON.parse` gave. */
function isEqual(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const keys = Object.keys(one);
  return Array.isArray(one) === Array.isArray(other) && keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
}

/** A header's text: a stand-in for `Headers` may give anything. */
export function header(headers, name) {
  try {
    const text = headers.get(name);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

/** What responses call their status, by their headers: Rust has those alone. */
const statusTexts = new WeakMap();

export function rememberStatusText(headers, text) {
  // A stand-in for a response may have anything there.
  if (typeof headers === "object" && headers !== null) statusTexts.set(headers, String(text ?? ""));
}

export const statusTextOf = (headers) => statusTexts.get(headers) ?? "";

export function wholeHeader(headers, name) {
  const text = header(headers, name);
  return /^\d{1,10}$/.test(text) ? Number(text) : NaN;
}

/** `Date.parse` takes far more than the three forms of an HTTP date; all begin with a day, and the oldest has no zone. */
export function dateHeader(headers, name) {
  const text = header(headers, name);
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) : NaN;
}

/** The claims of a token, not verified; or an array of the number of a `TokenProblem` of core/src/rules/token.rs. */
export function parseToken(token, maxLength) {
  if (token.length > maxLength) return [1];
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

/** An empty text where it cannot be encoded: half of a surrogate pair. */
export function encode(text) {
  try {
    return encodeURIComponent(text);
  } catch {
    return "";
  }
}

/**
 * A page has a `window`; in a worker only the name of the engine tells: all browsers begin it with `Mozilla/`, and no
 * server runtime does.
 */
export function isBrowser() {
  const { Deno, window, navigator } = globalThis;
  return !Deno && (window !== undefined || String(navigator?.userAgent).startsWith("Mozilla/"));
}

/** A variable of the process. */
export function variable(name) {
  try {
    return globalThis.process?.env?.[name] || undefined;
  } catch {
    return undefined; // Deno, without the permission
  }
}
