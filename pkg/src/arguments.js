// Reads the arguments of `connect` and of calls: any value may come, and reading one may run the caller's code. Here it is
// found out what they are; what they may hold is for Rust to say.

import { dataError, optionError } from "./errors.js";

const WHAT = { bigint: "a BigInt", object: "an object", undefined: "undefined" };

const describe = (value) => (value === null ? "null" : WHAT[typeof value] ?? `a ${typeof value}`);

const wrong = (name, rule, value) => optionError(`${name} must be ${rule}, but is ${describe(value)}`);

/** A property, null taken as missing. */
function property(object, name) {
  if (typeof object !== "object" && typeof object !== "function") return undefined;
  try {
    return object?.[name] ?? undefined;
  } catch (thrown) {
    throw optionError(`option ${name} could not be read: a getter or proxy threw`, { thrown });
  }
}

function typed(value, name, type, rule) {
  if (value !== undefined && value !== null && typeof value !== type) throw wrong(name, rule, value);
  return value ?? undefined;
}

const text = (value, name) => typed(value, name, "string", "a string");
const textOption = (options, name) => text(property(options, name), `option ${name}`);
const flag = (options, name) => typed(property(options, name), `option ${name}`, "boolean", "true or false");
const milliseconds = (options, name) =>
  typed(property(options, name), `option ${name}`, "number", "a number of milliseconds");

function checkOptions(options) {
  if (options !== undefined && options !== null && typeof options !== "object") throw wrong("options", "an object", options);
}

function retries(options) {
  const value = property(options, "retries");
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= 100)) return value;
  throw optionError("option retries must be a whole number from 0 to 100");
}

/** A signal of any realm: what counts is that it can be listened to. */
function signal(options) {
  const value = property(options, "signal");
  const isSignal = (it) =>
    typeof property(it, "addEventListener") === "function" &&
    typeof property(it, "removeEventListener") === "function" &&
    typeof property(it, "aborted") === "boolean";
  if (value !== undefined && !isSignal(value)) throw optionError("option signal must be an AbortSignal");
  return value;
}

/** The limits that every call takes, in the order in which the module does. */
const limits = (options) => [milliseconds(options, "timeout"), milliseconds(options, "deadline"), retries(options)];

/** The last arguments of `Core.call`. */
export function callOptions(options) {
  checkOptions(options);
  return [signal(options), ...limits(options)];
}

export const wantsFollowCounts = (options) => flag(options, "with_follow_counts") === true;

/** By Stream's name, and by that of the collection style. */
export const wantsGetOrCreate = (options) =>
  [flag(options, "get_or_create"), flag(options, "getOrCreate")].includes(true);

export const flagOptions = (options) => [textOption(options, "user_id"), textOption(options, "reason")];

/**
 * The members of an array; of another iterable, which may have no end, the first 1 001: one more than a batch may have,
 * for the module to refuse.
 */
export function members(iterable, name) {
  const refused = (cause) =>
    dataError(name, `${name} must be an array or another iterable, but is ${describe(iterable)}`, cause);
  if (typeof iterable !== "object" || iterable === null) throw refused();
  const found = [];
  try {
    if (typeof iterable[Symbol.iterator] !== "function") throw undefined;
    for (const member of iterable) if (found.push(member) > 1000 && !Array.isArray(iterable)) break;
  } catch (thrown) {
    throw refused(thrown === undefined ? undefined : { thrown });
  }
  return found;
}

/** The ids and the data of a batch's members, in turn. */
export function newUsers(users) {
  return members(users, "users").flatMap((user, index) => {
    const path = `users[${index}]`;
    if (typeof user !== "object" || user === null) {
      throw dataError(path, `${path} must be a JSON object, but is ${describe(user)}`);
    }
    return ["id", "data"].map((name) => {
      try {
        return user[name];
      } catch (thrown) {
        throw dataError(path, `${path}.${name} could not be read: a getter or proxy of it threw`, { thrown });
      }
    });
  });
}

// The kinds of credentials, by the numbers of `credentials` in src/js/face.rs.
const NONE = 0, SECRET = 1, TOKEN = 2, PROVIDER = 3;

function credentials(value) {
  switch (typeof value) {
    case "undefined": return [NONE];
    // The rule of Stream's clients: a token has a dot, a secret has none.
    case "string": return [value.includes(".") ? TOKEN : SECRET, value];
    case "function": return [PROVIDER, value];
    default: throw wrong("secretOrToken", "a string, a function or null", value);
  }
}

/** Stream's client takes the application's number as text or as a number. */
const appNumber = (value) => (Number.isInteger(value) && value >= 0 ? String(value) : text(value, "appId"));

/** `https://KEY:SECRET@HOST/?app_id=N`; the first label of the host is the region, unless it is the service's own. */
function streamUrl(url) {
  const [, key, secret, label, query] = /^https:\/\/([^:@/]+):([^@/]+)@([\w-]*)[^?]*\?(.*)$/.exec(url ?? "") ?? [];
  const appId = /(?:^|&)app_id=([^&]+)/.exec(query)?.[1];
  if (!appId) return undefined;
  const location = ["", "api", "getstream", "stream-io-api"].includes(label) ? undefined : label.replace(/-api$/, "");
  return { key, secret, appId, location };
}

/** The arguments of `Core.open`, from those of `connect` and the variables of the process. */
export function connectArguments(apiKey, secretOrToken, appId, options) {
  checkOptions(options);
  const variable = (name) => {
    try {
      return globalThis.process?.env?.[name] || undefined;
    } catch {
      return undefined; // Deno, without the permission
    }
  };
  const key = text(apiKey, "apiKey");
  const url = key ? undefined : streamUrl(variable("STREAM_URL"));
  const fetch = property(options, "fetch");
  if (fetch !== undefined && typeof fetch !== "function") throw wrong("option fetch", "a function", fetch);
  return [
    key || url?.key,
    appNumber(appId) ?? url?.appId,
    textOption(options, "baseUrl"),
    text(property(property(options, "urlOverride"), "api"), "option urlOverride.api"),
    variable("STREAM_BASE_URL"),
    Boolean(flag(options, "local") || variable("LOCAL")),
    textOption(options, "location") || url?.location,
    textOption(options, "protocol"),
    textOption(options, "version"),
    textOption(options, "group"),
    flag(options, "expireTokens") === true,
    flag(options, "browser"),
    fetch,
    ...limits(options),
    ...credentials(secretOrToken ?? url?.secret),
  ];
}
