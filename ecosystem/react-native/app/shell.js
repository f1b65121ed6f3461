// What Hermes's own shell lacks: it has no clock, and runs what waits for a time as soon as nothing else is to be done. Nothing
// that is called here has to wait for one.

globalThis.performance ??= { now: () => Date.now() };
globalThis.setTimeout = () => 0;
globalThis.clearTimeout = () => {};
