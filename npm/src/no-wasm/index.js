// For runtimes that have no WebAssembly or refuse it: the module is JavaScript, which the build made of it.

export * from "user-handle:api";
export { default } from "user-handle:api";
