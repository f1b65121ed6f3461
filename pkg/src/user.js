// The handle on one user. It holds plain JavaScript values only, so that a handle nobody frees costs next to nothing.

import { wantsFollowCounts, wantsGetOrCreate, wantsReconcile } from "./arguments.js";
import { CREATE, DELETE, GET_OR_CREATE, UPDATE, read } from "./client.js";
import { call } from "./connection.js";
import { current, enter } from "./load.js";

export class User {
  #client;

  constructor(client, id) {
    enter(() => current().exports.checkId(id, "id"));
    this.#client = client;
    this.id = id;
    this.data = undefined;
    this.full = undefined;
  }

  create(data, options) {
    return this.#record(() => {
      if (wantsGetOrCreate(options)) return [GET_OR_CREATE, this.id, this.#given(data)];
      return [CREATE, this.id, this.#given(data), wantsReconcile(options)];
    }, options);
  }

  getOrCreate(data, options) {
    return this.#record(() => [GET_OR_CREATE, this.id, this.#given(data)], options);
  }

  async get(options) {
    return this.#keep(await this.#client[read](this.id, wantsFollowCounts(options), options));
  }

  async profile(options) {
    return this.#keep(await this.#client[read](this.id, true, options));
  }

  update(data, options) {
    return this.#record(() => [UPDATE, this.id, this.#given(data)], options);
  }

  delete(options) {
    return this.#client[call](() => [DELETE, this.id], options);
  }

  flag(options) {
    return this.#client.flagUser(this.id, options);
  }

  ref() {
    return `SU:${this.id}`;
  }

  toJSON() {
    return this.full ?? { id: this.id };
  }

  /** What a verb without data sends: what was last seen. */
  #given(data) {
    return data ?? this.data ?? {};
  }

  async #record(read, options) {
    return this.#keep(await this.#client[call](read, options));
  }

  /** Keeps a record without `duration`, and with data even where the service has none. */
  #keep({ duration, ...record }) {
    this.data = record.data ?? {};
    this.full = { ...record, data: this.data };
    return this;
  }

  /** A handle on a record that was read already. */
  static of(client, id, record) {
    return new this(client, id).#keep(record);
  }
}
