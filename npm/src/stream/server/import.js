// Bulk import: reads a source as far as it is needed, sends batches side by side, and says how far it has come. How many
// are sent at a time, when, and what becomes of one that fails, is for core/src/import to say. Not in the build for browsers.

import { heardBy } from "../../../../src/js/drive.js";
import { isUserHandleError } from "../../../../src/js/errors.js";
import { quietly, withTimeout } from "../../../../src/js/timeout.js";
import { current, enter, rethrown } from "../../load.js";
import { inside } from "../../session.js";
import { rules } from "./rules.js";
import { Source } from "./source.js";

const now = () => performance.now();

/** Imports `source`; the arguments are those of `Users.import`. */
export async function importUsers(client, source, options) {
  // A client that was disposed imports nothing, not even an empty source.
  const state = inside(client);
  state.opened();
  const run = new Import(client, enter(() => current().exports.importOptions(options)));
  const hear = (more) => {
    state.hearers = (state.hearers ?? 0) + more;
    state.listen();
  };
  hear(1);
  try {
    return await run.all(source);
  } catch (error) {
    throw rethrown(error);
  } finally {
    hear(-1);
    run.free();
  }
}

class Import {
  #client;
  #options;
  #controller;
  #begin = now();
  #counts;
  #attempts = 0;
  /** Batches to be sent again. */
  #again = [];
  #inFlight = new Set();
  #failure;
  #reading;
  /** Settled once listeners that are async have ended. */
  #told;
  #wake = () => {};

  constructor(client, options = {}) {
    this.#client = client;
    const {
      override = false, concurrency = 0, batchSize = rules().members, resumeFrom = 0, onProgress, onFailure, ...call
    } = options;
    this.#options = { signal: call.signal, call, override, size: batchSize, resumeFrom, onProgress, onFailure };
    const { ImportController } = current().exports;
    this.#controller = enter(() => new ImportController(concurrency, resumeFrom));
    this.#counts = { read: resumeFrom, sent: 0, stored: 0, failed: 0 };
  }

  free() {
    this.#controller.free();
  }

