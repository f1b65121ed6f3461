// The users that a test gives.

import { describe, isPlainObject } from "../../../src/js/values.js";
import { write } from "../../../src/js/walk.js";
import { refused, rules } from "./module.js";

/** Their text, as a JSON array. What would be lost of them is refused, as a call of the package refuses it. */
export function textOf(users) {
  if (typeof users?.[Symbol.iterator] !== "function") throw refused("", "users", "an array or another iterable", describe(users));
  const { numbers, keys } = JSON.parse(rules().listRules());
  const text = write([...users], ...numbers);
  if (Array.isArray(text)) throw refused("", "users", "", "", text);
  if (text[0] !== "[") throw new TypeError(rules().refusedValue(text.charCodeAt(0), `users${text.slice(1)}`));
  JSON.parse(text).forEach((user, index) => checkKeys(user, `users[${index}]`, keys.split(",")));
  return text;
}

function checkKeys(user, path, keys) {
  const unknown = isPlainObject(user) ? Object.keys(user).find((key) => !keys.includes(key)) : undefined;
  if (unknown !== undefined) throw new TypeError(rules().refusedKey(`${path}.${unknown}`));
}
