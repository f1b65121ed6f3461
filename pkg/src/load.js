// Starts the WebAssembly module: synchronously, on first use, and again after a trap.

import instantiate from "user-handle:glue";
import { isUserHandleError, optionError, siteError, toError } from "./errors.js";

let source;
let compiled;
/** Whether `compiled` is what `init` was given. */
let isGiven;
let engine;

/** Says where the module comes from: `load` gives its bytes, or a `WebAssembly.Module`. */
export function provide(load) {
  source = load;
}

/** Loads the module from a place of the caller's; without one, starts what is built in. */
export async function init(from) {
  if (from !== undefined && engine === undefined) {
    needWebAssembly();
    try {
      compiled = await compile(typeof from === "string" || from instanceof URL ? fetch(from) : from);
      isGiven = true;
    } catch (thrown) {
      throw optionError("source must be, or lead to, the module's WebAssembly", { thrown });
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
  if (typeof fetch !== "function") {
    throw siteError("wrong_side", "this runtime has no fetch", "use Node 18 or newer, or define globalThis.fetch");
  }
  const started = { exports: undefined, pending: new Set(), dead: false };
  try {
    compiled ??= toModule(source());
    started.exports = instantiate();
    started.exports.start(compiled);
  } catch (cause) {
    const hint = isGiven
      ? `init takes this build's own module, user-handle/${KLAIM ? "klaim" : "user-handle"}.wasm`
      : cause instanceof TypeError
        ? "a global that it needs is missing, or was frozen before its first use: the cause names it"
        : "where the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src";
    // The next start takes what is built in.
    compiled = isGiven = undefined;
    throw siteError("wrong_side", "WebAssembly could not be started here", hint, { thrown: cause });
  }
  return started;
}

function needWebAssembly() {
  if (typeof WebAssembly !== "object") {
    throw siteError("wrong_side", "this runtime has no WebAssembly", "React Native's Hermes and node --jitless have none");
  }
}

// A module that a bundler imported may be of another realm, so its class tells nothing.
const toModule = (given) => (ArrayBuffer.isView(given) ? new WebAssembly.Module(given) : given);

/** `cause` is `{ thrown }`. */
const internal = (cause, mayHaveBeenApplied) =>
  Object.assign(siteError("internal", "a defect of user-handle stopped the call", undefined, cause), {
    mayHaveBeenApplied,
  });

/**
 * Runs `work` inside the module. What the module describes is thrown as an error; what the package's JavaScript found is
 * one already. Anything else is a trap: it has unwound no Rust frame, so the module's memory cannot be trusted again, and
 * all its calls are rejected.
 */
export function enter(work) {
  const running = engine;
  try {
    return work();
  } catch (thrown) {
    if (isUserHandleError(thrown)) throw thrown;
    if (!(thrown instanceof Error)) throw toError(thrown);
    const dead = running ?? engine;
    dead.dead = true;
    if (engine === dead) engine = undefined;
    for (const call of dead.pending) {
      call.error = internal({ thrown }, call.writes);
      call.race?.stop([]);
    }
    dead.pending.clear();
    throw internal({ thrown }, false);
  }
}
