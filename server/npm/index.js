// The server for programs, mostly tests. index.d.ts documents it.

"use strict";

const { spawn } = require("node:child_process");
const { randomBytes } = require("node:crypto");

const { binary } = require("./binary.js");
const { firstUrl } = require("./first-url.js");

/** What the server reads of the environment, so that others on the machine do not see keys in its flags. Those of `args` win. */
function variables({ database = "sqlite::memory:", key, secret, klaimKey, faults, rateLimit }) {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith("USER_HANDLE_"));
  return {
    ...Object.fromEntries(others),
    USER_HANDLE_LISTEN: "localhost:0",
    USER_HANDLE_DATABASE: database,
    USER_HANDLE_APP: `${key}:${secret}`,
    USER_HANDLE_KLAIM_KEY: klaimKey,
    USER_HANDLE_LOG: "error",
    USER_HANDLE_STOP_WITH_STDIN: "true",
    ...(faults !== undefined && { USER_HANDLE_FAULTS: faults }),
    ...(rateLimit !== undefined && { USER_HANDLE_RATE_LIMIT: String(rateLimit) }),
  };
}

/** Its credentials, made up where they are not given; an option that there is not is an error. */
function settingsOf(options) {
  const { database, faults, rateLimit, args = [], key = "test-key", ...more } = options;
  const { secret = randomBytes(32).toString("hex"), klaimKey = randomBytes(16).toString("hex"), ...unknown } = more;
  const [name] = Object.keys(unknown);
  if (name) throw new TypeError(`startServer has no option ${name}`);
  return { database, faults, rateLimit, args, key, secret, klaimKey };
}

async function startServer(options = {}) {
  const settings = settingsOf(options);
  const program = binary();
  // Its standard input is closed when this process ends, in whatever way, and then the server ends too.
  const child = spawn(program, settings.args, { env: variables(settings), stdio: "pipe", windowsHide: true });
  const printed = [];
  const collect = (text) => printed.push(text);
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(`cannot run ${program}: ${error.message}`));
    child.once("close", (code, signal) => resolve(`the server ended with ${signal ?? `exit code ${code}`} before it listened`));
  });
  const url = await firstUrl(child.stdout);
  if (!url) throw new Error([await ended, Buffer.concat(printed).toString().trim()].filter(Boolean).join(": "));

  child.stdout.off("data", collect);
  child.stderr.off("data", collect);
  child.stderr.on("data", (text) => process.stderr.write(text));
  const handles = [child, ...child.stdio];
  // A program that has nothing else to do ends.
  for (const handle of handles) handle.unref();
  const stop = async () => {
    for (const handle of handles) handle.ref();
    child.stdin.end();
    await ended;
  };
  const { key, secret, klaimKey } = settings;
  const server = { url, api: `${url}/api/`, klaim: `${url}/klaim/`, key, secret, klaimKey, stop };
  // Node 18 has the symbol in its later versions only.
  if (Symbol.asyncDispose) server[Symbol.asyncDispose] = stop;
  return server;
}

module.exports = { startServer };
