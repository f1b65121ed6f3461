// Reads of single users. Equal ones in flight share one request; where the client gathers, those of one turn of the event
// loop are one batch.

import { GET } from "./client.js";
import { call } from "./connection.js";
import { toError } from "./errors.js";
import { current, enter } from "./load.js";
import { markOf } from "./marks.js";

export class Reads {
  #client;
  #gathers;
  #inFlight = new Map();
  #gathered = new Map();

  constructor(client, gathers) {
    this.#client = client;
    this.#gathers = gathers;
  }

  /** The record of a user. A read with options of its own is a request of its own. */
  read(id, withCounts, options) {
    const ask = () => this.#client[call](() => [GET, id, undefined, withCounts], options);
    if (options !== undefined) return ask();
    if (SERVER && this.#gathers && !withCounts) return this.#gather(id);
    const key = id + withCounts;
    const shared = this.#inFlight.get(key);
    // What a caller changes in its record is not for the others to see.
    if (shared) return shared.then(structuredClone);
    const asked = ask();
    this.#inFlight.set(key, asked);
    const forget = () => {
      if (this.#inFlight.get(key) === asked) this.#inFlight.delete(key);
    };
    asked.then(forget, forget);
    return asked;
  }

  /** These users are being written, or have been: a read that begins now must not be given what an earlier one sees. */
  forget(ids) {
    if (this.#inFlight.size === 0) return;
    if (SERVER && ids.marks) {
      // A batch has no ids. Of two that share a mark, one read is not shared.
      for (const key of this.#inFlight.keys()) {
        if (ids.marks.includes(markOf(key.replace(/(true|false)$/, "")))) this.#inFlight.delete(key);
      }
      return;
    }
    for (const id of ids) for (const withCounts of [true, false]) this.#inFlight.delete(id + withCounts);
  }

  #gather(id) {
    if (this.#gathered.size === 0) nextTurn(() => this.#flush());
    return new Promise((resolve, reject) => {
      this.#gathered.set(id, [...(this.#gathered.get(id) ?? []), { resolve, reject }]);
    });
  }

  async #flush() {
    const waiting = this.#gathered;
    this.#gathered = new Map();
    try {
      const { users } = await this.#client.getUsers([...waiting.keys()]);
      const found = new Map(users.map((record) => [record.id, record]));
      for (const [id, callers] of waiting) {
        const record = found.get(id);
        callers.forEach(({ resolve, reject }, index) => {
          if (record === undefined) reject(notFound(id));
          else resolve(index === 0 ? record : structuredClone(record));
        });
      }
    } catch (error) {
      for (const callers of waiting.values()) for (const { reject } of callers) reject(error);
    }
  }
}

/** After all that this turn of the event loop has to do. */
const nextTurn = (run) => (typeof setImmediate === "function" ? setImmediate(run) : setTimeout(run, 0));

/** The error that a request of its own would have come to: a batch leaves out whom there is not. */
function notFound(id) {
  const body = { detail: "", status_code: 404, code: 16, exception: "DoesNotExistException", duration: "0.00ms" };
  return toError(enter(() => current().exports.notFound(id, new Headers(), body)));
}
