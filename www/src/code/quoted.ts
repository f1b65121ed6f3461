// Text as JavaScript, TypeScript and Rust quote it.

/** A string with its quotation marks. */
export const quoted = (text: string): string => visible(JSON.stringify(text));

/** Characters that are not seen, or that turn the direction of what follows, as escapes: code is to be what it looks like. */
export const visible = (json: string): string =>
  json.replaceAll(/[\p{Cf}\u2028\u2029]/gu, (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`);
