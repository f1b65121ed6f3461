// The client. Each method is a line onto `Core` of src/js/face.rs.

import { callOptions, flagOptions } from "./arguments.js";
import { addUsers, deleteUsers, getUsers } from "./batches.js";
import { drive } from "./drive.js";
import { enrich, readEach, references } from "./enrich.js";
import { optionError, siteError, toError } from "./errors.js";
import { current, enter } from "./load.js";
import { connectArguments } from "./options.js";
import { Order } from "./order.js";
import { Reads } from "./reads.js";
import { User } from "./user.js";
import { Users } from "./users.js";

/** How handles make a call of their client, and read a user; not for others. */
export const call = Symbol("call"), read = Symbol("read");
/** Milliseconds since the Unix epoch by the service's clock. */
export const serviceTime = Symbol("serviceTime");

/** The numbers of `Operation` in src/request.rs. */
export const CREATE = 0, GET_OR_CREATE = 1, GET = 2, UPDATE = 3, DELETE = 4;
export const ADD_USERS = 5, GET_USERS = 6, DELETE_USERS = 7;
const FLAG_USER = 8;

const READS = [GET, GET_USERS];

const EVENTS = ["request", "response", "retry"];

export class Client {
  #secret;
  #opening;
  #core;
  #engine;
  #calls = 0;
  #order = new Order();
  #reads;
  #deadline;
  #info;
  #users;
  #currentUser;
  #listeners = EVENTS.map(() => new Set());

  constructor(apiKey, secretOrToken, appId, options) {
    const { shown, secret, opening, deadline, gather } = connectArguments(apiKey, secretOrToken, appId, options);
    this.#secret = secret;
    this.#deadline = deadline;
    this.#reads = new Reads(this, gather);
    this.#opening = opening;
    this.#info = shown;
    this.#open();
  }

  /** The client inside the module: opened anew where the module had to be started anew. */
  #open() {
    if (this.#opening === undefined) throw siteError("not_connected", "this client was disposed", "connect again");
    const engine = current();
    if (this.#engine !== engine) {
      const { Core, signServerToken } = engine.exports;
      const [root, parameters, token, ...more] = this.#opening;
      const own = SERVER && this.usingApiSecret ? enter(() => signServerToken(this.#secret)) : token;
      this.#core = enter(() => Core.open(root, parameters, own, ...more));
      this.#engine = engine;
      this.#listen();
    }
    return this.#core;
  }

  /** `given` gives the operation, its subject, its data, more of it, and the ids of a batch. */
  async [call](given, options) {
    this.#calls += 1;
    let written = [];
    try {
      return await drive((ended) => {
        const [operation, subject, data, more, ids = [subject ?? this.userId]] = given();
        // Read to the end first: getters are the caller's code, and may even dispose of this client.
        const [signal, ...limits] = callOptions(options);
        const core = this.#open();
        const number = enter(() => core.begin(operation, subject, data, more, signal, ...limits));
        const writes = !READS.includes(operation);
        if (writes) this.#reads.forget((written = ids));
        const before = writes ? this.#order.join(ids, ended, limits[1] ?? this.#deadline, signal) : undefined;
        return { core, number, writes, before };
      });
    } finally {
      this.#reads.forget(written);
      this.#calls -= 1;
      this.#release();
    }
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

  async setUser(data, options) {
    const record = await this[call](() => {
      if (this.usingApiSecret) {
        throw siteError(
          "wrong_side",
          "setUser needs a user token, but this client has the app secret",
          "use client.user(id).getOrCreate(data)",
        );
      }
      return [GET_OR_CREATE, undefined, data, true];
    }, options);
    return (this.#currentUser = User.of(this, this.userId, record));
  }

  createUserToken(userId, claims) {
    const secret = this.#secretFor("createUserToken");
    return SERVER && signUserToken(secret, userId, claims ?? undefined, this.expireTokens);
  }

  /** A user's record, from a request that others may share. */
  [read](id, withCounts, options) {
    return this.#reads.read(id, withCounts, options);
  }

  [serviceTime]() {
    return enter(() => this.#open().serviceTime());
  }

  async addUsers(users, override, options) {
    if (!SERVER) throw serverOnly("addUsers");
    return addUsers(this, users, override, options);
  }

  async getUsers(ids, options) {
    if (!SERVER) throw serverOnly("getUsers");
    return getUsers(this, ids, options);
  }

  async deleteUsers(ids, options) {
    if (!SERVER) throw serverOnly("deleteUsers");
    return deleteUsers(this, ids, options);
  }

  references(value) {
    return references(value);
  }

  async enrich(value, options) {
    this.#open();
    return enrich(value, async (ids) => {
      if (SERVER && this.usingApiSecret) return ids.length === 0 ? [] : (await this.getUsers(ids, options)).users;
      return readEach(ids, (id) => this[read](id, false, options));
    });
  }

  flagUser(id, options) {
    return this[call](() => {
      this.#secretFor("flagUser");
      return SERVER && flag(id, options);
    }, options);
  }

  #secretFor(method) {
    if (SERVER && this.usingApiSecret) return this.#secret;
    throw serverOnly(method);
  }

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
    this.#opening = this.#secret = undefined;
    // Later, in case this runs inside the module: in a getter of data that is being written.
    queueMicrotask(() => this.#release());
  }

  /** Frees what a disposed client has inside the module, once its last call has ended. */
  #release() {
    if (this.#opening !== undefined || this.#calls > 0) return;
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

export const serverOnly = (method) =>
  siteError("wrong_side", `${method} needs the app secret, but this client has none`, "call it on your server");

function signUserToken(secret, userId, claims, withTime) {
  const issued = withTime ? Date.now() / 1000 : undefined;
  return enter(() => current().exports.signUserToken(secret, userId, claims, issued));
}

function flag(id, options) {
  const checkId = (id, path) => enter(() => current().exports.checkId(id, path));
  checkId(id, "id");
  const { user_id, reason } = flagOptions(options);
  if (user_id !== undefined) checkId(user_id, "user_id");
  return [FLAG_USER, id, JSON.stringify({ entity_type: "stream:user", entity_id: id, user_id, reason })];
}
