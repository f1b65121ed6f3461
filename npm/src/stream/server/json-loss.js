// What `JSON.parse` loses of a text without a word: a number that a double does not hold becomes another one, and of a key that
// is given twice only the last value is left.

/** Nearly no text has one: so many digits in a row, or an exponent of three. */
const MAY_HAVE_INEXACT = /\d{16}|[eE][+-]?\d{3}/;

/** Strings, with the colon after them if they are keys; numbers; and what begins, parts and ends objects and arrays. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|[{}[\],]/g;

/**
 * The first loss: what it is, in the words of `refusal`, and its place below the whole, such as `.data.n`. Undefined where
 * nothing is lost. `value` is what `JSON.parse` made of `text`.
 */
export function lossOf(text, value) {
  const written = JSON.stringify(value);
  if (text.trimEnd() === written) return undefined;
  // A key has two quotation marks, so where there are as many as before, none was left out. One that is escaped as here becomes one more.
  const mayHaveLoss = MAY_HAVE_INEXACT.test(text) || text.includes("\\u0022") || marksIn(text) !== marksIn(written);
  return mayHaveLoss ? search(text) : undefined;
}

const marksIn = (text) => text.split('"').length;

function search(text) {
  /** The objects and arrays around: the keys that an object had, and the step into the member that is read. */
  const around = [];
  const loss = (what) => ({ what, place: around.map(({ step }) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("") });
  for (const [token, string, colon] of text.matchAll(TOKENS)) {
    const holder = around.at(-1);
    if (colon) {
      holder.step = JSON.parse(string);
      if (holder.keys.has(holder.step)) return loss("repeated key");
      holder.keys.add(holder.step);
    } else if (token === "{") around.push({ keys: new Set() });
    else if (token === "[") around.push({ step: 0 });
    else if (token === "}" || token === "]") around.pop();
    else if (token === ",") {
      if (!holder.keys) holder.step += 1;
    } else if (string === undefined && !isExact(token)) return loss("number");
  }
  return undefined;
}

/** Whole numbers are meant to the digit; of others, as everywhere, the nearest double is good enough. */
function isExact(token) {
  const number = Number(token);
  if (!Number.isFinite(number) || (number === 0 && /^-?[\d.]*[1-9]/.test(token))) return false;
  return !/^-?\d+$/.test(token) || BigInt(token) === BigInt(number);
}
