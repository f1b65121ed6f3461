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
  user.full = await record;
  user.data = user.full.metadata ?? {};
  return user;
}

/** An update may change the id. The handle may be by the service's own, which never changes. */
async function renamed(user, kept) {
  const before = user.id;
  await kept;
  if (before !== user.full.klaim_id) user.id = user.full.user_id;
  return user;
}
