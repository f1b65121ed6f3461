// The built-in module, which is text in the JavaScript.

import { bytes, moved, text } from "user-handle:payload";

/** Reads what `built_in` of xtask/src/package.rs writes: base64 where nothing is downloaded and each start counts. */
export function decode() {
  if (IS_BASE64) return fromBase64(text);
  const decoded = new TextEncoder().encode(text);
  const own = bytes.match(/../g);
  // What each character stands for, from 256 on as the first of a pair; and what it adds as the second.
  const first = [], second = [];
  let count = 0;
  for (let code = 32; code < 127; code++) {
    const character = String.fromCharCode(code);
    const at = moved.indexOf(character);
    first[code] = at < 0 ? code : at < 3 ? 256 + at : parseInt(own[at - 3], 16);
    if (!/["'`\\$<]/.test(character)) second[code] = count++;
  }
  let length = 0;
  for (let i = 0; i < decoded.length; i++) {
    const byte = first[decoded[i]];
    decoded[length++] = byte < 256 ? byte : (byte - 256) * count + second[decoded[++i]];
  }
  return decoded.subarray(0, length);
}

/** Buffer, which server runtimes have, takes no time for it. */
function fromBase64(text) {
  const { Buffer } = globalThis;
  if (typeof Buffer?.from === "function") return Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
