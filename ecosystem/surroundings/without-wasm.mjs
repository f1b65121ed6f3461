// The entries that need no WebAssembly, where there is none. Node's own `fetch` parses HTTP by WebAssembly, which it loads at its
// first request.
import { run } from "./program.mjs";

await fetch(new URLSearchParams(process.env.MATRIX_SERVER).get("baseUrl"));
delete globalThis.WebAssembly;
console.log(await run(await import("user-handle/no-wasm"), process.env.MATRIX_SERVER, await import("user-handle/klaim/no-wasm")));
