// The handle on one user. It holds plain JavaScript values only, so that a handle nobody frees costs next to nothing.

import { call } from "./client.js";
import { current, enter } from "./load.js";

export class User {
  #client;

  constructor(client, id) {
    enter(() => current().exports.checkId(id));
    this.#client = client;
    this.id = id;
    this.data = undefined;
    this.full = undefined;
  }

  create(data, options) {
    return this.#record((core) => core.create(this.id, this.#given(data), options));
  }

  getOrCreate(data, options) {
    return this.#record((core) => core.getOrCreate(this.id, this.#given(data), options));
  }

  get(options) {
    return this.#record((core) => core.get(this.id, options, false));
  }

  profile(options) {
    return this.#record((core) => core.get(this.id, options, true));
  }

  update(data, options) {
    return this.#record((core) => core.update(this.id, this.#given(data), options));
  }

  delete(options) {
    return this.#client[call]((core) => core.delete(this.id, options));
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

  #record(work) {
    return this.#client[call](work, (record) => this.#keep(record));
  }

  #keep(record) {
    this.full = record;
    this.data = record.data;
    return this;
  }

  /** A handle on a record that was read already. */
  static of(client, id, record) {
    return new this(client, id).#keep(record);
  }
}
