// The client of Klaim over `KlaimSession` of src/klaim/shell.rs, and its users as a collection.

import { current, enter } from "../load.js";
import { call, createSession, hide, inModule, inside } from "../session.js";
import { KlaimUser, keep } from "./user.js";

export class KlaimClient {
  constructor(apiKey, options) {
    const read = ({ readKlaimSettings }) => readKlaimSettings(apiKey, options);
    const state = createSession(read, ({ KlaimSession }, settings) => new KlaimSession(settings));
    hide(this, () => state);
    Object.defineProperty(this, "baseUrl", { value: state.settings.baseUrl, enumerable: true });
  }

  get users() { return (inside(this).users ??= new KlaimUsers(this)); }

  get rateLimit() { return inModule(this, (session) => session.rateLimit); }

  user(userId) { return new KlaimUser(this, userId); }

  on(event, listener) { return inside(this).on(event, listener); }
  off(event, listener) { inside(this).off(event, listener); }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() { inside(this).dispose(); }
}

class KlaimUsers {
  constructor(client) {
    hide(this, () => client);
  }

  async add(user, options) {
    const record = await call(inside(this), "add", undefined, user, options);
    return keep(new KlaimUser(inside(this), record.user_id), record);
  }

  async get(userId, options) { return inside(this).user(userId).get(options); }
  async update(userId, changes, options) { return inside(this).user(userId).update(changes, options); }

  async *list(options) {
    let cursor;
    do {
      const { data, lastKey } = await call(inside(this), "list", cursor, undefined, options);
      // The last page has none.
      const last = typeof lastKey === "object" && lastKey !== null ? JSON.stringify(lastKey) : undefined;
      cursor = enter(() => current().exports.nextCursor(cursor, last));
      yield* data;
    } while (cursor !== undefined);
  }
}
