// Batches of any size: what is over the service's limit goes in several requests. Not in the build for browsers: the service
// takes batches from servers. Limits, and where a list is cut, are for Rust to say.

import { quietly } from "../../../../src/js/timeout.js";
import { current, enter, refusal } from "../../load.js";
import { call } from "../../session.js";
import { each } from "../each.js";
import { BatchEncoder } from "./encoded-batch.js";
import { rules } from "./rules.js";

/** The same users and data as `addUsers` takes, checked and encoded: nothing is sent before all of them are. */
export async function addUsers(client, users, override, options) {
  // Whoever takes the options for the second argument would replace users.
  if (override !== undefined && typeof override !== "boolean") throw refusal("override", "override", override);
  const batches = [...encodedBatches(members(users, "users"), override)];
  return merged(await inTurn(batches, "stored", (batch) => batch.send(client, options)), "created_users");
}

/** Batches of as many as one request takes. Throws what is wrong with the first user that something is wrong with. */
function* encodedBatches(users, override) {
  const size = rules().members;
  for (let start = 0; start === 0 || start < users.length; start += size) {
    const encoder = new BatchEncoder(override);
    const failures = [];
    try {
      users.slice(start, start + size).forEach((user, i) => encoder.add(user, start + i));
    } catch (error) {
      failures.push({ error });
    }
    // Ids are checked after the data, all at once.
    const { users: encoded, refused } = encoder.finish();
    for (const { error } of [...refused, ...failures]) throw error;
    yield encoded;
  }
}

export async function getUsers(client, ids, options) {
  const get = (part) => call(client, "getUsers", part.join(), undefined, options);
  return merged(await each(partsOf(ids), rules().readsAtATime, get), "users");
}

export async function deleteUsers(client, ids, options) {
  const remove = (part) => call(client, "deleteUsers", part.join(), undefined, options);
  return merged(await inTurn(partsOf(ids), "deleted", remove), "deleted_user_ids");
}

/** Checked ids, in parts that go in one request each. */
function partsOf(iterable) {
  const ids = members(iterable, "ids");
  const { idHashes, checkMember, partsOfIds } = current().exports;
  const areTexts = ids.every((id) => typeof id === "string");
  if (!areTexts || (ids.length > 0 && enter(() => idHashes(ids.join(), ids.length)).length === 0)) {
    ids.forEach((id, index) => enter(() => checkMember(id, "ids", index, "")));
  }
  let start = 0;
  return [...enter(() => partsOfIds(ids.join()))].map((end) => ids.slice(start, (start = end)));
}

/** The members of an array or another iterable. */
function members(iterable, name) {
  const found = [];
  try {
    if (typeof iterable !== "object" || typeof iterable?.[Symbol.iterator] !== "function") throw undefined;
    // It may have no end.
    for (const member of iterable) if (found.push(member) > rules().list) break;
  } catch (thrown) {
    throw refusal("list", name, iterable, ...(thrown === undefined ? [] : [thrown]));
  }
  enter(() => current().exports.checkListSize(name, found.length));
  return found;
}

/** Sends parts one after the other; one that fails after others have succeeded says how many users those were. */
async function inTurn(parts, what, send) {
  const answers = [];
  let users = 0;
  for (const part of parts) {
    try {
      answers.push(await send(part));
    } catch (error) {
      if (users > 0 && error instanceof Error) {
        // It may be the reason of the caller's signal, and frozen.
        quietly(() => {
          error.mayHaveBeenApplied = true;
          error.hint = enter(() => current().exports.hintAfter(users, what, error.hint));
        });
      }
      throw error;
    }
    users += part.length;
  }
  return answers;
}

/** One answer as it came; several as one, whose duration is theirs in all. */
function merged(answers, list) {
  if (answers.length === 1) return answers[0];
  const took = answers.reduce((sum, { duration }) => sum + (Number.parseFloat(duration) || 0), 0);
  return { [list]: answers.flatMap((answer) => answer[list]), duration: `${took.toFixed(2)}ms` };
}
