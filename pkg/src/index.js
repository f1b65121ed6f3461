// Everywhere but on the edge: the module is built in, so that there is nothing to fetch, to read or to configure.

import { bytes, moved, text } from "user-handle:payload";
import { provide } from "./load.js";

provide(decode);

/** Reads what xtask/src/payload.rs writes. */
function decode() {
  const alphabet = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !/["'`\\$<]/.test(c));
  const single = bytes.match(/../g).map((hex) => parseInt(hex, 16));
  const codes = Object.fromEntries(alphabet.map((c) => [c, c.charCodeAt(0)]));
  [...moved].forEach((c, i) => { codes[c] = single[i]; });
  const known = new Set(Object.values(codes));
  const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !known.has(byte));
  const escapes = moved.slice(single.length);
  const decoded = [];
  for (let i = 0; i < text.length; i++) {
    const escape = escapes.indexOf(text[i]);
    decoded.push(escape < 0 ? codes[text[i]] : others[escape * alphabet.length + alphabet.indexOf(text[++i])]);
  }
  return Uint8Array.from(decoded);
}

export * from "./api.js";
