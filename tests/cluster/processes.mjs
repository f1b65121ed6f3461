// Programs of the system that a test starts and stops: on free ports of the loopback address, in a temporary folder, and
// ended by their own process ids.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, closeSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";

import { PATIENCE } from "../support/patience.mjs";
import { atExit } from "../support/temporary.mjs";

/** Between two looks at a condition, in milliseconds. */
const INTERVAL = 50;

/** Waits until `condition` is true; what it throws means that it is not yet. */
export async function until(what, condition) {
  const start = performance.now();
  let problem;
  while (performance.now() - start < PATIENCE) {
    try {
      if (await condition()) return;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  throw new Error(`waited in vain until ${what}`, { cause: problem });
}

/** Where programs are: Debian keeps some where only an administrator's PATH has them, and PostgreSQL's in a folder for each version. */
function folders() {
  const versions = "/usr/lib/postgresql";
  const numbers = existsSync(versions) ? readdirSync(versions).map(Number).sort((a, b) => b - a) : [];
  return [
    process.env.POSTGRES_BIN ?? "", ...numbers.map((number) => `${versions}/${number}/bin`),
    ...(process.env.PATH ?? "").split(delimiter), "/usr/sbin",
  ].filter(Boolean);
}

/** The path of a program, if it is installed. */
export function find(name) {
  return folders().map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The account for programs that root may not run: that of PostgreSQL, where this is root. */
export function account() {
  return process.getuid() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
}

function id(flag) {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}

/** A free port outside of the range that the system assigns by itself, so that it is still free after a restart. */
export async function freePort() {
  for (;;) {
    const port = 16_000 + Math.floor(Math.random() * 16_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(() => true, () => false);
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/** The processes that this one has started, as long as it runs. */
function childrenOf(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.split(" ").filter(Boolean).map(Number);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
    return [];
  }
}

/** The process whose id the file begins with: one that runs in the file's folder, for ids are given again. */
function namedBy(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dirname(file)) ? [pid] : [];
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return [];
  }
}

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended already.
    if (error.code !== "ESRCH") throw error;
  }
}

/** A program that can be stopped and started again. */
export class Program {
  #command;
  #arguments;
  #options;
  #pidFile;
  #child;

  /**
   * `options` are those of `spawn`; what it prints is appended to the file `log`. `pidFile` begins with the id of a process that
   * it starts and that is not its child any more.
   */
  constructor(command, args, { log, pidFile, ...options }) {
    this.#command = command;
    this.#arguments = args.map(String);
    this.#options = options;
    this.#pidFile = pidFile;
    this.log = log;
    atExit(() => this.signalAll("SIGKILL"));
  }

  start() {
    const log = openSync(this.log, "a");
    this.#child = spawn(this.#command, this.#arguments, { ...this.#options, stdio: ["ignore", log, log] });
    closeSync(log);
    this.exited = once(this.#child, "exit");
  }

  get isRunning() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its process, and all that it has started, directly or not. */
  get #pids() {
    const pids = this.isRunning ? [this.#child.pid] : [];
    if (this.#pidFile) pids.push(...namedBy(this.#pidFile));
    for (const pid of pids) pids.push(...childrenOf(pid));
    return new Set(pids);
  }

  /** Sends it to the process and all that it has started. */
  signalAll(signal) {
    for (const pid of this.#pids) signalTo(pid, signal);
  }

  /** Ends the process and all that it has started. */
  async kill() {
    this.signalAll("SIGKILL");
    await this.exited;
  }

  /** Asks the process to stop, and waits until it has. */
  async stop() {
    if (!this.isRunning) return;
    signalTo(this.#child.pid, "SIGTERM");
    await this.exited;
  }
}
