// How data is read: it is copied into plain values, each getter and each `toJSON` asked once, as `JSON.stringify` would ask
// it; and the copy is what `JSON.stringify` writes. So what was checked is what is sent. What is allowed is for Rust to say.
//
// A replacer would need no copy, and costs more: with one, engines leave the code of theirs that is fast.

// Said again, since esbuild puts the values of constants in their place only in files without imports. timeout.js has it too.
const FOR_OLD_ENGINES = typeof NO_WASM_BUILD !== "undefined";

// The numbers of `ValueKind` in validate.rs.
const SCALAR = 0, ARRAY = 1, OBJECT = 2, UNDEFINED = 3, NAN = 4, INFINITY = 5, BIGINT = 6, FUNCTION = 7, SYMBOL = 8;
const MAP = 9, SET = 10, BINARY = 11, CYCLE = 12, LONE_SURROGATE = 13, LONE_SURROGATE_KEY = 14, OPAQUE = 15;
const INVALID_DATE = 16;

const numberKind = (value) => (Number.isFinite(value) ? SCALAR : Number.isNaN(value) ? NAN : INFINITY);

function kindOf(value) {
  switch (typeof value) {
    case "number": return numberKind(value);
    case "object": return value === null ? SCALAR : objectKind(value);
    case "undefined": return UNDEFINED;
    case "bigint": return BIGINT;
    case "function": return FUNCTION;
    case "symbol": return SYMBOL;
    default: return SCALAR;
  }
}

/** A tag may be anybody's; the method of the class asks for the real thing. */
function isBoxed(Class, value) {
  try {
    Class.prototype.valueOf.call(value);
    return true;
  } catch {
    return false;
  }
}

/** An object of a class that has getters and nothing of its own: what it holds is private, and JSON writes {}. */
function isHollow(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null && Object.keys(value).length === 0 &&
    Object.values(Object.getOwnPropertyDescriptors(prototype)).some(({ get }) => get);
}

function objectKind(value) {
  if (Array.isArray(value)) return ARRAY;
  if (Object.getPrototypeOf(value) === Object.prototype && value[Symbol.toStringTag] === undefined) return OBJECT;
  const tag = Object.prototype.toString.call(value);
  switch (tag) {
    case "[object Object]": return isHollow(value) ? OPAQUE : OBJECT;
    case "[object Number]": return isBoxed(Number, value) ? numberKind(Number(value)) : OBJECT;
    case "[object String]": return isBoxed(String, value) ? SCALAR : OBJECT;
    case "[object Boolean]": return isBoxed(Boolean, value) ? SCALAR : OBJECT;
    case "[object BigInt]": return BIGINT;
    case "[object Map]": case "[object WeakMap]": return MAP;
    case "[object Set]": case "[object WeakSet]": return SET;
    case "[object ArrayBuffer]": case "[object SharedArrayBuffer]": return BINARY;
    default:
      if (ArrayBuffer.isView(value)) return BINARY;
      // A promise, an error, a regular expression: JSON writes {} where there was something.
      return Object.keys(value).length === 0 ? OPAQUE : OBJECT;
  }
}

function isInvalidDate(value) {
  try {
    return Number.isNaN(Date.prototype.getTime.call(value));
  } catch {
    return false;
  }
}

const step = (holder, key) =>
  Array.isArray(holder) ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

/** While a refusal is on its way up: its kind, and the steps down to what is refused. */
let refusal;

/** What is allowed in objects and in arrays: the same at each call. */
let inObjects, inArrays;

function refuse(kind) {
  throw (refusal = { kind, steps: [] });
}

function passedOn(error, holder, key) {
  refusal?.steps.unshift(step(holder, key));
  return error;
}

/**
 * What JSON.stringify is to write of what stands under `key`: of objects and arrays, down to `depth`, a copy of plain values.
 * `above` is the object around it, with the one around that.
 */
function copy(value, key, depth, allowed, above) {
  // Nearly all there is.
  if (typeof value === "string" || typeof value === "boolean" || value === null || Number.isFinite(value)) return value;
  const toJSON = value?.toJSON;
  if (typeof toJSON === "function") {
    const holder = value;
    value = Reflect.apply(toJSON, value, [String(key)]);
    // JSON would have null in its place.
    if (value === null && isInvalidDate(holder)) refuse(INVALID_DATE);
  }
  const kind = kindOf(value);
  if (kind === SCALAR) return value;
  const isHolder = typeof value === "object";
  for (let it = above; it; it = it.above) if (it.value === value) refuse(CYCLE);
  if ((isHolder && depth === 0) || !((allowed >> kind) & 1)) refuse(kind);
  if (!isHolder) return value;
  const here = { value, above };
  let at = 0;
  try {
    if (kind === ARRAY) {
      const { length } = value;
      const copied = [];
      for (; at < length; at++) copied.push(copy(value[at], at, depth - 1, inArrays, here));
      return copied;
    }
    // All members at once, and `in`: engines are much faster at both than at one key after the other.
    const copied = { ...value };
    for (at in copied) {
      const member = copied[at];
      if (typeof member === "string" || Number.isFinite(member) || !Object.hasOwn(copied, at)) continue;
      const written = copy(member, at, depth - 1, inObjects, here);
      if (written !== member) copied[at] = written;
    }
    return copied;
  } catch (error) {
    throw passedOn(error, value, at);
  }
}

function checkSurrogates(value) {
  if (typeof value === "string" && isLone(value)) refuse(LONE_SURROGATE);
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    try {
      if (isLone(key)) refuse(LONE_SURROGATE_KEY);
      checkSurrogates(value[key]);
    } catch (error) {
      throw passedOn(error, value, key);
    }
  }
}

/**
 * The JSON text of `data`. Where the rules refuse a part of it: the character with the number of that part's kind, and its
 * path below `data`. An empty text where there is nothing to write. An array of what a getter, a `toJSON` or a proxy threw:
 * what leaves here as an exception would keep a place in the module's table for good.
 *
 * `inObject` and `inArray` have a bit for each kind that is allowed there, down to `maxDepth`; `data` itself has depth 1.
 */
export function write(data, maxDepth, inObject, inArray) {
  if (typeof data !== "object" || data === null) return "";
  inObjects = inObject;
  inArrays = inArray;
  try {
    const text = JSON.stringify(copy(data, "", maxDepth, inObject)) ?? "";
    // JSON.stringify writes half of a surrogate pair as an escape, the only one that begins so; engines without WebAssembly may
    // write it as it is.
    if (text.includes("\\ud") || (FOR_OLD_ENGINES && isLone(text))) checkSurrogates(JSON.parse(text));
    return text;
  } catch (error) {
    if (refusal === undefined) return [error];
    const { kind, steps } = refusal;
    refusal = undefined;
    return String.fromCharCode(kind) + steps.join("");
  }
}

// Hermes before 1.0 knows no \p{Surrogate}.
const isLone = (text) => /[\ud800-\udfff]/u.test(text);

/** The length of `text` as UTF-8. */
export const byteLength = (text) => new TextEncoder().encode(text).length;
