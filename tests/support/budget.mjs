// How large a page with a client and its five operations may be, which tests/node/size.test.mjs holds, and what is aimed at.

/** At most this share of the page on Stream's client, and at most so many bytes of brotli. Both are what there is now. */
export const SHARE = 0.85;
export const BYTES = 31_500;

/** The share that is aimed at, as DESIGN.md says. */
export const GOAL = 0.6;
