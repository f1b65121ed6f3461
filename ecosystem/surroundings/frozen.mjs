import assert from "node:assert/strict";
import * as api from "user-handle";
import { run } from "./program.mjs";

Object.freeze(globalThis);
if (process.version.startsWith("v18.")) {
  // It makes some globals on their first use, `fetch` among them, which is now too late.
  assert.throws(() => api.connect("key", null), {
    code: "unsupported_runtime",
    message: "WebAssembly could not be started here",
    hint: "import user-handle/no-wasm instead; the cause says why",
  });
  console.log("ok");
} else {
  console.log(await run(api, process.env.MATRIX_SERVER));
}
