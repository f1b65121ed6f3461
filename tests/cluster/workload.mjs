// Eight programs that write and two that read, through the package and the load balancer, and what they are told.

import { setTimeout as after } from "node:timers/promises";

import { Model } from "../soak/model.mjs";
import { esm } from "../support/package.mjs";
import { KEY, SECRET } from "../support/server.mjs";
import { until } from "./processes.mjs";

export const WRITERS = 8;
export const READERS = 2;

/** How often each user is updated. */
const UPDATES = 3;

/** How calls may fail here: with a status, or where there is none with a code. Anything else is a defect. */
const PASSING = new Set([502, 503, 504, "network", "timeout", "outcome_unknown"]);

/** In milliseconds: what a program waits after an error that does not say how long. */
const PAUSE = 100;

/** The longest time between two successes, from `start` until `end`. */
export function longestGap(successes, start, end) {
  const times = [start, ...successes.filter((time) => time > start && time < end), end];
  return Math.max(...times.slice(1).map((time, index) => time - times[index]));
}

/** The writers and readers of one row. */
export class Workload {
  model = new Model();
  acknowledged = 0;
  /** When writes were acknowledged and reads answered. */
  writes = [];
  reads = [];
  /** How often each error was given: by its code, its status, and what the server said. */
  errors = new Map();
  /** When the last call that succeeded began, of each program. */
  #lastOf = new Map();
  #isOver = false;
  #number = 0;
  #running = [];
  #clients = [];
  #ids = [];

  constructor(baseUrl, name) {
    const connect = () => {
      const client = esm.connect(KEY, SECRET, undefined, { baseUrl });
      this.#clients.push(client);
      return client;
    };
    for (let n = 0; n < WRITERS; n += 1) this.#running.push(this.#write(connect(), `${name}-${n}`));
    for (let n = 0; n < READERS; n += 1) this.#running.push(this.#read(connect(), `reader-${n}`));
  }

  /** Waits until each writer and reader has succeeded with a call that began after this. */
  async allSucceed() {
    const start = performance.now();
    const succeeded = () => [...this.#lastOf.values()].filter((began) => began > start).length === WRITERS + READERS;
    await until("every writer and reader succeeds", succeeded);
  }

  /** Whether an error was given. */
  get isTold() {
    return this.errors.size > 0;
  }

  /** Ends when all calls have. */
  async stop() {
    this.#isOver = true;
    await Promise.all(this.#running);
    for (const client of this.#clients) client[Symbol.dispose]();
  }

  async #write(client, name) {
    for (let user = 0; !this.#isOver; user += 1) await this.#userOf(client, name, `${name}-${user}`);
  }

  /** The life of a user. It ends early where an outcome is not certain: a late write may then still come. */
  async #userOf(client, name, id) {
    this.#ids.push(id);
    const handle = client.user(id);
    const begin = Math.random() < 0.5 ? "create" : "getOrCreate";
    if (!(await this.#writes(name, begin, id, (data) => handle[begin](data)))) return;
    for (let n = 0; n < UPDATES; n += 1) {
      if (!(await this.#writes(name, "update", id, (data) => handle.update(data)))) return;
    }
    if (Math.random() < 0.25) await this.#writes(name, "delete", id, () => handle.delete());
  }

  async #writes(name, kind, id, call) {
    const number = (this.#number += 1);
    const ended = this.model.write(kind, number, [id]);
    const began = performance.now();
    try {
      const answer = await call({ number });
      this.#succeeded(name, began, this.writes);
      this.acknowledged += 1;
      ended({ done: true, seen: answer.data?.number, alreadyGone: answer.alreadyGone });
      return true;
    } catch (error) {
      ended(error);
      await this.#failed(error);
      return false;
    }
  }

  async #read(client, name) {
    while (!this.#isOver) {
      const id = this.#ids[Math.floor(Math.random() * this.#ids.length)];
      const ended = this.model.read([id]);
      const began = performance.now();
      try {
        const user = await client.user(id).get();
        this.#succeeded(name, began, this.reads);
        ended(new Map([[id, user.data.number]]));
      } catch (error) {
        const isAnswer = error.code === "not_found";
        ended(isAnswer ? new Map([[id, null]]) : undefined);
        if (isAnswer) this.#succeeded(name, began, this.reads);
        else await this.#failed(error);
      }
    }
  }

  #succeeded(name, began, times) {
    times.push(performance.now());
    this.#lastOf.set(name, began);
  }

  async #failed(error) {
    if (!PASSING.has(error.status ?? error.code)) throw error;
    // HAProxy has no words of its own for the API.
    const said = error.status && `${error.status}: ${error.detail ?? "HAProxy has no server"}`;
    const what = said ? `\`${error.code}\` (${said})` : `\`${error.code}\``;
    this.errors.set(what, (this.errors.get(what) ?? 0) + 1);
    await after(error.retryAfterMs ?? PAUSE);
  }
}
