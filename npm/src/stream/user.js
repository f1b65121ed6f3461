// The handle on one user. It holds plain JavaScript values only, so that a handle nobody frees costs next to nothing.

import { current, enter } from "../load.js";
import { call, createSession, hide, inside } from "../session.js";
import { reference } from "./references.js";
import { gathers, getGathered } from "./server/gather.js";

export class User {
  constructor(client, id, token) {
    enter(() => current().exports.checkId(id));
    const isOwn = token === undefined || token === client.getOrCreateToken();
    fill(this, isOwn ? client : withToken(client, token), id);
  }

  get client() { return withTokens.get(inside(this))?.client ?? inside(this); }
  get token() { return withTokens.get(inside(this))?.token ?? inside(this).getOrCreateToken(); }

  create(data, options) { return keep(this, call(inside(this), "create", this.id, data ?? this.data, options)); }
  getOrCreate(data, options) { return keep(this, call(inside(this), "getOrCreate", this.id, data ?? this.data, options)); }
  get(options) { return keep(this, get(this, options)); }
  profile(options) { return keep(this, call(inside(this), "profile", this.id, undefined, options)); }
  update(data, options) { return keep(this, call(inside(this), "update", this.id, data ?? this.data, options)); }
  delete(options) { return call(inside(this), "delete", this.id, undefined, options); }
  flag(options) { return inside(this).flagUser(this.id, options); }
  ref() { return inside(this) && reference(this.id); }
  toJSON() { return this.full ?? { id: this.id }; }
  toString() { return this.id; }
}

/** The token's own user, whatever characters its id has: a call says which the service takes. */
export const ownUser = (client, id) => fill(Object.create(User.prototype), client, id);

function fill(user, client, id) {
  hide(user, () => client);
  user.id = id;
  user.data = undefined;
  user.full = undefined;
  return user;
}

/** What was made by `withToken`, with what it was made of. */
const withTokens = new WeakMap();

/** The same client with another token, opened once it is used, and disposed with it. */
function withToken(client, token) {
  const other = Object.create(client);
  let state;
  hide(other, () => {
    inside(client).opened();
    return (state ??= createSession(
      () => ({ ...inside(client).settings, secretOrToken: token }),
      ({ StreamSession }, settings) => new StreamSession(settings),
      inside(client).listeners,
    ));
  });
  withTokens.set(other, { client, token });
  return other;
}

/** Keeps the record that a call gives; gives the handle. */
export async function keep(user, record) {
  const full = await record;
  // A handle that was frozen keeps nothing: what was done is told by another.
  const keeper = Object.isFrozen(user) ? fill(Object.create(Object.getPrototypeOf(user)), inside(user), user.id) : user;
  keeper.full = full;
  keeper.data = full.data;
  return keeper;
}

const get = (user, options) =>
  SERVER && gathers(inside(user), options)
    ? getGathered(inside(user), user.id)
    : call(inside(user), "get", user.id, undefined, options);
