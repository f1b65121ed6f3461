// Users inside activities: handles to references on the way out, references to users on the way in. What a reference is, and
// what stands for a user who does not exist, is for Rust to say.

import { current, enter, refusal } from "../load.js";
import { call, inside } from "../session.js";
import { each } from "./each.js";

let known;
/** What the module says of references, asked for once. */
const rules = () => (known ??= enter(() => current().exports.referenceRules()));

/** What stands for a user inside an activity. */
export const reference = (id) => rules().prefix + id;

/** A copy of `value` with each object that has a `ref` method replaced by what that gives, as Stream's client does it. */
export const references = (value) => copy(value, "value", [], (text) => text);

/** A copy of `value` with each reference replaced by its user, or by what Stream puts in place of a missing one. */
export async function enrich(client, value, options) {
  const state = inside(client);
  state.opened();
  const { referenced, missingUser } = current().exports;
  // Twice: once to learn whom to read, and once with what was read.
  const replaced = references(value);
  const visit = (replace) => copy(replaced, "value", [], (text) => {
    const id = enter(() => referenced(text));
    return id === undefined ? text : replace(id);
  });
  const users = new Map();
  visit((id) => users.set(id, undefined));
  const ids = [...users.keys()];
  const readAll = SERVER && state.settings.usingApiSecret && ids.length > 0;
  const found = readAll ? (await client.getUsers(ids, options)).users : await readEach(client, ids, options);
  for (const record of found) users.set(record.id, record);
  return visit((id) => {
    const record = users.get(id);
    return record ? structuredClone(record) : enter(() => missingUser(id));
  });
}

/** The records of those of these users that there are, one request each. */
async function readEach(client, ids, options) {
  const found = await each(ids, rules().readsAtATime, async (id) => {
    try {
      return await call(client, "get", id, undefined, options);
    } catch (error) {
      // A signal's reason may be any value, an error of another call too.
      if (error?.code !== "not_found" || error === options?.signal?.reason) throw error;
    }
  });
  return found.filter((record) => record !== undefined);
}

/** Plain objects and arrays are copied; what else there is stays what it is. `ancestors` are the objects that hold it. */
function copy(value, path, ancestors, replace) {
  if (typeof value === "string") return replace(value);
  if (ancestors.includes(value)) throw refusal("cycle", path);
  if (ancestors.length > rules().depth) throw refusal("depth", path);
  let members;
  try {
    if (typeof value?.ref === "function") return value.ref();
    const isPlain = Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
    if (!isPlain) return value;
    members = Object.entries(value);
  } catch (thrown) {
    throw refusal("unreadable", path, undefined, thrown);
  }
  const inner = [...ancestors, value];
  if (Array.isArray(value)) return members.map(([index, member]) => copy(member, `${path}[${index}]`, inner, replace));
  // Defined, not assigned: a key __proto__ is data like any other.
  return Object.fromEntries(members.map(([key, member]) => [key, copy(member, `${path}.${key}`, inner, replace)]));
}
