// Reads arguments: any value may come, and reading one may run the caller's code. What ids and data may hold is for Rust
// to say.

import { describe } from "../../src/js/values.js";
import { batchError, dataError, optionError } from "./errors.js";

export const wrong = (name, rule, value) => optionError(`${name} must be ${rule}, but is ${describe(value)}`);

/** A property, null taken as missing. */
export function property(object, name) {
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

export const text = (value, name) => typed(value, name, "string", "a string");
export const textOption = (options, name) => text(property(options, name), `option ${name}`);
export const flag = (options, name) => typed(property(options, name), `option ${name}`, "boolean", "true or false");

function milliseconds(options, name) {
  const value = typed(property(options, name), `option ${name}`, "number", "a number of milliseconds");
  // The longest that a timer can run: a longer one fires at once, in every engine.
  if (value === undefined || (value >= 1 && value <= 2147483647)) return value;
  throw optionError(`option ${name} must be a number of milliseconds from 1 to 2147483647`);
}

export function checkOptions(options) {
  if (options !== undefined && options !== null && typeof options !== "object") throw wrong("options", "an object", options);
}

export function wholeNumber(options, name, least, most) {
  const value = property(options, name);
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw optionError(`option ${name} must be a whole number from ${least} to ${most}`);
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
export const limits = (options) => [milliseconds(options, "timeout"), milliseconds(options, "deadline"), wholeNumber(options, "retries", 0, 100)];

/** The last arguments of `Core.begin`. */
export function callOptions(options) {
  checkOptions(options);
  return [signal(options), ...limits(options)];
}

export const wantsFollowCounts = (options) => flag(options, "with_follow_counts") === true;

export const wantsReconcile = (options) => flag(options, "reconcile") === true;

/** By Stream's name, and by that of the collection style. */
export const wantsGetOrCreate = (options) =>
  [flag(options, "get_or_create"), flag(options, "getOrCreate")].includes(true);

export const flagOptions = (options) =>
  ({ user_id: textOption(options, "user_id"), reason: textOption(options, "reason") });

/** What a list may have at most: an iterable may have no end. */
const MEMBERS = 1_000_000;

/** The members of an array or another iterable. */
export function members(iterable, name) {
  const refused = (cause) =>
    dataError(name, `${name} must be an array or another iterable, but is ${describe(iterable)}`, cause);
  if (typeof iterable !== "object" || iterable === null) throw refused();
  const found = [];
  try {
    if (typeof iterable[Symbol.iterator] !== "function") throw undefined;
    for (const member of iterable) if (found.push(member) > MEMBERS) break;
  } catch (thrown) {
    throw refused(thrown === undefined ? undefined : { thrown });
  }
  if (found.length > MEMBERS) throw batchError(name, MEMBERS, found.length);
  return found;
}

/** A property of what stands at a place: the number of a user in a batch, or a name. */
export function memberProperty(user, place, name) {
  if (typeof user !== "object" || user === null) {
    throw dataError(pathOf(place), `${pathOf(place)} must be a JSON object, but is ${describe(user)}`);
  }
  try {
    return user[name];
  } catch (thrown) {
    throw dataError(pathOf(place), `${pathOf(place)}.${name} could not be read: a getter or proxy of it threw`, { thrown });
  }
}

const pathOf = (place) => (typeof place === "number" ? `users[${place}]` : place);
