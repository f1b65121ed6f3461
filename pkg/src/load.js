// Starts the WebAssembly module: synchronously, on first use, and again after a trap.

import instantiate from "user-handle:glue";
import { isUserHandleError, siteError, toError } from "./errors.js";

let source;
let compiled;
let engine;
// How many calls of ours are inside the module: where there are none, it was entered from the event loop.
let entered = 0;

/** Says where the module comes from: `load` gives its bytes, or a `WebAssembly.Module`. */
export function provide(load) {
  source = load;
}

/** Loads the module from a place of the caller's; without one, starts what is built in. */
export async function init(from) {
  if (from !== undefined && engine === undefined) {
    needWebAssembly();
    compiled = await compile(typeof from === "string" || from instanceof URL ? fetch(from) : from);
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
    const glue = instantiate(guarded(started));
    glue.initSync({ module: compiled });
    started.exports = glue;
  } catch (cause) {
    // What `init` was given may be at fault: the next start takes what is built in.
    compiled = undefined;
    throw siteError(
      "wrong_side",
      "WebAssembly could not be started here",
      cause instanceof TypeError
        ? "a global that it needs is missing, or was frozen before its first use: the cause names it"
        : "where the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src",
      { thrown: cause },
    );
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

/**
 * What the glue sees as `WebAssembly`: its instance marks itself dead, and rejects the calls in flight, when a function
 * of it throws. Whatever throws out of the module has unwound no Rust frame, so its memory cannot be trusted again.
 */
function guarded(started) {
  const guard = (run) => (...given) => {
    try {
      if (!started.dead) return run(...given);
    } catch (cause) {
      bury(started, cause);
    }
    if (entered > 0) throw internal();
    // A timer or a promise called: nobody is there to catch. The glue reads a result of some of these as a tuple.
    return [];
  };
  class Instance {
    constructor(module, imports) {
      const { exports } = new WebAssembly.Instance(module, imports);
      const entries = Object.entries(exports);
      this.exports = Object.fromEntries(entries.map(([name, it]) => [name, typeof it === "function" ? guard(it) : it]));
    }
  }
  return { Instance, Module: { [Symbol.hasInstance]: () => true } };
}

/** `cause` is `{ thrown }`. */
const internal = (cause, mayHaveBeenApplied = false) =>
  Object.assign(siteError("internal", "a defect of user-handle stopped the call", undefined, cause), {
    mayHaveBeenApplied,
  });

function bury(started, cause) {
  started.dead = true;
  if (engine === started) engine = undefined;
  for (const { reject, writes } of started.pending) reject(internal({ thrown: cause }, writes));
  started.pending.clear();
}

/** What the module describes, as an error; what the loader threw is one already, and what the glue threw is a defect. */
function ours(thrown) {
  if (isUserHandleError(thrown)) return thrown;
  return thrown instanceof Error ? internal({ thrown }) : toError(thrown);
}

/** Runs `work` inside the module; what it throws is an error of ours. */
export function enter(work) {
  entered += 1;
  try {
    return work();
  } catch (thrown) {
    throw ours(thrown);
  } finally {
    entered -= 1;
  }
}

/** The promise of `work`, which starts a call inside the module; `then` makes its result of what the call gives. */
export function run(work, writes, then = (value) => value) {
  return new Promise((resolve, reject) => {
    const { pending } = current();
    const call = { reject, writes };
    const settle = (finish) => (value) => {
      pending.delete(call);
      finish(value);
    };
    pending.add(call);
    try {
      enter(work).then(then).then(settle(resolve), settle((rejected) => reject(ours(rejected))));
    } catch (error) {
      settle(reject)(error);
    }
  });
}
