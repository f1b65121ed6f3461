// The build puts this in place of `WebAssembly.RuntimeError`.

/** A defect of the module stopped it. */
export class Trap extends Error {}
