#!/usr/bin/env node
// The command `user-handle-server`: runs the binary with the same flags, streams, signals and exit code.

"use strict";

const { spawn } = require("node:child_process");
const { closeSync, openSync } = require("node:fs");

const { binary } = require("./binary.js");

/** Whether Ctrl-C reaches the binary without our help: a terminal sends it to all programs that it runs. */
function hasTerminal() {
  if (process.platform === "win32") return true;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

function fail(problem) {
  console.error(`error: ${problem}`);
  process.exitCode = 1;
}

function run(program) {
  const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
  // npm sends a Ctrl-C of the terminal on as well. A second one would cut off requests.
  const forwarded = hasTerminal() ? ["SIGTERM", "SIGHUP"] : ["SIGTERM", "SIGHUP", "SIGINT"];
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) {
    process.on(signal, () => forwarded.includes(signal) && child.kill(signal));
  }
  child.on("error", (error) => fail(`cannot run ${program}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

try {
  run(binary());
} catch (error) {
  fail(error.message);
}
