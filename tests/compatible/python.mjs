// Stream's Python client, in a process of its own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { variable } from "../support/temporary.mjs";

const PROGRAM = fileURLToPath(new URL("python_sdk.py", import.meta.url));

/** The version that is installed of it. */
export function pythonVersion() {
  const [, version] = /^stream-python==(\S+)$/m.exec(run("-m", "pip", "freeze"));
  return version;
}

/** What each operation comes to, by its name; `kind` is `sync` or `async`. */
export function python(kind, { url, key, secret }) {
  const lines = run(PROGRAM, kind, url, key, secret).trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.length > 0);
  return Object.fromEntries(lines.map(({ operation, ...outcome }) => [operation, outcome]));
}

const run = (...words) => execFileSync(variable("USER_HANDLE_PYTHON"), words, { encoding: "utf8" });
