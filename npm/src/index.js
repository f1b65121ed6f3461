// Everywhere but on the edge: the module is built in, so that there is nothing to fetch, to read or to configure.

import { decode } from "./payload.js";
import { compileAhead, isWorkerd, provide } from "./webassembly.js";

provide(decode);
// A bundler that cannot import the module, as edge.js does, has brought this file there.
if (SERVER && isWorkerd()) compileAhead();

export * from "user-handle:api";
export { default } from "user-handle:api";
