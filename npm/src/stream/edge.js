// workerd and edge-light compile no bytes at run time: the module is imported, which their bundlers understand.

import module from "./user-handle.wasm?module";
import { provide } from "../webassembly.js";

provide(() => module);

export * from "./api.js";
export { default } from "./api.js";
