// Which form of the module the tests of the package run on.

/** WebAssembly; or, with `USER_HANDLE_FORM=no-wasm`, the same module as JavaScript. */
export const isWasm = process.env.USER_HANDLE_FORM !== "no-wasm";
