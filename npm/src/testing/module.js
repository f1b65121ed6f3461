// The rules of the service: the crate `user-handle-service` as a module of its own, started on first use.

import instantiate from "user-handle:glue";
import { readOptions } from "../../../src/js/arguments.js";
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

/** The options that `names` has, with their rules: see `readOptions`. */
export function optionsOf(given, names) {
  const values = readOptions(given, names, "option ");
  if (Array.isArray(values)) throw refused(names, ...values);
  return values;
}

/** The error for an option that does not keep the rule. */
export const refused = (names, name, rule, found, cause = []) =>
  new TypeError(rules().refusedOption(name, rule, found, names), ...cause.map((thrown) => ({ cause: thrown })));
