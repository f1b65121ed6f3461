// As ../edge.js: the module is imported, which the bundlers of workerd and edge-light understand.

import module from "./klaim.wasm?module";
import { provide } from "../webassembly.js";

provide(() => module);

export * from "./api.js";
export { default } from "./api.js";
