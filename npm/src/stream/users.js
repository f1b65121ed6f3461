// The same operations in the style of Stream's other clients: as a collection.

import { refusal } from "../load.js";
import { call, hide, inside } from "../session.js";
import { importUsers } from "./server/import.js";

export class Users {
  constructor(client) {
    hide(this, () => client);
  }

  async add(id, data, options) {
    return inside(this).user(id).create(data, typeof options === "boolean" ? { getOrCreate: options } : options);
  }

  async get(id, options) { return inside(this).user(id).get(options); }
  async update(id, data, options) { return inside(this).user(id).update(data, options); }
  async delete(id, options) { return inside(this).user(id).delete(options); }

  async import(source, options) {
    // Awaited here, so that the caller's own line is in the stack of an error.
    return await (SERVER ? importUsers(inside(this), source, options) : call(inside(this), "users.import"));
  }

  ref(user) { return inside(this).user(isObject(user) ? idOf(user) : user).ref(); }
}

const isObject = (value) => typeof value === "object" && value !== null;

function idOf(user) {
  try {
    return user.id;
  } catch (thrown) {
    throw refusal("unreadable", "user", "id", thrown);
  }
}
