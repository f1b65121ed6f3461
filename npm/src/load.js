// Starts the module: synchronously, on first use, and again after a trap. How a module is started is for the build's `engine`:
// webassembly.js, or no-wasm/engine.js.

import { begin, prepare } from "user-handle:engine";
import { enterBy, stopAll } from "../../src/js/drive.js";
import { isUserHandleError } from "../../src/js/errors.js";
import { startError } from "./start-error.js";

let engine;

/** Takes the module from a place of the caller's; without one, starts what is built in. */
export async function init(from) {
  if (engine === undefined) await prepare(from);
  current();
}

/** The running module. */
export function current() {
  return (engine ??= { exports: begin() });
}

/** A client with a `fetch` of its own needs no other. */
export function needFetch(own) {
  if (own === undefined && typeof fetch !== "function") {
    throw startError("Site", "unsupported_runtime", "this runtime has no fetch", "use Node 18 or newer, or define globalThis.fetch");
  }
}

const internal = (cause) => startError("Site", "internal", "a defect of user-handle stopped the call", undefined, cause);

/**
 * Runs `work` inside the module. What the module refuses is thrown as an error, or as what becomes one. A trap has unwound no
 * Rust frame, so the module's memory cannot be trusted again, and all its calls are rejected.
 */
export function enter(work) {
  const running = engine;
  try {
    return work();
  } catch (thrown) {
    if (isUserHandleError(thrown)) {
      // From its caller on: the frames of the module say nothing, and are more than an engine shows.
      Error.captureStackTrace?.(thrown, enter);
    } else if (isTrap(thrown)) {
      if (engine === (running ?? engine)) engine = undefined;
      stopAll((writes) => Object.assign(internal(thrown), { mayHaveBeenApplied: writes }));
      throw internal(thrown);
    }
    throw thrown;
  }
}

/** An error that was made where nobody waited for it, with the stack of where it is thrown again. */
export function rethrown(error) {
  // It may be the reason of a signal, and frozen.
  if (isUserHandleError(error) && Object.isExtensible(error)) Error.captureStackTrace?.(error, rethrown);
  return error;
}

/** What the engine says is one, or that its stack was full, which may have been inside. */
const isTrap = (thrown) =>
  thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError || thrown?.name === "InternalError";

enterBy(enter);

/** The error for what the package's own JavaScript refuses; the words are the module's. */
export const refusal = (what, path = "", found, ...cause) =>
  enter(() => current().exports.refusal(what, path, found, cause));
