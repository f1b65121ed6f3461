// What a process holds, and that it does not grow.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { isWasm } from "./form.mjs";

/** What the garbage collector and the pools of Node leave to chance, in bytes. */
export const NOISE = 4_000_000;
/** Places in the module's table that one more call at the same time may need: one for each call would be thousands. */
const PLACES = 256;
/** Of the module's memory. */
const PAGE = 65_536;
const CONNECTIONS = new Set(["TCPSocketWrap", "ConnectWrap"]);

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

/** Collects what a promise's end still holds a turn later, and runs what hears of it. */
export async function collectGarbage() {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}

/** Notes the exports of each instance of the module that starts, until the function that it returns is called. */
export const watchInstances = (started) => (isWasm ? watchWebAssembly(started) : watchBuffers(started));

function watchWebAssembly(started) {
  const Native = WebAssembly.Instance;
  WebAssembly.Instance = function Instance(...given) {
    const instance = new Native(...given);
    started.push(instance.exports);
    return instance;
  };
  return () => {
    WebAssembly.Instance = Native;
  };
}

/** The memory of a module that is JavaScript is an ArrayBuffer of whole pages, which a longer one replaces when it grows. */
function watchBuffers(started) {
  const Native = ArrayBuffer;
  const isMemory = (length) => length >= 2 * PAGE && length % PAGE === 0;
  globalThis.ArrayBuffer = class ArrayBuffer extends Native {
    constructor(length, options) {
      super(length, options);
      if (!isMemory(length)) return;
      if (!(length > started.at(-1)?.memory.buffer.byteLength)) started.push({ memory: {}, __wbindgen_externrefs: [] });
      started.at(-1).memory.buffer = this;
    }
  };
  return () => {
    globalThis.ArrayBuffer = Native;
  };
}

/** How much is held at a time when no call runs. */
export async function measure([exports]) {
  await collectGarbage();
  const handles = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  const { heapUsed: heap, external } = process.memoryUsage();
  return { heap, external, module: exports.memory.buffer.byteLength, references: exports.__wbindgen_externrefs.length, handles };
}

/** After the first measurement nothing grows. Connections, kept alive or made anew, are at most so many. */
export function assertFlat(measured, connections) {
  const [first, last] = [measured[0], measured.at(-1)];
  const shown = JSON.stringify(measured);
  assert.ok(last.module <= first.module, `the module's memory grew: ${shown}`);
  assert.ok(last.references <= first.references + PLACES, `the module's table of references grew: ${shown}`);
  assert.ok(last.heap <= first.heap + NOISE, `the heap grew: ${shown}`);
  assert.ok(last.external <= first.external + NOISE, `the memory outside the heap grew: ${shown}`);
  for (const [kind, count] of Object.entries(last.handles)) {
    const allowed = CONNECTIONS.has(kind) ? connections : (first.handles[kind] ?? 0);
    assert.ok(count <= allowed, `${count} of ${kind} are left, at most ${allowed} may be: ${shown}`);
  }
}

/** A line for each thing that was measured. */
export function told(measured) {
  const parts = (read) => measured.map(read).join(" ");
  return [
    `heap, in MB: ${parts(({ heap }) => (heap / 1e6).toFixed(1))}`,
    `memory outside the heap, in MB: ${parts(({ external }) => (external / 1e6).toFixed(1))}`,
    `memory of the module, in KiB: ${parts(({ module }) => module / 1024)}`,
    `references that the module holds: ${parts(({ references }) => references)}`,
    `handles at the end: ${JSON.stringify(measured.at(-1).handles)}`,
  ];
}
