// run.mjs bundle: runs a bundle in a realm that has what React Native has, and no more, against the server.

import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

import { XMLHttpRequest } from "./xml-http-request.mjs";

/** What V8 gives a new realm, and Hermes or React Native lack, with where they say so. */
const MISSING = [
  // Hermes has none: https://github.com/facebook/hermes/issues/429
  "WebAssembly",
  // Library functions that Hermes lacks or got late: https://github.com/facebook/hermes/blob/main/doc/Features.md
  "FinalizationRegistry", "WeakRef", "SharedArrayBuffer", "Atomics",
];
// A new realm has none of TextEncoder, TextDecoder, URL, structuredClone, AbortSignal.any and streams, and neither gets them here:
// - TextEncoder, TextDecoder: https://github.com/facebook/hermes/issues/948
// - URL is there in React Native, with properties that throw: Libraries/Blob/URL.js
// - structuredClone: https://github.com/facebook/hermes/issues/684
// - AbortSignal.any, `reason`, and `body` of a response: neither abort-controller 3 nor whatwg-fetch 3 has them.

const told = new Promise((resolve, reject) => {
  const { console, setTimeout, clearTimeout, queueMicrotask, performance, URLSearchParams } = globalThis;
  const realm = createContext({
    console, setTimeout, clearTimeout, queueMicrotask, performance: { now: () => performance.now() }, URLSearchParams, XMLHttpRequest,
    navigator: { product: "ReactNative" }, given: process.env.MATRIX_PAGE, tell: resolve,
  });
  for (const name of MISSING) runInContext(`delete globalThis.${name}`, realm);
  // As React Native does: Libraries/Core/setUpGlobals.js
  runInContext("globalThis.window = globalThis.self = globalThis.global = globalThis", realm);
  try {
    runInContext(readFileSync(process.argv[2], "utf8"), realm);
  } catch (error) {
    reject(error);
  }
});
console.log(await told);
