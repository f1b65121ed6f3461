// The page's policy forbids WebAssembly: importing is safe, and `connect` says what to add.
import { connect, SiteError } from "./node_modules/user-handle/dist/index.js";

const expected = [
  "unsupported_runtime: WebAssembly could not be started here",
  "add 'wasm-unsafe-eval' to script-src, or import user-handle/no-wasm instead",
].join("; ");
let told = "connect threw nothing";
try {
  connect("key", null);
} catch (error) {
  told = `${error.code}: ${error.message}; ${error.hint}`;
  if (error instanceof SiteError && error.cause instanceof Error && told === expected) told = "ok";
}
document.documentElement.dataset.told = told;
