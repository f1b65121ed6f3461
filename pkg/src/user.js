// The handle on one user. It holds plain JavaScript values only, so that a handle nobody frees costs next to nothing.

import { wantsFollowCounts, wantsGetOrCreate } from "./arguments.js";
import { CREATE, DELETE, GET, GET_OR_CREATE, UPDATE, call } from "./client.js";
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
    return this.#record(CREATE, () => [this.#given(data), wantsGetOrCreate(options)], options);
  }

  getOrCreate(data, options) {
    return this.#record(GET_OR_CREATE, () => [this.#given(data)], options);
  }

  get(options) {
    return this.#record(GET, () => [undefined, wantsFollowCounts(options)], options);
  }

  profile(options) {
    return this.#record(GET, () => [undefined, true], options);
  }

  update(data, options) {
    return this.#record(UPDATE, () => [this.#given(data)], options);
  }

  delete(options) {
    return this.#client[call](DELETE, () => [this.id, undefined, undefined, undefined, options]);
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

  #record(operation, read, options) {
    const all = () => {
      const [data, detail] = read();
      return [this.id, data, detail, undefined, options];
    };
    return this.#client[call](operation, all, (record) => this.#keep(record));
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
