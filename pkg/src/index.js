// Everywhere but on the edge: the module is built in, so that there is nothing to fetch, to read or to configure.

import payload from "user-handle:payload";
import { provide } from "./load.js";

provide(() => decode(payload));

/** Reads what xtask/src/payload.rs writes. */
function decode(text) {
  const alphabet = [...Array(95)].map((_, i) => String.fromCharCode(32 + i)).filter((c) => !"\"'`\\$<".includes(c));
  const singles = alphabet.length - 2;
  const order = text.slice(0, 2 * singles).match(/../g).map((hex) => parseInt(hex, 16));
  for (let byte = 0; byte < 256; byte++) if (!order.includes(byte)) order.push(byte);
  const rank = Object.fromEntries(alphabet.map((character, i) => [character, i]));
  const bytes = [];
  for (let i = 2 * singles; i < text.length; i++) {
    const first = rank[text[i]];
    bytes.push(order[first < singles ? first : singles * (first - singles + 1) + rank[text[++i]]]);
  }
  return Uint8Array.from(bytes);
}

export * from "./api.js";
