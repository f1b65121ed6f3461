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

/** Flags that `args` must not have, each with why. */
const REFUSED = {
  "--app": "the options key and secret say it",
  "--klaim-key": "the option klaimKey says it",
  ...Object.fromEntries(["--help", "-h", "--version", "-V"].map((flag) => [flag, "the server would print it and end"])),
};

/** Throws where an option is not what it must be; what the server itself refuses is left to it. */
function check({ rateLimit, args, ...texts }) {
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined && typeof text !== "string") throw new TypeError(`${name} must be a string`);
  }
  // The server reads them as KEY:SECRET, with commas between applications.
  if (/[:,]/.test(texts.key)) throw new TypeError("key must not have a colon or a comma");
  if (texts.secret.includes(",")) throw new TypeError("secret must not have a comma");
  if (!["undefined", "number", "string"].includes(typeof rateLimit)) throw new TypeError('rateLimit must be a number or "stream"');
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) throw new TypeError("args must be an array of strings");
  for (const arg of args) {
    const [flag] = arg.split("=");
    if (Object.hasOwn(REFUSED, flag)) throw new TypeError(`args must not have ${flag}: ${REFUSED[flag]}`);
  }
}

/** Its credentials, made up where they are not given; an option that there is not is an error. */
function settingsOf(options) {
  if (typeof options !== "object" || options === null) throw new TypeError("the options of startServer must be an object");
  const { database, faults, rateLimit, args = [], key = "test-key", ...more } = options;
  const { secret = randomBytes(32).toString("hex"), klaimKey = randomBytes(16).toString("hex"), ...unknown } = more;
  const [name] = Object.keys(unknown);
  if (name) throw new TypeError(`startServer has no option ${name}`);
  const settings = { database, faults, rateLimit, args, key, secret, klaimKey };
  check(settings);
  return settings;
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
