// Reads the source of an import: users, or NDJSON in pieces of text or bytes, from anything that can be iterated.

import { describe } from "../../src/js/values.js";
import { dataError, isUserHandleError } from "./errors.js";
import { Writer } from "./written.js";

/** Bytes of users in one batch: an answer that is lost should not cost more. */
const BATCH_BYTES = 1_000_000;

export class Source {
  #iterator;
  #signal;
  #decoder = new TextDecoder();
  /** Lines of NDJSON that were read and not taken; the last one may go on in the next piece. */
  #lines = [];
  #rest = "";
  #index = 0;
  #isDone = false;

  constructor(source, signal) {
    try {
      this.#iterator = iterate(source);
    } catch (thrown) {
      throw failed(thrown);
    }
    this.#signal = signal;
  }

  /** Passes over so many users. */
  async skip(count) {
    for (; this.#index < count; this.#index += 1) {
      let taken = this.#take();
      if (taken instanceof Promise) taken = await taken;
      if (taken.done) return;
    }
  }

  /**
   * The next batch: at most `size` users, those that are refused, and how many of the source they are together; 0 at its
   * end.
   */
  async batch(size, override) {
    const writer = new Writer(override);
    const failures = [];
    let count = 0;
    for (let bytes = 0; count < size && bytes < BATCH_BYTES; count += 1) {
      // Waits only where the source makes it wait: an array is read without a turn of the event loop for each user.
      let taken = this.#take();
      if (taken instanceof Promise) taken = await taken;
      if (taken.done) break;
      const index = this.#index++;
      try {
        if (taken.cause) throw dataError(`users[${index}]`, `users[${index}] is not JSON`, taken.cause);
        // In most of it a character is a byte; an exact count would cost more than it tells.
        bytes += writer.add(taken.value, index);
      } catch (error) {
        if (error.code === "internal") throw error;
        failures.push({ index, id: idOf(taken.value), error });
      }
    }
    const { users, refused } = writer.written();
    failures.push(...refused);
    return { users, failures: failures.sort((one, other) => one.index - other.index), count };
  }

  /** Tells the source that nobody reads on. */
  async close() {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      await this.#iterator.return?.();
    } catch {
      // Why it is closed is the better news.
    }
  }

  /** The next user, `{ value }` or `{ done }`, or a promise of it. */
  #take() {
    for (;;) {
      while (this.#lines.length > 0) {
        const line = this.#lines.pop();
        if (line.trim() !== "") return parsed(line);
      }
      if (this.#isDone) return { done: true };
      let taken;
      try {
        const step = this.#iterator.next();
        if (typeof step.then === "function") return this.#unlessAborted(step, (step) => this.#taken(step) ?? this.#take());
        taken = this.#taken(step);
      } catch (thrown) {
        throw failed(thrown);
      }
      if (taken) return taken;
    }
  }

  /** What a step of the iterator gives; nothing, where it was text, whose lines are taken next. */
  #taken({ value, done }) {
    if (done) {
      this.#isDone = true;
      this.#read(this.#decoder.decode(), "\n");
      return undefined;
    }
    if (typeof value === "string") this.#read(value, "");
    else if (ArrayBuffer.isView(value)) this.#read(this.#decoder.decode(value, { stream: true }), "");
    else return { value };
    return undefined;
  }

  #read(text, end) {
    const lines = (this.#rest + text + end).split("\n");
    this.#rest = lines.pop();
    // The first is at the end, where it is taken.
    this.#lines = lines.reverse();
  }

  /** A source may never give what it has promised: the signal ends the wait. */
  #unlessAborted(promise, next) {
    const signal = this.#signal;
    let end = () => {};
    const ended = new Promise((resolve, reject) => {
      // It may be no promise of the language's own.
      Promise.resolve(promise).then((given) => resolve(next(given))).catch((thrown) => reject(failed(thrown)));
      if (signal === undefined) return;
      const abort = () => reject(signal.reason);
      end = () => signal.removeEventListener("abort", abort);
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
    });
    ended.then(end, end);
    return ended;
  }
}

/** What a source throws, with its place; what is an error of the package is one already. */
const failed = (thrown) =>
  isUserHandleError(thrown) ? thrown : dataError("source", "source could not be read: it threw, or rejected", { thrown });

/** The user of a line, or why there is none. */
function parsed(line) {
  try {
    return { value: JSON.parse(line) };
  } catch (thrown) {
    return { cause: { thrown } };
  }
}

/** The id of a user that was refused, as far as it has one. */
function idOf(user) {
  try {
    return typeof user?.id === "string" ? user.id : "";
  } catch {
    return "";
  }
}

function iterate(source) {
  if (typeof source === "string") return [source].values();
  // Of a web stream, where it is not iterable itself.
  if (typeof source?.getReader === "function" && source[Symbol.asyncIterator] === undefined) {
    const reader = source.getReader();
    return { next: () => reader.read(), return: () => reader.cancel() };
  }
  const iterable = source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator];
  if (typeof iterable === "function") return iterable.call(source);
  throw dataError("source", `source must be an iterable, an async iterable or a stream, but is ${describe(source)}`);
}
