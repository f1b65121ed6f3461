// Starts the module by WebAssembly.

import instantiate from "user-handle:glue";
import { startError } from "./start-error.js";

let source;
let compiled;
/** Whether `compiled` is what `init` was given. */
let isGiven;

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

/** Compiles what the caller of `init` gives, if anything. */
export async function prepare(from) {
  // Without WebAssembly, what follows says so.
  if (from === undefined || typeof WebAssembly !== "object") return;
  try {
    compiled = await compile(typeof from === "string" || from instanceof URL ? fetch(from) : from);
    isGiven = true;
  } catch (thrown) {
    throw startError("Input", "invalid_option", "source must be, or lead to, the module's WebAssembly", undefined, thrown);
  }
}

async function compile(from) {
  const given = await from;
  if (given instanceof WebAssembly.Module) return given;
  // No `await` inside the call: for the edge, Next's development server puts the call into a function of its own.
  const bytes = typeof given?.arrayBuffer === "function" ? await given.arrayBuffer() : given;
  return WebAssembly.compile(bytes);
}

/** Starts a new, separate instance; gives its exports. */
export function begin() {
  try {
    compiled ??= toModule(source());
    const exports = instantiate();
    exports.start(compiled);
    return exports;
  } catch (cause) {
    const hint = hintAt(cause);
    // The next start takes what is built in.
    compiled = isGiven = undefined;
    throw startError("Site", "unsupported_runtime", "WebAssembly could not be started here", hint, cause);
  }
}

function hintAt(cause) {
  if (isGiven) return `init takes this build's own module, user-handle/${MODULE}.wasm`;
  // A ReferenceError where there is none; a RangeError where Chromium up to 114 compiles nothing at once on a page.
  if (/^(Range|Reference|Type)Error$/.test(cause?.name)) return `${INSTEAD}; the cause says why`;
  if (SERVER && isWorkerd()) return "workerd compiles at its start, from compatibility date 2025-06-01 on; wrangler needs none of it";
  return `add 'wasm-unsafe-eval' to script-src, or ${INSTEAD}`;
}

/** The entry that needs no WebAssembly. */
const INSTEAD = `import ${NO_WASM} instead`;

// A module that a bundler imported may be of another realm, so its class tells nothing.
const toModule = (given) => (ArrayBuffer.isView(given) ? new WebAssembly.Module(given) : given);
