// Everywhere but on the edge: the module is built in, so that there is nothing to fetch, to read or to configure.

import { bytes, moved, text } from "user-handle:payload";
import { provide } from "./load.js";

provide(decode);

/** Reads what xtask/src/payload.rs writes. */
function decode() {
  const alphabet = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !/["'`\\$<]/.test(c));
  const own = bytes.match(/../g);
  const decoded = [];
  for (let i = 0; i < text.length; i++) {
    const at = moved.indexOf(text[i]);
    if (at < 0) decoded.push(text.charCodeAt(i));
    else if (at < own.length) decoded.push(parseInt(own[at], 16));
    else decoded.push((at - own.length) * alphabet.length + alphabet.indexOf(text[++i]));
  }
  return Uint8Array.from(decoded);
}

export * from "user-handle:api";
