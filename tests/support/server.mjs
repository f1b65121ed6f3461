// The real server on a free port, with a fresh SQLite file.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { firstUrl } from "../../server/npm/first-url.js";
import { atExit, temporaryFolder, variable } from "./temporary.mjs";

// No error, event or text may hold either: `failure` of refusal.mjs looks for them.
export const KEY = "canary-key";
export const SECRET = "canary-secret";
export const KLAIM_KEY = "canary-klaim-key";

/** Starts the server with these further flags, such as `--rate-limit 2`, and variables; without `keys` it has the demo's alone. */
export async function startServer(
  flags = "",
  database = join(temporaryFolder(), "users.db"),
  keys = ["--app", `${KEY}:${SECRET}`].concat(flags.includes("--klaim-key") ? [] : ["--klaim-key", KLAIM_KEY]),
  variables = {},
  program = variable("USER_HANDLE_SERVER"),
) {
  const child = spawn(
    program,
    ["--listen", "localhost:0", "--database", `sqlite:${database}`, "--log", "error"]
      .concat(keys)
      .concat(flags.split(" ").filter(Boolean)),
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...variables } },
  );
  const forget = atExit(() => child.kill("SIGKILL"));
  const exited = once(child, "exit").finally(forget);
  const url = await firstUrl(child.stdout);
  if (!url) throw new Error(`the server ended with ${(await exited)[0]} before it listened`);
  return {
    url,
    pid: child.pid,
    /** What `connect` takes as `baseUrl`. */
    api: `${url}/api/`,
    /** The same, of Klaim. */
    klaim: `${url}/klaim/`,
    database,
    /** Asks it to stop, and gives its exit code. */
    async stop() {
      child.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
    /** Ends it as a crash would. */
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
