// The rules of the service: the crate `user-handle-service` as a module of its own, started on first use.

import instantiate from "user-handle:glue";
import { decode } from "../payload.js";

let started;

/** What it exports. */
export function rules() {
  if (!started) {
    if (typeof WebAssembly !== "object") throw new TypeError("user-handle/testing needs WebAssembly, which this runtime lacks");
    const exports = instantiate();
    exports.start(new WebAssembly.Module(decode()));
    started = exports;
  }
  return started;
}

/** What `work` gives. A refusal in words is the mistake of whoever wrote the test. */
export function checked(work) {
  try {
    return work();
  } catch (thrown) {
    throw typeof thrown === "string" ? new TypeError(thrown) : thrown;
  }
}
