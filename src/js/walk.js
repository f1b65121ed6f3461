// How data is read: `JSON.stringify` calls a replacer once for each value, after `toJSON`, with what it is about to
// write. So each getter is read once, what was checked is what is sent, and the rules stay in Rust, which `allows` asks.

// The numbers of `ValueKind` in validate.rs.
const SCALAR = 0, ARRAY = 1, OBJECT = 2, UNDEFINED = 3, NAN = 4, INFINITY = 5, BIGINT = 6, FUNCTION = 7, SYMBOL = 8;
const MAP = 9, SET = 10, BINARY = 11, CYCLE = 12, LONE_SURROGATE = 13, LONE_SURROGATE_KEY = 14, OPAQUE = 15;

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

function objectKind(value) {
  if (Array.isArray(value)) return ARRAY;
  const tag = Object.prototype.toString.call(value);
  switch (tag) {
    case "[object Object]": return OBJECT;
    case "[object Number]": return numberKind(Number(value));
    case "[object String]": case "[object Boolean]": return SCALAR;
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

class Refusal {
  constructor(kind, path) {
    this.kind = kind;
    this.path = path;
  }
}

const step = (holder, key) =>
  Array.isArray(holder) ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

/**
 * The JSON text of `data`; or, where the rules refuse a part of it, a `Refusal` with its kind and its path below `data`.
 * Throws what a getter, a `toJSON` or a proxy throws.
 */
export function write(data, allows) {
  // From `data` down to the object whose members are being written, each with the key it stands under.
  const holders = [];
  const keys = [];
  const pathTo = (key) => holders.map((holder, i) => step(holder, i + 1 < keys.length ? keys[i + 1] : key)).join("");
  let refusal;

  function replacer(key, value) {
    while (holders.length > 0 && holders[holders.length - 1] !== this) {
      holders.pop();
      keys.pop();
    }
    const type = typeof value;
    // Nearly all there is, and allowed everywhere: asking would cost more than the walk.
    if (type === "string" || type === "boolean" || value === null) return value;
    const kind = kindOf(value);
    if (kind === SCALAR) return value;
    if (!allows(kind, holders.length + 1, Array.isArray(this))) {
      refusal = new Refusal(kind, pathTo(key));
      throw refusal;
    }
    if (kind === ARRAY || kind === OBJECT) {
      if (holders.includes(value)) {
        refusal = new Refusal(CYCLE, pathTo(key));
        throw refusal;
      }
      holders.push(value);
      keys.push(key);
    }
    return value;
  }

  let text;
  try {
    text = JSON.stringify(data, replacer);
  } catch (error) {
    if (error === refusal && refusal !== undefined) return refusal;
    throw error;
  }
  // JSON.stringify writes half of a surrogate pair as an escape, the only one that begins so.
  return text !== undefined && text.includes("\\ud") ? loneSurrogate(JSON.parse(text), "") ?? text : text;
}

const isLone = (text) => /\p{Surrogate}/u.test(text);

function loneSurrogate(value, path) {
  if (typeof value === "string") return isLone(value) ? new Refusal(LONE_SURROGATE, path) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const key of Object.keys(value)) {
    if (isLone(key)) return new Refusal(LONE_SURROGATE_KEY, path + step(value, key));
    const found = loneSurrogate(value[key], path + step(value, key));
    if (found) return found;
  }
  return undefined;
}

/** The length of `text` as UTF-8. */
export function byteLength(text) {
  return new TextEncoder().encode(text).length;
}
