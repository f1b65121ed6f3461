// The token endpoint of the examples, examples/token-endpoint.mjs, as a program of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { project } from "./package.mjs";
import { KEY, SECRET } from "./server.mjs";
import { atExit } from "./temporary.mjs";

const EXAMPLE = fileURLToPath(new URL("../../examples/token-endpoint.mjs", import.meta.url));

/** Starts it with this user signed in. */
export async function startTokens(user) {
  copyFileSync(EXAMPLE, join(project, "token-endpoint.mjs"));
  const env = { ...process.env, STREAM_KEY: KEY, STREAM_SECRET: SECRET, SIGNED_IN: user, PORT: "0" };
  const child = spawn(process.execPath, ["token-endpoint.mjs"], { cwd: project, env, stdio: ["ignore", "pipe", "inherit"] });
  const forget = atExit(() => child.kill("SIGKILL"));
  const exited = once(child, "exit").finally(forget);
  const [line] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    exited.then(([code]) => Promise.reject(new Error(`the token endpoint ended with ${code}`))),
  ]);
  return {
    /** The origin; the endpoint is at `/token`. */
    url: new URL(/http:\S+/.exec(line)[0]).origin,
    async stop() {
      child.kill();
      await exited;
    },
  };
}
