// What clients of both services have in common: the client inside the module, its calls, and who listens to them.

import { callOptions } from "./arguments.js";
import { drive } from "./drive.js";
import { optionError, siteError, toError } from "./errors.js";
import { current, enter } from "./load.js";
import { Order } from "./order.js";

/** How handles make a call of their client; not for others. */
export const call = Symbol("call");

/** The client inside the module; not for others. */
export const opened = Symbol("opened");

/** The numbers of those that read: of `Operation` in src/request.rs, or of `Verb` in src/klaim.rs. */
const READS = KLAIM ? [3, 6, 7] : [2, 6];

const EVENTS = ["request", "response", "retry"];

export class Connection {
  #given;
  #core;
  #engine;
  #calls = 0;
  #order = new Order();
  #listeners = EVENTS.map(() => new Set());

  /**
   * `given` holds the arguments of `Core.open`, of which the app secret takes the place of a token, and the milliseconds of
   * a call, and later perhaps the reads that are shared. What is secret is taken out of it by the end.
   */
  constructor(given) {
    this.#given = given;
    this[opened]();
  }

  /** Opened anew where the module had to be started anew. */
  [opened]() {
    if (this.#given.opening === undefined) throw siteError("not_connected", "this client was disposed", "connect again");
    const engine = current();
    if (this.#engine !== engine) {
      const { Core, signServerToken } = engine.exports;
      const [root, parameters, token, ...more] = this.#given.opening;
      const own = SERVER && !KLAIM && this.#given.secret !== undefined ? enter(() => signServerToken(this.#given.secret)) : token;
      this.#core = enter(() => Core.open(root, parameters, own, ...more));
      this.#engine = engine;
      this.#listen();
    }
    return this.#core;
  }

  /**
   * `given` gives the operation, its subject, its data, more of it, and the ids that it writes to, if not the subject alone:
   * an array, or a batch that has their `marks`.
   */
  async [call](given, options) {
    this.#calls += 1;
    let written = [];
    try {
      return await drive((ended) => {
        const [operation, subject, data, more, ids = [subject ?? this.userId]] = given();
        // Read to the end first: getters are the caller's code, and may even dispose of this client.
        const [signal, ...limits] = callOptions(options);
        const core = this[opened]();
        const number = enter(() => core.begin(operation, subject, data, more, signal, ...limits));
        const writes = !READS.includes(operation);
        if (writes) this.#given.reads?.forget((written = ids));
        const before = writes ? this.#order.join(ids, ended, limits[1] ?? this.#given.deadline, signal) : undefined;
        return { core, number, writes, before };
      });
    } finally {
      this.#given.reads?.forget(written);
      this.#calls -= 1;
      this.#release();
    }
  }

  get rateLimit() { return enter(() => this[opened]().rateLimit()); }

  on(event, listener) {
    const listeners = this.#of(event);
    if (typeof listener !== "function") throw optionError("listener must be a function");
    listeners.add(listener);
    this.#listen();
    return () => {
      listeners.delete(listener);
      this.#listen();
    };
  }

  off(event) {
    for (const name of event === undefined ? EVENTS : [event]) this.#of(name).clear();
    this.#listen();
  }

  #of(event) {
    if (!EVENTS.includes(event)) throw optionError(`event must be one of ${EVENTS.join(", ")}`);
    return this.#listeners[EVENTS.indexOf(event)];
  }

  /** Has the module tell of events only while somebody listens: telling costs. */
  #listen() {
    const heard = this.#listeners.some((listeners) => listeners.size > 0);
    enter(() => this.#core?.listen(heard ? telling(this.#listeners) : undefined));
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.#given.opening = this.#given.secret = undefined;
    // Later, in case this runs inside the module: in a getter of data that is being written.
    queueMicrotask(() => this.#release());
  }

  /** Frees what a disposed client has inside the module, once its last call has ended. */
  #release() {
    if (this.#given.opening !== undefined || this.#calls > 0) return;
    const core = this.#core;
    this.#core = undefined;
    if (!this.#engine?.dead) enter(() => core?.free());
  }
}

/** What the module calls. It must not hold the client, or what the module holds would keep the client from being collected. */
const telling = (listeners) => (name, told) => {
  if (name === "retry") told.error = toError(told.error);
  for (const listener of [...listeners[EVENTS.indexOf(name)]]) {
    try {
      listener(told);
    } catch (error) {
      // As with an event target: a listener that throws is reported, and disturbs nobody.
      queueMicrotask(() => { throw error; });
    }
  }
};
