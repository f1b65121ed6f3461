// The client: Stream's names over `StreamSession` of src/stream/shell.rs.

import { refusal } from "../load.js";
import { call, createSession, hide, inModule, inside } from "../session.js";
import { enrich, references } from "./references.js";
import { addUsers, deleteUsers, getUsers } from "./server/batches.js";
import { User, keep, ownUser } from "./user.js";
import { Users } from "./users.js";

export class Client {
  constructor(apiKey, secretOrToken, appId, options) {
    const read = ({ readSettings }) => readSettings(apiKey, secretOrToken, appId, options);
    const state = createSession(read, ({ StreamSession }, settings) => new StreamSession(settings));
    hide(this, () => state);
  }

  get apiKey() { return inside(this).settings.apiKey; }
  get appId() { return inside(this).settings.appId; }
  get baseUrl() { return inside(this).settings.baseUrl; }
  get version() { return inside(this).settings.version; }
  get group() { return inside(this).settings.group; }
  get location() { return inside(this).settings.location; }
  get usingApiSecret() { return inside(this).settings.usingApiSecret; }
  get expireTokens() { return inside(this).settings.expireTokens; }
  get userId() { return inModule(this, (session) => session.userId); }
  get rateLimit() { return inModule(this, (session) => session.rateLimit); }
  get users() { return (inside(this).users ??= new Users(this)); }

  get apiSecret() {
    const { usingApiSecret, secretOrToken } = inside(this).settings;
    return usingApiSecret ? secretOrToken : null;
  }

  get userToken() { return this.usingApiSecret ? null : this.getOrCreateToken(); }
  getOrCreateToken() { return inModule(this, (session) => session.token) ?? null; }

  get currentUser() {
    const state = inside(this);
    if (state.assignedUser) return state.assignedUser.user;
    const id = this.userId;
    if (state.currentUser?.id !== id) state.currentUser = id === undefined ? undefined : ownUser(this, id);
    return state.currentUser;
  }

  set currentUser(user) { inside(this).assignedUser = { user }; }

  user(id) { return new User(this, id); }

  async setUser(data, options) {
    const record = await call(this, "setUser", undefined, data, options);
    inside(this).assignedUser = undefined;
    return (inside(this).currentUser = await keep(ownUser(this, record.id), record));
  }

  createUserToken(userId, claims) {
    if (!SERVER) throw refusal("secret", "createUserToken");
    return inModule(this, (session) => session.createUserToken(userId, claims));
  }

  flagUser(id, options) { return call(this, "flagUser", id, undefined, options); }
  addUsers(users, override, options) { return SERVER ? addUsers(this, users, override, options) : call(this, "addUsers"); }
  getUsers(ids, options) { return SERVER ? getUsers(this, ids, options) : call(this, "getUsers"); }
  deleteUsers(ids, options) { return SERVER ? deleteUsers(this, ids, options) : call(this, "deleteUsers"); }

  references(value) { return references(value); }
  enrich(value, options) { return enrich(this, value, options); }

  on(event, listener) { return inside(this).on(event, listener); }
  off(event, listener) { inside(this).off(event, listener); }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() { inside(this).dispose(); }
}
