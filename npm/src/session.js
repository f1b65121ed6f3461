// What a client has inside the module, opened anew where the module had to be started anew; and who listens to it.

import { EVENTS, newListeners, telling } from "../../src/js/listeners.js";
import { current, enter, needFetch, refusal } from "./load.js";

/** Where clients and handles keep what is not for others. Private fields would fail behind a Proxy. */
const INSIDE = Symbol("user-handle");

export const inside = (owner) => owner[INSIDE]();

/** In a function, into which no inspection looks. */
export const hide = (owner, get) => {
  Object.defineProperty(owner, INSIDE, { value: get, configurable: true, writable: true });
};

/**
 * `read` and `open` are given the module's exports: one reads the settings, and the other makes a session of them. Listeners
 * may be `shared` with another session.
 */
export function createSession(read, open, shared) {
  const listeners = shared ?? newListeners();
  let session;
  let engine;

  /** The session inside the running module. */
  function opened() {
    if (!open) throw refusal("disposed");
    const running = current();
    if (engine !== running) {
      // Once: what the caller changes later is not for a module that is started anew.
      state.settings ??= enter(() => read(running.exports));
      needFetch(state.settings.fetch);
      session = enter(() => open(running.exports, state.settings));
      engine = running;
      listen();
    }
    return session;
  }

  /**
   * Has the module tell of events only while somebody listens: telling costs. What it calls does not hold the client, which
   * could not be collected otherwise.
   */
  function listen() {
    const isHeard = shared || (SERVER && state.hearers > 0) || EVENTS.some((name) => listeners[name].size > 0);
    enter(() => session?.listen(isHeard ? telling(listeners) : undefined));
  }

  function of(event) {
    if (!EVENTS.includes(event)) throw refusal("event");
    return listeners[event];
  }

  const state = {
    settings: undefined,
    listeners,
    listen,
    opened,
    on(event, listener) {
      const heard = of(event);
      if (typeof listener !== "function") throw refusal("listener");
      heard.add(listener);
      listen();
      return () => {
        heard.delete(listener);
        listen();
      };
    },
    off(event, listener) {
      for (const name of event === undefined ? EVENTS : [event]) listener ? of(name).delete(listener) : of(name).clear();
      listen();
    },
    dispose() {
      if (SERVER) state.beforeDispose?.();
      const [held, from] = [session, engine];
      session = engine = open = state.settings.secretOrToken = undefined;
      if (!held || from !== current()) return;
      enter(() => held.dispose());
      // Later, in case this runs inside the module: in a getter of data that is being written. Calls in flight have shares of
      // what the client has there.
      queueMicrotask(() => from === current() && enter(() => held.free()));
    },
  };
  opened();
  read = undefined;
  return state;
}

/** Makes a call of a client's; never throws at once. */
export async function call(client, method, id, data, options) {
  const session = inside(client).opened();
  // Awaited here, so that the caller's own line is in the stack of an error.
  return await enter(() => session.call(method, id, data, options));
}

/** What `work` gives for a client's session, at once. */
export function inModule(client, work) {
  const session = inside(client).opened();
  return enter(() => work(session));
}
