import * as api from "./node_modules/user-handle/dist/index.js";
import { run } from "./program.mjs";

// A window cannot be frozen; this is as near as it gets.
Object.preventExtensions(Object.getPrototypeOf(globalThis));
for (const name of ["fetch", "WebAssembly", "Promise", "Headers", "AbortController", "TextDecoder", "setTimeout"]) {
  Object.defineProperty(globalThis, name, { writable: false, configurable: false });
}
document.documentElement.dataset.told = await run(api, location.search);
