// Waits that end once: with what came, when their time is up, or when the caller's signal fires.

/** What a step of a call ends with is an array: two numbers, the first of them one of these, and two values. See `step_result` in src/fetch.rs. */
export const CONTINUE = 0, JSON_BODY = 1, TEXT = 2, NO_BODY = 3, TOO_LONG = 4, LOST = 5, UNSENT = 6, TIMED_OUT = 7;
export const ABORTED = 8, TOKEN = 9, NO_TOKEN = 10, INSECURE = 11, REFUSED = 12, BROKEN = 13;

/** How far an attempt has come: before it is sent, until the headers of its response are there, and until the body is. */
export const CONNECT = 0, HEADERS = 1, BODY = 2;

/** Whether this is a build for servers: a constant of the package's builds, which others do not have. */
export const FOR_SERVERS = typeof SERVER === "undefined" || SERVER;

/** Whether this is a build without WebAssembly, which older engines run too. */
export const FOR_OLD_ENGINES = typeof NO_WASM_BUILD !== "undefined";

/** Browsers have streams, which are capped as they are read. */
export const CAPS_TEXTS = FOR_SERVERS || FOR_OLD_ENGINES;

export const aborted = (reason) => [ABORTED, 0, reason];

// As they were at first: test runners put timers in their place that stand still.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** A wait that is over when its time is. */
export const pause = (ms, signal) => withTimeout(ms, signal, () => [CONTINUE, 0]);

/** A wait for another call, which wakes it. */
export const park = (ms, signal) => withTimeout(ms, signal, () => [TIMED_OUT, CONNECT]);

export const wake = (parked) => parked.settle([CONTINUE, 0]);

/** Gives up what nobody waits for any more. */
export const abandon = (promise) => promise.stop([CONTINUE, 0]);

/** React Native's signals have no reason. */
const abortError = () => Object.assign(new Error("the call was aborted"), { name: "AbortError" });

/** A signal is the caller's: whatever it does, the call goes on. */
export function quietly(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** What listens to each signal: with one listener for all of it, since Node warns of more than ten. */
const listening = new WeakMap();

/** Runs `run` when the signal fires. Gives what forgets it. */
function onAbortOf(signal, run) {
  let runs = listening.get(signal);
  const all = () => { for (const each of [...runs]) each(); };
  if (runs === undefined) {
    listening.set(signal, (runs = new Set()));
    runs.stop = () => quietly(() => signal.removeEventListener("abort", all));
    quietly(() => signal.addEventListener("abort", all));
  }
  runs.add(run);
  return () => {
    if (!runs.delete(run) || runs.size > 0) return;
    runs.stop();
    listening.delete(signal);
  };
}

/**
 * A promise with two functions: `settle` says what it ends with, and `stop` gives up, by `giveUp`, what would have settled
 * it. It is never rejected.
 */
export function withTimeout(ms, signal, onTimeout, giveUp) {
  let settle;
  const stop = (result) => {
    settle(result);
    giveUp?.();
  };
  const promise = new Promise((resolve) => {
    const abort = () => stop(aborted(quietly(() => signal.reason) ?? (FOR_OLD_ENGINES ? abortError() : undefined)));
    const timer = startTimer(() => stop(onTimeout()), ms);
    const forget = signal && onAbortOf(signal, abort);
    settle = (result) => {
      resolve(result);
      stopTimer(timer);
      forget?.();
    };
    if (signal && quietly(() => signal.aborted)) abort();
  });
  promise.settle = settle;
  promise.stop = stop;
  return promise;
}
