// Writes to one id go one after the other: what is late, or sent again, must not overtake what was written after it.

import { race } from "../../src/js/exchange.js";
import { ELAPSED, NOTHING } from "./drive.js";
import { Writes } from "./marks.js";

export class Order {
  /** The last write to each id. */
  #last = SERVER && !KLAIM ? new Writes() : new Map();

  /**
   * Lines up a write to these ids, which has ended once `ended` is resolved; a batch that holds users has `marks` in their
   * place. Where others come before it, gives a promise of what the module is to be told after them: nothing, or that the
   * time was up or the signal fired before.
   */
  join(ids, ended, ms, signal) {
    const before = SERVER && !KLAIM ? this.#last.overlapping(ids) : new Set();
    if (SERVER && !KLAIM && ids.marks) ids = [ids.marks];
    for (const id of ids) {
      const last = this.#last.get(id);
      if (last) before.add(last);
    }
    // One that gives up while it waits has not ended before those that it waited for.
    const last = before.size > 0 ? Promise.all([...before, ended]) : ended;
    for (const id of ids) this.#last.set(id, last);
    last.then(() => {
      for (const id of ids) if (this.#last.get(id) === last) this.#last.delete(id);
    });
    if (before.size === 0) return undefined;
    const wait = race(ms, signal, () => [ELAPSED]);
    Promise.all(before).then(() => wait.end([NOTHING]));
    return wait;
  }
}
