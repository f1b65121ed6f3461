// Reads arguments: any value may come, and reading one may run the caller's code. Which options there are, and of what types,
// is for Rust to say, and so is what a refusal says.

import { describe } from "./values.js";

/** The rules that were given so far, taken apart: there are few. */
const known = {};

/** Of `a string:baseUrl,location;a function:fetch`, the names, each with its rule. */
const parsed = (rules) => rules.split(";").flatMap((part) => {
  const [rule, names] = part.split(":");
  return names.split(",").map((name) => [name, rule]);
});

/** What `typeof` says has to stand in the rule; without a rule, anything will do. */
const isOfType = (value, rule) => rule === "" || rule.includes(typeof value === "boolean" ? "true" : typeof value);

/**
 * The properties of `options` that the rules name, each read once, null taken as missing. Where one cannot be read, is of
 * another type, or is none of them, an array: its name, the rule, what it is, and an array of what was thrown. `what` is what
 * error texts call it.
 */
export function readOptions(options, rules, what) {
  const values = {};
  const names = (known[rules] ??= parsed(rules));
  if (what && !isOfType(options ?? {}, "an object")) return refusal("options", "an object", options);
  for (const [name, rule] of names) {
    try {
      values[name] = options?.[name] ?? undefined;
    } catch (thrown) {
      return [what + name, "", "", [thrown]];
    }
    if (values[name] !== undefined && !isOfType(values[name], rule)) return refusal(what + name, rule, values[name]);
  }
  // Of what has options beside these, the first are the headers.
  return (what === "option " && (unknownName(options, names) || readHeaders(values, names[0][1]))) ||
    (values.signal ? checkSignal(values) : values);
}

/** The first property that no rule names, if any; undefined is as good as missing. */
function unknownName(options, names) {
  try {
    // A map, a promise or a signal has no options.
    const tag = Object.prototype.toString.call(options ?? {});
    if (!/ (Object|Module)]/.test(tag)) return ["options", "a plain object", tag, []];
    for (const key in options) {
      if (!names.some(([name]) => name === key) && options[key] !== undefined) return ["option " + key, "unknown", "", []];
    }
  } catch (thrown) {
    return ["options", "", "", [thrown]];
  }
}

const refusal = (name, rule, value) => [name, rule, describe(value), []];

/** A signal of any realm: what counts is that it can be listened to. */
function checkSignal(values) {
  for (const name of ["addEventListener", "removeEventListener", "aborted"]) {
    try {
      if (typeof values.signal[name] !== (name === "aborted" ? "boolean" : "function")) return ["option signal", "an AbortSignal", "", []];
    } catch (thrown) {
      return ["option " + name, "", "", [thrown]];
    }
  }
  return values;
}

/** Reads the headers that are given, once, into an object of texts by names in small letters; gives a refusal, if any. */
function readHeaders(values, rule) {
  const { headers: given } = values;
  if (!given) return;
  let at = "option headers";
  try {
    const headers = new Headers();
    for (const [name, value] of given[Symbol.iterator] ? given : Object.entries(given)) {
      at = `option headers.${name}`;
      // Only texts have this method. Control characters are not refused by all engines.
      headers.append(name, value.padEnd(0));
      if (/[^\t -~\x80-\xff]/.test(value) || `${rule},`.includes(` ${name.toLowerCase()},`)) throw at;
    }
    values.headers = Object.fromEntries(headers);
  } catch {
    return [at, "a header that callers may set", "", []];
  }
}

/** Arguments of `connect` by their names, as options are. An application's number may be a number. */
export const asOptions = (apiKey, secretOrToken, appId) =>
  ({ apiKey, secretOrToken, appId: typeof appId === "number" ? String(appId) : appId });

export const merged = (options, more) => ({ ...options, ...more });
