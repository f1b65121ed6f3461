// Numbers, sizes and sentences, as people read them.

const encoder = new TextEncoder();

/** Groups of three digits, with a space that does not break. */
export const grouped = (number: number): string => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, "\u00a0");

/** The length as UTF-8. */
export const byteLength = (text: string): number => encoder.encode(text).length;

/** The errors' clauses begin in lower case and have no full stop; a page is read as sentences. */
export function sentence(text: string): string {
  // A path, such as `data.tags[2]`, stays as it is spelled.
  const begun = /^\S*[.[]\S/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** A time as `0.4 ms`, `12 ms` or `1.25 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`;
}

/** How long something will take, no finer than one can tell. */
export function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

/** `1 user`, `2 users`. */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** No longer than this, whole characters. */
export const shortened = (text: string, most: number): string => (text.length > most ? `${[...text].slice(0, most).join("")}…` : text);
