// The same operations in the style of Stream's other clients: as a collection.

import { memberProperty } from "./arguments.js";
import { serverOnly } from "./client.js";
import { importUsers } from "./import.js";

export class Users {
  #client;

  constructor(client) {
    this.#client = client;
  }

  async add(id, data, options) {
    return this.#client.user(id).create(data, typeof options === "boolean" ? { getOrCreate: options } : options);
  }

  async get(id, options) {
    return this.#client.user(id).get(options);
  }

  async update(id, data, options) {
    return this.#client.user(id).update(data, options);
  }

  async delete(id, options) {
    return this.#client.user(id).delete(options);
  }

  async import(source, options) {
    if (!SERVER) throw serverOnly("users.import");
    return importUsers(this.#client, source, options);
  }

  ref(id) {
    return this.#client.user(typeof id === "object" && id !== null ? memberProperty(id, "user", "id") : id).ref();
  }
}
