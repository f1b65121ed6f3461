// Users inside activities: handles to references on the way out, references to users on the way in.

import { dataError } from "./errors.js";

/** Reads of single users at a time, where there are no batches. */
const READING = 16;
const REFERENCE = /^SU:([\w-]{1,255})$/;

/** A copy of `value` with each object that has a `ref` method replaced by what that gives, as Stream's client does it. */
export const references = (value) => copy(value, "value", [], (text) => text);

/** A copy of `value` with each reference replaced by its user, or by what Stream puts in place of a missing one. */
export async function enrich(value, readAll) {
  const users = new Map();
  // Twice: once to learn whom to read, and once with what was read.
  const replaced = references(value);
  const visit = (replace) => copy(replaced, "value", [], (text) => {
    const id = REFERENCE.exec(text)?.[1];
    return id === undefined ? text : replace(id, text);
  });
  visit((id) => users.set(id, undefined));
  for (const record of await readAll([...users.keys()])) users.set(record.id, record);
  return visit((id, reference) => {
    const record = users.get(id);
    return record ? structuredClone(record) : { id, error: "ReferenceNotFound", reference, reference_type: "user" };
  });
}

/** The records of those of these users that there are, one request each. */
export async function readEach(ids, read) {
  const found = [];
  const waiting = [...ids];
  const lane = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        const { duration, ...record } = await read(id);
        found.push({ ...record, data: record.data ?? {} });
      } catch (error) {
        if (error.code !== "not_found") throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: READING }, lane));
  return found;
}

/** Levels of arrays and objects: more would end in an overflow of the stack. */
const MAX_DEPTH = 1000;

/** Plain objects and arrays are copied; what else there is stays what it is. `around` are the objects around `value`. */
function copy(value, path, around, replace) {
  if (typeof value === "string") return replace(value);
  const refuse = (what, cause) => dataError(path, `${path} ${what}`, cause);
  if (around.includes(value)) throw refuse("is a reference to an object around it");
  if (around.length > MAX_DEPTH) throw refuse(`is nested deeper than ${MAX_DEPTH} levels`);
  let members;
  try {
    if (typeof value?.ref === "function") return value.ref();
    const isPlain = Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
    if (!isPlain) return value;
    members = Object.entries(value);
  } catch (thrown) {
    throw refuse("could not be read: a getter or proxy of it threw", { thrown });
  }
  const inside = [...around, value];
  if (Array.isArray(value)) return members.map(([index, member]) => copy(member, `${path}[${index}]`, inside, replace));
  // Defined, not assigned: a key __proto__ is data like any other.
  return Object.fromEntries(members.map(([key, member]) => [key, copy(member, `${path}.${key}`, inside, replace)]));
}
