// Starts the module that the build has made into JavaScript.

import instantiate from "user-handle:glue";
import module from "user-handle:module";
import { startError } from "../start-error.js";

/** There is nothing to take: what `init` takes elsewhere is WebAssembly. */
export async function prepare(from) {
  if (from === undefined) return;
  throw startError("Input", "invalid_option", "source must be left out: this build of the package has no WebAssembly");
}

/** Starts a new, separate instance; gives its exports. */
export function begin() {
  const exports = instantiate();
  exports.start(module);
  return exports;
}
