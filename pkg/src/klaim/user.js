// The handle on one user of the second service. It holds plain JavaScript values only, so that a handle nobody frees costs
// next to nothing.

import { memberProperty } from "../arguments.js";
import { call } from "../connection.js";
import { current, enter } from "../load.js";

/** The numbers of `Verb` in src/klaim.rs. */
export const ADD = 0, CREATE = 1, LIST = 6;
const GET_OR_CREATE = 2, GET = 3, UPDATE = 4, RENAME = 5, CREDIT_BALANCE = 7;

export class KlaimUser {
  #client;

  constructor(client, userId) {
    enter(() => current().exports.checkId(userId, "user_id"));
    this.#client = client;
    this.id = userId;
    this.data = undefined;
    this.full = undefined;
  }

  create(user, options) {
    return this.#store(CREATE, user, options);
  }

  getOrCreate(user, options) {
    return this.#store(GET_OR_CREATE, user, options);
  }

  get(options) {
    return this.#record(() => [GET, this.id], options);
  }

  async update(changes, options) {
    let renames = false;
    await this.#record(() => {
      const fields = fieldsOf(changes, "user_id");
      const { user_id } = fields;
      renames = user_id !== undefined && user_id !== this.id;
      return renames ? [RENAME, this.id, fields, undefined, [this.id, user_id]] : [UPDATE, this.id, fields];
    }, options);
    if (renames) this.id = this.full.user_id;
    return this;
  }

  async creditBalance(options) {
    return (await this.#client[call](() => [CREDIT_BALANCE, this.id], options)).credit_balance;
  }

  toJSON() {
    return this.full ?? { user_id: this.id };
  }

  #store(operation, user, options) {
    return this.#record(() => [operation, this.id, { ...fieldsOf(user), userId: this.id }], options);
  }

  async #record(read, options) {
    return this.#keep(await this.#client[call](read, options));
  }

  /** Keeps a record without `message`, and with data even where the service has no metadata. */
  #keep({ message, ...record }) {
    this.data = record.metadata ?? {};
    this.full = record;
    return this;
  }

  /** A handle on a record that was read already. */
  static of(client, record) {
    return new this(client, record.user_id).#keep(record);
  }
}

/** The fields that the service knows, each read once; what they may be is for Rust to say. */
export function fieldsOf(user, id) {
  const names = ["email", "name", "metadata", ...(id === undefined ? [] : [id])];
  return Object.fromEntries(names.map((name) => [name, memberProperty(user, "user", name)]));
}
