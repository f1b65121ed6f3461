// The line by which the server says that it listens.

"use strict";

const { createInterface } = require("node:readline");

/** The URL that the server prints first, or undefined if its output ends without one. What it prints later is not kept. */
async function firstUrl(stdout) {
  for await (const line of createInterface(stdout)) {
    const [, url] = /listening on (http:\/\/[^\s,]+)/.exec(line) ?? [];
    if (url) {
      stdout.resume();
      return url;
    }
  }
}

module.exports = { firstUrl };
