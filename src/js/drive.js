// Takes calls on: asks the module what comes next, waits for it, and tells the module what came.

import { FOR_SERVERS } from "./timeout.js";

/** How the module is entered: the package's loader has a way of its own, which sees a trap. */
let enter = (work) => work();
/** What the stacks of errors begin behind. */
let top;
export const enterBy = (own) => { enter = top = own; };

/** The calls in flight. */
const pending = new Set();

/** The call that is being taken on. */
let current;

/** Who hears of the events of a call that is begun now. */
let hearer;

/** Begins a call of whose events `own` hears, whoever else listens. */
export function heardBy(own, begin) {
  hearer = own;
  try {
    return begin();
  } finally {
    hearer = undefined;
  }
}

/** A call, to its end. */
export async function drive(call, writes) {
  const running = { writes };
  if (FOR_SERVERS) running.hearer = hearer;
  pending.add(running);
  let error;
  try {
    let told = [0, 0];
    while (!running.error) {
      current = running;
      const next = enter(() => call.advance(...told));
      if (typeof next?.then !== "function") return next;
      running.promise = next;
      told = await next;
    }
    throw running.error;
  } catch (thrown) {
    throw (error = reason(thrown));
  } finally {
    pending.delete(running);
    if (!running.error) enter(() => call.free());
    running.tellEnd?.(error);
  }
}

/** What a call that was aborted is rejected with; else the error. */
const reason = (thrown) => (thrown instanceof Aborted ? thrown.reason : thrown);

class Aborted {
  constructor(reason) {
    this.reason = reason;
  }
}

export const aborted = (reason) => new Aborted(reason);

/** A rejection with an error, or with the reason of an aborted call. */
export async function reject(thrown) {
  Error.captureStackTrace?.(thrown, top);
  throw reason(thrown);
}

/** The module has trapped: nothing can be told to it any more. */
export function stopAll(error) {
  for (const running of pending) {
    running.error = error(running.writes);
    running.promise?.stop([]);
  }
}

/** Tells a listener of an event of the current call; and once that has ended, of its end. */
export function tell(listener, name, event, body) {
  const running = current;
  if (name === "request") running.tellEnd = (error) => listener("end", { ...event, error });
  if (FOR_SERVERS) running.hearer?.(name, event);
  listener(name, event, body);
  // A listener may make calls of its own.
  current = running;
}
