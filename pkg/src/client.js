// The client. Each method is a line onto `Core` of src/js/face.rs.

import { flagOptions } from "./arguments.js";
import { addUsers, deleteUsers, getUsers } from "./batches.js";
import { Connection, call, opened } from "./connection.js";
import { enrich, readEach, references } from "./enrich.js";
import { siteError } from "./errors.js";
import { current, enter } from "./load.js";
import { connectArguments } from "./options.js";
import { Reads } from "./reads.js";
import { User } from "./user.js";
import { Users } from "./users.js";

/** How handles read a user; not for others. */
export const read = Symbol("read");
/** Milliseconds since the Unix epoch by the service's clock. */
export const serviceTime = Symbol("serviceTime");

/** The numbers of `Operation` in src/request.rs. */
export const CREATE = 0, GET_OR_CREATE = 1, GET = 2, UPDATE = 3, DELETE = 4;
export const ADD_USERS = 5, GET_USERS = 6, DELETE_USERS = 7;
const FLAG_USER = 8;

export class Client extends Connection {
  #given;
  #users;
  #currentUser;

  constructor(apiKey, secretOrToken, appId, options) {
    const given = connectArguments(apiKey, secretOrToken, appId, options);
    super(given);
    this.#given = given;
    given.reads = new Reads(this, given.gather);
  }

  get apiKey() { return this.#given.shown.apiKey; }
  get appId() { return this.#given.shown.appId; }
  get baseUrl() { return this.#given.shown.baseUrl; }
  get version() { return this.#given.shown.version; }
  get group() { return this.#given.shown.group; }
  get location() { return this.#given.shown.location; }
  get usingApiSecret() { return this.#given.shown.usingApiSecret; }
  get expireTokens() { return this.#given.shown.expireTokens; }
  get userId() { return enter(() => this[opened]().userId()); }
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
    return this.#given.reads.read(id, withCounts, options);
  }

  [serviceTime]() {
    return enter(() => this[opened]().serviceTime());
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
    this[opened]();
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
    if (SERVER && this.usingApiSecret) return this.#given.secret;
    throw serverOnly(method);
  }
}

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
