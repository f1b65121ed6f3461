// Numbers in JSON text that a double does not hold: `JSON.parse` gives another number in their place, without a word.

/** Nearly no line has one: so many digits in a row, or an exponent of three. */
const MAY_HAVE_ONE = /\d{16}|[eE][+-]?\d{3}/;

/** Strings, to pass over them, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

const MARK = "\u0000user-handle";

/** The place of the first below the whole, such as `.data.n`; undefined where there is none. The text is JSON. */
export function inexactNumber(text) {
  if (!MAY_HAVE_ONE.test(text)) return undefined;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token[0] === '"' || isExact(token)) continue;
    const marked = text.slice(0, index) + JSON.stringify(MARK) + text.slice(index + token.length);
    return placeOf(JSON.parse(marked)) ?? "";
  }
  return undefined;
}

/** Whole numbers are meant to the digit; of others, as everywhere, the nearest double is good enough. */
function isExact(token) {
  const number = Number(token);
  if (!Number.isFinite(number) || (number === 0 && /^-?[\d.]*[1-9]/.test(token))) return false;
  return !/^-?\d+$/.test(token) || BigInt(token) === BigInt(number);
}

function placeOf(value) {
  if (value === MARK) return "";
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const below = placeOf(member);
    if (below !== undefined) return (Array.isArray(value) ? `[${key}]` : `.${key}`) + below;
  }
  return undefined;
}
