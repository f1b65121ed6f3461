// The handle on one user of Klaim. It holds plain JavaScript values only, so that a handle nobody frees costs next to nothing.

import { current, enter } from "../load.js";
import { call, hide, inside } from "../session.js";

export class KlaimUser {
  constructor(client, userId) {
    enter(() => current().exports.checkUserId(userId));
    hide(this, () => client);
    this.id = userId;
    this.data = undefined;
    this.full = undefined;
  }

  create(user, options) { return keep(this, call(inside(this), "create", this.id, user, options)); }
  getOrCreate(user, options) { return keep(this, call(inside(this), "getOrCreate", this.id, user, options)); }
  get(options) { return keep(this, call(inside(this), "get", this.id, undefined, options)); }
  update(changes, options) { return renamed(this, keep(this, call(inside(this), "update", this.id, changes, options))); }

  async creditBalance(options) {
    return (await call(inside(this), "creditBalance", this.id, undefined, options)).credit_balance;
  }

  toJSON() { return this.full ?? { user_id: this.id }; }
}

/** Keeps the record that a call gives, and data even where the service has no metadata; gives the handle. */
export async function keep(user, record) {
  const full = await record;
  // A handle that was frozen keeps nothing: what was done is told by another.
  const keeper = Object.isFrozen(user) ? new KlaimUser(inside(user), user.id) : user;
  keeper.full = full;
  keeper.data = full.metadata ?? {};
  return keeper;
}

/** An update may change the id. The handle may be by the service's own, which never changes. */
async function renamed(user, kept) {
  const before = user.id;
  const keeper = await kept;
  if (before !== keeper.full.klaim_id) keeper.id = keeper.full.user_id;
  return keeper;
}
