// The worker of the playground: runs one program, and tells the page what it writes and how it ends.

import { inspect } from "./inspect.js";

const MODULES = { "user-handle": "package/browser.js", "user-handle/testing": "package/testing.js" };

/** A string that is imported from; the names of the package become addresses, since a worker has no import map. */
const IMPORTED = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(user-handle(?:\/testing)?)\2/g;

const tell = (kind, text) => postMessage({ kind, text });

/** An error with what the package says of it, and the line of the program where its stack has one. */
function told(error, url) {
  if (!(error instanceof Error)) return inspect(error);
  const line = error.stack?.split(url)[1]?.match(/^:(\d+)/)?.[1];
  return [
    `${error.name}: ${error.message}`,
    error.code && `code: ${error.code}`,
    error.hint && `hint: ${error.hint}`,
    line && `line ${line} of the program`,
  ].filter(Boolean).join("\n");
}

addEventListener("message", async ({ data: { program, base } }) => {
  for (const [method, kind] of [["log", "log"], ["info", "log"], ["debug", "log"], ["warn", "problem"], ["error", "problem"]]) {
    console[method] = (...values) => tell(kind, values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  }
  const code = program.replaceAll(IMPORTED, (_, before, quote, name) => before + quote + base + MODULES[name] + quote);
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell("problem", told(event.reason, url));
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    tell("problem", told(event.error, url));
  });
  try {
    await import(/* @vite-ignore */ url);
    tell("end", "");
  } catch (error) {
    tell("problem", told(error, url));
    tell("end", "");
  }
});
