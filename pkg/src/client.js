// The client. Each method is a line onto `Core` of src/js/face.rs.

import { callOptions, connectArguments, flagOptions, members, newUsers } from "./arguments.js";
import { optionError, siteError, toError } from "./errors.js";
import { current, enter, run } from "./load.js";
import { User } from "./user.js";
import { Users } from "./users.js";

/** How handles make a call of their client; not for others. */
export const call = Symbol("call");

/** The numbers of `Operation` in src/request.rs. */
export const CREATE = 0, GET_OR_CREATE = 1, GET = 2, UPDATE = 3, DELETE = 4;
const ADD_USERS = 5, GET_USERS = 6, DELETE_USERS = 7, FLAG_USER = 8;

const EVENTS = ["request", "response", "retry"];

export class Client {
  #arguments;
  #core;
  #engine;
  #info;
  #users;
  #currentUser;
  #listeners = new Map();

  constructor(apiKey, secretOrToken, appId, options) {
    this.#arguments = connectArguments(apiKey, secretOrToken, appId, options);
    this.#info = enter(() => this.#open().describe());
    // By the rules of URLs too, before a request fails with the URL, and the key in it, in its cause.
    if (!isUrl(this.#info.baseUrl)) throw optionError("baseUrl must be an absolute URL");
  }

  /** The client inside the module: opened anew where the module had to be started anew. */
  #open() {
    if (this.#arguments === undefined) {
      throw siteError("not_connected", "this client was disposed", "connect again");
    }
    const engine = current();
    if (this.#engine !== engine) {
      this.#core = engine.exports.Core.open(...this.#arguments);
      this.#engine = engine;
      this.#listen();
    }
    return this.#core;
  }

  /** `read` gives the subject, the data and two details of the operation, and then the caller's options. */
  [call](operation, read, then) {
    return run(() => {
      const [subject, data, detail, another, options] = read();
      // Read to the end first: getters are the caller's code, and may even dispose of this client.
      const limits = callOptions(options);
      return this.#open().call(operation, subject, data, detail, another, ...limits);
    }, operation !== GET && operation !== GET_USERS, then);
  }

  get apiKey() { return this.#info.apiKey; }
  get appId() { return this.#info.appId; }
  get baseUrl() { return this.#info.baseUrl; }
  get version() { return this.#info.version; }
  get group() { return this.#info.group; }
  get location() { return this.#info.location; }
  get usingApiSecret() { return this.#info.usingApiSecret; }
  get expireTokens() { return this.#info.expireTokens; }
  get userId() { return enter(() => this.#open().userId()); }
  get rateLimit() { return enter(() => this.#open().rateLimit()); }
  get users() { return (this.#users ??= new Users(this)); }

  get currentUser() {
    const id = this.userId;
    if (this.#currentUser?.id !== id) this.#currentUser = id === undefined ? undefined : this.user(id);
    return this.#currentUser;
  }

  user(id) {
    return new User(this, id);
  }

  setUser(data, options) {
    const start = () => {
      const limits = callOptions(options);
      return this.#open().setUser(data, ...limits);
    };
    return run(start, true, ({ id, record }) => (this.#currentUser = User.of(this, id, record)));
  }

  createUserToken(userId, claims) {
    return enter(() => this.#open().createUserToken(userId, claims));
  }

  addUsers(users, override, options) {
    return this[call](ADD_USERS, () => [newUsers(users), undefined, Boolean(override), undefined, options]);
  }

  getUsers(ids, options) {
    return this[call](GET_USERS, () => [members(ids, "ids"), undefined, undefined, undefined, options]);
  }

  deleteUsers(ids, options) {
    return this[call](DELETE_USERS, () => [members(ids, "ids"), undefined, undefined, undefined, options]);
  }

  flagUser(id, options) {
    return this[call](FLAG_USER, () => [id, undefined, ...flagOptions(options), options]);
  }

  on(event, listener) {
    checkEvent(event);
    if (typeof listener !== "function") throw optionError("listener must be a function");
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(event, listeners);
    this.#listen();
    return () => {
      listeners.delete(listener);
      this.#listen();
    };
  }

  off(event) {
    if (event === undefined) {
      this.#listeners.clear();
    } else {
      checkEvent(event);
      this.#listeners.delete(event);
    }
    this.#listen();
  }

  /** Has the module tell of events only while somebody listens: telling costs. */
  #listen() {
    const heard = [...this.#listeners.values()].some((listeners) => listeners.size > 0);
    this.#core?.listen(heard ? (name, told) => this.#tell(name, told) : undefined);
  }

  #tell(name, told) {
    if (name === "retry") told.error = toError(told.error);
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(told);
      } catch (error) {
        // As with an event target: a listener that throws is reported, and disturbs nobody.
        queueMicrotask(() => { throw error; });
      }
    }
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    const core = this.#core;
    const engine = this.#engine;
    this.#arguments = this.#core = this.#engine = undefined;
    // Later, in case this runs inside the module: in a getter of data that is being written.
    queueMicrotask(() => {
      if (core && !engine.dead) core.free();
    });
  }
}

function isUrl(text) {
  try {
    return Boolean(new URL(text));
  } catch {
    return false;
  }
}

function checkEvent(event) {
  if (!EVENTS.includes(event)) throw optionError(`event must be one of ${EVENTS.join(", ")}`);
}
