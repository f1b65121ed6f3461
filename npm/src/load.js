// Starts the WebAssembly module: synchronously, on first use, and again after a trap.

import instantiate from "user-handle:glue";
import { enterBy, stopAll } from "../../src/js/drive.js";
import { isUserHandleError, makeError } from "../../src/js/errors.js";

let source;
let compiled;
/** Whether `compiled` is what `init` was given. */
let isGiven;
let engine;

/** Says where the module comes from: `load` gives its bytes, or a `WebAssembly.Module`. */
export function provide(load) {
  source = load;
}

/** Compiles what is built in, where a later start may not: one that has failed says why when it is needed. */
export function compileAhead() {
  try {
    compiled = toModule(source());
  } catch {
    compiled = undefined;
  }
}

/** workerd compiles nothing once its program has started. */
export const isWorkerd = () => globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** Loads the module from a place of the caller's; without one, starts what is built in. */
export async function init(from) {
  if (from !== undefined && engine === undefined) {
    needWebAssembly();
    try {
      compiled = await compile(typeof from === "string" || from instanceof URL ? fetch(from) : from);
      isGiven = true;
    } catch (thrown) {
      throw error("Input", "invalid_option", "source must be, or lead to, the module's WebAssembly", undefined, thrown);
    }
  }
  current();
}

async function compile(from) {
  const given = await from;
  if (given instanceof WebAssembly.Module) return given;
  // No `await` inside the call: for the edge, Next's development server puts the call into a function of its own.
  const bytes = typeof given?.arrayBuffer === "function" ? await given.arrayBuffer() : given;
  return WebAssembly.compile(bytes);
}

/** The running module. */
export function current() {
  return (engine ??= start());
}

function start() {
  needWebAssembly();
  const started = { exports: undefined };
  try {
    compiled ??= toModule(source());
    started.exports = instantiate();
    started.exports.start(compiled);
  } catch (cause) {
    const hint = isGiven
      ? `init takes this build's own module, user-handle/${MODULE}.wasm`
      : /^(Type|Reference)Error$/.test(cause?.name)
        ? "the cause names it"
        : SERVER && isWorkerd()
          ? "workerd compiles at its start, from compatibility date 2025-06-01 on; wrangler needs none of it"
          : "where the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src";
    // The next start takes what is built in.
    compiled = isGiven = undefined;
    throw error("Site", "unsupported_runtime", "WebAssembly could not be started here", hint, cause);
  }
  return started;
}

/** A client with a `fetch` of its own needs no other. */
export function needFetch(own) {
  if (own === undefined && typeof fetch !== "function") {
    throw error("Site", "unsupported_runtime", "this runtime has no fetch", "use Node 18 or newer, or define globalThis.fetch");
  }
}

function needWebAssembly() {
  if (typeof WebAssembly !== "object") {
    throw error("Site", "unsupported_runtime", "this runtime has no WebAssembly", "React Native's Hermes has none");
  }
}

// A module that a bundler imported may be of another realm, so its class tells nothing.
const toModule = (given) => (ArrayBuffer.isView(given) ? new WebAssembly.Module(given) : given);

/** What has to be said where the module does not run. */
const error = (kind, code, message, hint, ...cause) =>
  Object.assign(makeError(kind, message, cause), {
    code, attempts: 0, retryable: false, mayHaveBeenApplied: false, ...(hint && { hint }),
  });

const internal = (cause) => error("Site", "internal", "a defect of user-handle stopped the call", undefined, cause);

/**
 * Runs `work` inside the module. What the module refuses is thrown as an error, or as what becomes one. A trap has unwound no
 * Rust frame, so the module's memory cannot be trusted again, and all its calls are rejected.
 */
export function enter(work) {
  const running = engine;
  try {
    return work();
  } catch (thrown) {
    if (!isTrap(thrown)) {
      // From its caller on: the frames of the module say nothing, and are more than an engine shows.
      if (isUserHandleError(thrown)) Error.captureStackTrace?.(thrown, enter);
      throw thrown;
    }
    if (engine === (running ?? engine)) engine = undefined;
    stopAll((writes) => Object.assign(internal(thrown), { mayHaveBeenApplied: writes }));
    throw internal(thrown);
  }
}

/** What the engine says is one, or that its stack was full, which may have been inside. */
const isTrap = (thrown) =>
  thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError || thrown?.name === "InternalError";

enterBy(enter);

/** The error for what the package's own JavaScript refuses; the words are the module's. */
export const refusal = (what, path = "", found, ...cause) =>
  enter(() => current().exports.refusal(what, path, found, cause));
