// Whether the database itself takes writes: a connection of its own each time, through the same HAProxy, without our servers.

import { until } from "./processes.mjs";

/** In milliseconds: how long a write may take, and between two of them. */
const LIMIT = 1_000;
const INTERVAL = 200;

export class Probe {
  /** When a write was confirmed. */
  successes = [];
  #lastBegan = 0;
  #running = new Set();
  #timer;

  constructor(cluster) {
    const write = async () => {
      const began = performance.now();
      try {
        await cluster.sql("postgres", "INSERT INTO probe VALUES (now())", LIMIT);
        this.successes.push(performance.now());
        this.#lastBegan = began;
      } catch {
        // It took too long, or was refused.
      }
    };
    this.#timer = setInterval(() => {
      const writing = write();
      this.#running.add(writing);
      writing.finally(() => this.#running.delete(writing));
    }, INTERVAL);
  }

  /** Waits until a write succeeds that began after this. */
  async succeeds() {
    const start = performance.now();
    await until("the database takes writes", () => this.#lastBegan > start);
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
  }
}
