// Folders and child processes that are gone when this process is, however it ends.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const cleanups = new Set();

/** Runs `cleanup` (synchronously) at the end of this process, before those that were given earlier; the function that it returns forgets it. */
export function atExit(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

process.on("exit", () => {
  for (const cleanup of [...cleanups].reverse()) cleanup();
});
for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) {
  process.once(signal, () => process.exit(128 + number));
}

/** A fresh folder, removed at exit. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "user-handle-test-"));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An environment variable that `cargo xtask test` sets. */
export function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with \`cargo xtask test\``);
  return value;
}