  async all(source) {
    const { resumeFrom, signal } = this.#options;
    let hasMore = true;
    try {
      this.#reading = new Source(source, signal);
      await this.#reading.skip(resumeFrom);
      while (this.#failure === undefined) {
        if (signal?.aborted) throw signal.reason;
        if (!hasMore && this.#again.length === 0) {
          if (this.#inFlight.size === 0) break;
          await this.#pause(undefined);
          continue;
        }
        const next = this.#controller.next(now());
        if (next !== "send") {
          await this.#pause(next === "wait" ? undefined : next);
          continue;
        }
        const batch = this.#again.pop() ?? (await this.#read());
        if (batch === undefined) hasMore = false;
        else if (batch.users.length > 0) this.#send(batch);
      }
    } catch (error) {
      this.#end(error);
    }
    await this.#reading?.close();
    while (this.#inFlight.size > 0) await this.#pause(undefined);
    await this.#listeners();
    if (this.#failure) throw this.#explained(this.#failure.error);
    return { ...this.#progress(), elapsedMs: now() - this.#begin, attempts: this.#attempts };
  }

  /** Sends nothing more; of several failures, the first is told. The source may never give what it is asked for. */
  #end(error) {
    this.#failure ??= { error };
    this.#reading?.giveUp(error);
  }

  /** Waits for listeners that are async, which may never end: the signal ends the wait. */
  async #listeners() {
    const { signal } = this.#options;
    if (!signal) return this.#told;
    // Without a timer, which would keep the process.
    let end;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", (end = resolve)));
    if (!signal.aborted) await Promise.race([this.#told, aborted]);
    signal.removeEventListener("abort", end);
    if (signal.aborted) this.#end(signal.reason);
  }

  /** Waits for so long, or for the end of a request, whichever is first. */
  async #pause(ms) {
    const { signal } = this.#options;
    const wait = withTimeout(ms ?? 2 ** 31 - 1, ms === undefined ? undefined : signal, () => undefined);
    this.#wake = () => wait.settle();
    await wait;
  }

  /** The next batch of the source, those of its users that can be sent; the others have failed. */
  async #read() {
    const { users, failures, count } = await this.#reading.batch(this.#options.size, this.#options.override);
    if (count === 0) return undefined;
    const start = this.#controller.begin(count);
    this.#counts.read += count;
    for (const { index, id, error } of failures) this.#fail(index, id, error);
    const batch = { users, source: { start, parts: 1 }, tries: 0 };
    if (users.length === 0) this.#done(batch);
    return batch;
  }

  async #send(batch) {
    const { users } = batch;
    const sent = now();
    if (batch.tries === 0 && !batch.isPart) this.#counts.sent += users.length;
    batch.tries += 1;
    this.#attempts += 1;
    this.#inFlight.add(batch);
    this.#controller.sent();
    try {
      // Of the batch's own events alone: another import of the client may be running.
      const hear = (name, event) => {
        if (name === "retry") this.#isSentAgain(sent, event);
      };
      await heardBy(hear, () => users.sendWithoutAnswer(this.#client, this.#options.call));
      // Stored they are, even if the client was disposed meanwhile; the next batch is refused then.
      const { rateLimit, serviceTime } = quietly(() => inside(this.#client).opened()) ?? {};
      this.#controller.stored(sent, now(), rateLimit, serviceTime ?? Date.now());
      this.#counts.stored += users.length;
      this.#done(batch);
    } catch (error) {
      this.#controller.ended();
      this.#guarded(() => this.#judge(batch, sent, error));
    } finally {
      this.#inFlight.delete(batch);
      this.#wake();
    }
  }

  /** A batch in flight is being sent again by its call. */
  #isSentAgain(sent, { delayMs }) {
    this.#attempts += 1;
    this.#controller.refused(sent, now(), delayMs);
  }

  /** What becomes of a batch that was not stored. */
  #judge(batch, sent, error) {
    const { users, source } = batch;
    const { signal } = this.#options;
    // A reason may be any value, an error of another request too: it says nothing of these users.
    if (signal?.aborted && error === signal.reason) return this.#end(error);
    const status = isUserHandleError(error) ? error.status : undefined;
    if (error?.retryable === true && batch.tries < rules().tries) {
      this.#controller.refused(sent, now(), error.retryAfterMs);
      this.#again.push(batch);
    } else if (!enter(() => current().exports.isFaultOfAMember(status))) {
      this.#end(error);
    } else if (users.length > 1) {
      // One of them is at fault, and the others are not to suffer for it.
      const middle = users.length >> 1;
      source.parts += 1;
      const part = (some) => ({ users: some, source, tries: 0, isPart: true });
      this.#again.push(part(users.slice(middle, users.length)), part(users.slice(0, middle)));
    } else {
      this.#fail(users.indices[0], users.firstId, error);
      this.#done(batch);
    }
  }

  #fail(index, id, error) {
    const { onFailure } = this.#options;
    this.#counts.failed += 1;
    if (onFailure === undefined) {
      error.hint ??= enter(() => current().exports.hintOfMember(index));
      this.#end(error);
    } else if (this.#failure === undefined) {
      this.#guarded(() => onFailure({ index, id, error }));
    }
  }

  /** A batch of the source, or the last part of one, is dealt with. */
  #done({ source }) {
    source.parts -= 1;
    // What could not be stored, and nobody was told of, is not dealt with.
    if (source.parts > 0 || this.#failure !== undefined) return;
    this.#controller.done(source.start);
    const { onProgress } = this.#options;
    if (onProgress) this.#guarded(() => onProgress(this.#progress()));
  }

  #guarded(run) {
    const fail = (error) => this.#end(error);
    try {
      const told = run();
      // A listener may be an async function.
      if (typeof told?.then === "function") this.#told = Promise.all([this.#told, Promise.resolve(told).catch(fail)]);
    } catch (error) {
      fail(error);
    }
  }

  #progress() {
    const seconds = (now() - this.#begin) / 1000;
    const perSecond = seconds > 0 ? this.#counts.stored / seconds : 0;
    return { ...this.#counts, checkpoint: this.#controller.checkpoint, perSecond };
  }

  /** Whoever catches it knows where to resume. */
  #explained(error) {
    // A reason may be an error of the package, and frozen.
    if (isUserHandleError(error)) quietly(() => { error.checkpoint = this.#controller.checkpoint; });
    return error;
  }
}
