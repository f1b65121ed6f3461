// Where a client gathers, the reads of one turn of the event loop are one batch. Not in the build for browsers.

import { isUserHandleError } from "../../../../src/js/errors.js";
import { withTimeout } from "../../../../src/js/timeout.js";
import { current, enter, rethrown } from "../../load.js";
import { inModule, inside } from "../../session.js";

/** A read with options of its own is a request of its own. */
export const gathers = (client, options) => options === undefined && inside(client).settings.gather;

/** The record of a user, from a batch. */
export async function getGathered(client, id) {
  const state = inside(client);
  // One that no user can have is not to fail the others'.
  enter(() => current().exports.checkId(id));
  const batch = (state.gathered ??= new Map());
  // Each starts it, and waits no longer than a call of its own would take: a worker drops the timers of a request that has ended,
  // and what it fetches, and these may be those of the first.
  nextTurn(() => flush(client, state, batch));
  const record = withTimeout(state.opened().longestCall, undefined, () => undefined);
  batch.set(id, [...(batch.get(id) ?? []), record]);
  // What was called before a client is disposed is still sent.
  state.beforeDispose ??= () => state.gathered && flush(client, state, state.gathered);
  const { value, error } = (await record) ?? { error: inModule(client, (session) => session.unanswered(id)) };
  if (error !== undefined) throw rethrown(error);
  return value;
}

// As they were at first: test runners put timers in their place that stand still.
const { setImmediate: startImmediate, setTimeout: startTimer } = globalThis;

/** After all that this turn of the event loop has to do. */
const nextTurn = (run) => (typeof startImmediate === "function" ? startImmediate(run) : startTimer(run, 0));

async function flush(client, state, batch) {
  if (state.gathered !== batch) return;
  state.gathered = undefined;
  try {
    const { users } = await client.getUsers([...batch.keys()]);
    const found = new Map(users.map(({ duration, ...record }) => [record.id, { ...record, data: record.data ?? {} }]));
    for (const [id, waiting] of batch) {
      const value = found.get(id);
      waiting.forEach(({ settle }, index) => {
        if (value === undefined) settle({ error: enter(() => current().exports.notFound(id)) });
        else settle({ value: index === 0 ? value : structuredClone(value) });
      });
    }
  } catch (error) {
    for (const { settle } of [...batch.values()].flat()) settle({ error: ownCopy(error) });
  }
}

/** Each caller has an error of its own, with its own stack; what is no error of the package is not ours to copy. */
function ownCopy(error) {
  if (!isUserHandleError(error)) return error;
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error));
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error));
}
