// Reads the source of an import: users, or NDJSON in pieces of text or bytes, from anything that can be iterated.

import { isUserHandleError } from "../../../../src/js/errors.js";
import { refusal } from "../../load.js";
import { BatchEncoder } from "./encoded-batch.js";
import { lossOf } from "./json-loss.js";
import { rules } from "./rules.js";

export class Source {
  #iterator;
  #signal;
  /** Ends the wait for what the source was asked for and has not given. */
  #giveUp;
  #decoder = new TextDecoder("utf-8", { fatal: true });
  /** Lines of NDJSON that were read and not taken; the last one may go on in the next piece. */
  #lines = [];
  #rest = "";
  /** Of the line that goes on, what came first was too long, and is not held. */
  #isLong = false;
  /** Whether each text is a line without its end, as `readline` gives them; undefined until one tells. */
  #isByLine;
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

  /** Passes over so many users, which the source must have. */
  async skip(count) {
    for (; this.#index < count; this.#index += 1) {
      let taken = this.#take();
      if (taken instanceof Promise) taken = await taken;
      if (taken.done) throw refusal("resume", "option resumeFrom", this.#index);
    }
  }

  /**
   * The next batch: at most `size` users, those that are refused, and how many of the source they are together; 0 at its
   * end.
   */
  async batch(size, override) {
    const encoder = new BatchEncoder(override);
    const { batchBytes } = rules();
    const failures = [];
    let count = 0;
    for (let bytes = 0; count < size && bytes < batchBytes; count += 1) {
      // Waits only where the source makes it wait: an array is read without a turn of the event loop for each user.
      let taken = this.#take();
      if (taken instanceof Promise) taken = await taken;
      if (taken.done) break;
      const index = this.#index++;
      try {
        if (taken.problem) throw taken.problem(`users[${index}]`);
        // In most of it a character is a byte; an exact count would cost more than it tells.
        bytes += encoder.add(taken.value, index);
      } catch (error) {
        if (error.code === "internal") throw error;
        failures.push({ index, id: idOf(taken.value), error });
      }
    }
    const { users, refused } = encoder.finish();
    failures.push(...refused);
    return { users, failures: failures.sort((one, other) => one.index - other.index), count };
  }

  /** Whoever waits for the source waits no longer, and gets this error. */
  giveUp(error) {
    this.#giveUp?.(error);
  }

  /** Tells the source that nobody reads on. */
  async close() {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      const closed = Promise.resolve(this.#iterator.return?.()).catch(() => {});
      // A generator that waits for something closes when that is there: nobody waits for it, least of all who has aborted.
      if (this.#giveUp === undefined && !this.#signal?.aborted) await closed;
    } catch {
      // Why it is closed is the better news.
    }
  }

  /** The next user, `{ value }` or `{ done }`, or a promise of it. */
  #take() {
    for (;;) {
      while (this.#lines.length > 0) {
        const line = this.#lines.pop();
        if (line === TOO_LONG) return { problem: (path) => refusal("line", path) };
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
      this.#read(`${this.#decode()}\n`);
      return undefined;
    }
    if (typeof value === "string") this.#read(this.#delimited(value));
    else if (isBytes(value)) this.#read(this.#delimited(this.#decode(value)));
    else return { value };
    return undefined;
  }

  #decode(bytes) {
    try {
      return this.#decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw refusal("encoding", "source");
    }
  }

  /** Lines come without their ends too, from `readline` or from a text that was split: a text that is a user by itself tells. */
  #delimited(text) {
    if (text.includes("\n")) this.#isByLine = false;
    else if (this.#isByLine) return `${text}\n`;
    else if (isUser(text) && (this.#rest === "" || this.#isByLine === undefined)) {
      this.#isByLine ??= true;
      // What came before it was a line as well, which is no user.
      return this.#rest === "" ? `${text}\n` : `\n${text}\n`;
    }
    return text;
  }

  #read(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    if (this.#isLong && lines.length > 0) {
      this.#isLong = false;
      lines[0] = TOO_LONG;
    }
    if (this.#rest.length > rules().line) {
      this.#isLong = true;
      this.#rest = "";
    }
    // The first is at the end, where it is taken.
    this.#lines = lines.map((line) => (line.length > rules().line ? TOO_LONG : line)).reverse();
  }

  /** A source may never give what it has promised: the signal ends the wait. */
  #unlessAborted(promise, next) {
    const signal = this.#signal;
    let end = () => {};
    const ended = new Promise((resolve, reject) => {
      this.#giveUp = reject;
      // It may be no promise of the language's own.
      Promise.resolve(promise).then((given) => {
        this.#giveUp = undefined;
        resolve(next(given));
      }).catch((thrown) => {
        this.#giveUp = undefined;
        reject(failed(thrown));
      });
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
  isUserHandleError(thrown) ? thrown : refusal("source failed", "source", undefined, thrown);

/** In place of a line that is not held. */
const TOO_LONG = "\n";

/** Whether a text is a user by itself. */
function isUser(text) {
  try {
    return text.trimStart().startsWith("{") && Object.hasOwn(JSON.parse(text), "id");
  } catch {
    return false;
  }
}

const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

/** The user of a line, or what is wrong with it. */
function parsed(text) {
  // Files that were joined have the mark of each.
  const line = text.replace(/^\ufeff/, "");
  if (line.startsWith("[")) return { problem: (path) => refusal("array", path) };
  try {
    const value = JSON.parse(line);
    const loss = lossOf(line, value);
    return loss === undefined ? { value } : { value, problem: (path) => refusal(loss.what, path + loss.place) };
  } catch (thrown) {
    return { problem: (path) => refusal("not JSON", path, undefined, thrown) };
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
  if (typeof source === "string" || isBytes(source)) return [source].values();
  // Of a `Blob`.
  if (typeof source?.stream === "function") return iterate(source.stream());
  // Of a web stream, where it is not iterable itself.
  if (typeof source?.getReader === "function" && source[Symbol.asyncIterator] === undefined) {
    const reader = source.getReader();
    return { next: () => reader.read(), return: () => reader.cancel() };
  }
  const iterable = source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator];
  if (typeof iterable === "function") return iterable.call(source);
  throw refusal("source", "source", source);
}
