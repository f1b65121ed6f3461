import * as api from "user-handle";
import { run } from "./program.mjs";
import { refused } from "./refused.mjs";

Object.freeze(globalThis);
if (process.version.startsWith("v18.")) {
  // It makes some globals on their first use, which is now too late.
  refused(
    "WebAssembly could not be started here",
    "a global that it needs is missing, or was frozen before its first use: the cause names it",
  );
} else {
  console.log(await run(api, process.env.MATRIX_SERVER));
}
