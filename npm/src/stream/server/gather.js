// Where a client gathers, the reads of one turn of the event loop are one batch. Not in the build for browsers.

import { current, enter, rethrown } from "../../load.js";
import { inside } from "../../session.js";

/** A read with options of its own is a request of its own. */
export const gathers = (client, options) => options === undefined && inside(client).settings.gather;

/** The record of a user, from a batch. */
export async function getGathered(client, id) {
  const state = inside(client);
  if (state.gathered === undefined) {
    state.gathered = new Map();
    nextTurn(() => flush(client, state));
  }
  const record = new Promise((resolve, reject) => {
    state.gathered.set(id, [...(state.gathered.get(id) ?? []), { resolve, reject }]);
  });
  try {
    return await record;
  } catch (error) {
    throw rethrown(error);
  }
}

// As they were at first: test runners put timers in their place that stand still.
const { setImmediate: startImmediate, setTimeout: startTimer } = globalThis;

/** After all that this turn of the event loop has to do. */
const nextTurn = (run) => (typeof startImmediate === "function" ? startImmediate(run) : startTimer(run, 0));

async function flush(client, state) {
  const waiting = state.gathered;
  state.gathered = undefined;
  try {
    const { users } = await client.getUsers([...waiting.keys()]);
    const found = new Map(users.map(({ duration, ...record }) => [record.id, { ...record, data: record.data ?? {} }]));
    for (const [id, callers] of waiting) {
      const record = found.get(id);
      callers.forEach(({ resolve, reject }, index) => {
        if (record === undefined) reject(enter(() => current().exports.notFound(id)));
        else resolve(index === 0 ? record : structuredClone(record));
      });
    }
  } catch (error) {
    for (const callers of waiting.values()) for (const { reject } of callers) reject(error);
  }
}
