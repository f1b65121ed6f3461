// Batches of any size: what is over the service's limit goes in several requests, in order. Not in the build for browsers:
// the service takes batches from servers.

import { members } from "./arguments.js";
import { DELETE_USERS, GET_USERS } from "./client.js";
import { call } from "./connection.js";
import { current, enter } from "./load.js";
import { Writer } from "./written.js";

/** Members of one request. Source: Stream's documentation of its batch endpoints. */
export const MEMBERS = 1000;
/** Characters of ids in one URL: servers refuse longer ones than some 64 000. */
const ID_CHARACTERS = 48_000;
/** Requests that read at a time. */
const READING = 4;

/** The same users and data as `addUsers` takes, checked and written: nothing is sent before all of them are. */
export async function addUsers(client, users, override, options) {
  const batches = [...writtenBatches(members(users, "users"), override)];
  const add = (batch) => batch.send(client, options);
  return merged(await inTurn(batches, "stored", add), "created_users");
}

/** Batches of as many as one request takes. Throws what is wrong with the first user that something is wrong with. */
function* writtenBatches(users, override) {
  for (let start = 0; start === 0 || start < users.length; start += MEMBERS) {
    const writer = new Writer(override);
    const failures = [];
    try {
      users.slice(start, start + MEMBERS).forEach((user, i) => writer.add(user, start + i));
    } catch (error) {
      failures.push({ error });
    }
    // Ids are checked after the data, all at once.
    const { users: written, refused } = writer.written();
    for (const { error } of [...refused, ...failures]) throw error;
    yield written;
  }
}

export async function getUsers(client, ids, options) {
  const get = (part) => client[call](() => [GET_USERS, ...idsQuery(part)], options);
  return merged(await each([...parts(checkedIds(ids), ({ length }) => length + 1)], READING, get), "users");
}

export async function deleteUsers(client, ids, options) {
  const remove = (part) => client[call](() => [DELETE_USERS, ...idsQuery(part)], options);
  const answers = await inTurn(parts(checkedIds(ids), ({ length }) => length + 1), "deleted", remove);
  return merged(answers, "deleted_user_ids");
}

/** Calls `run` for each item, so many at a time, and gives what it gave in the order of the items. */
export async function each(items, most, run) {
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await run(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return results;
}

const checkId = (id, path) => enter(() => current().exports.checkId(id, path));

const checkedIds = (ids) => members(ids, "ids").map((id, index) => (checkId(id, `ids[${index}]`), id));

/** The number of ids, no data, what the query says of them, and the ids. */
const idsQuery = (ids) => [String(ids.length), undefined, `&ids=${ids}`, ids];

/** Cuts a list where a request would have too many members or characters; an empty one is one request. */
function* parts(list, characters) {
  let [start, sum] = [0, 0];
  for (let index = 0; index < list.length; index++) {
    const more = characters(list[index]);
    if (index - start === MEMBERS || sum + more > ID_CHARACTERS) {
      yield list.slice(start, index);
      [start, sum] = [index, 0];
    }
    sum += more;
  }
  yield list.slice(start);
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
        error.mayHaveBeenApplied = true;
        error.hint = `the first ${users} users were ${what}; ${error.hint ?? "the others can be sent again"}`;
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
