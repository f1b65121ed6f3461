// Processes that measure themselves. Each contestant has its own, so that none pays for the garbage of another.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { atExit } from "../../tests/support/temporary.mjs";

/**
 * Starts `workers/<name>.mjs`, in this Node or in that of `execPath`. `first` is its first message; `ask` sends it a message
 * and resolves to its answer. Ask one at a time.
 */
export async function startWorker(name, args = {}, { execArgv = [], execPath = process.execPath } = {}) {
  const file = fileURLToPath(new URL(`../workers/${name}.mjs`, import.meta.url));
  const child = fork(file, [JSON.stringify(args)], { execArgv, execPath, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const forget = atExit(() => child.kill("SIGKILL"));
  const exited = once(child, "exit").finally(forget);
  const answer = async () => {
    const [told] = await Promise.race([
      once(child, "message"),
      exited.then(([code]) => { throw new Error(`worker ${name} ended with ${code}`); }),
    ]);
    if (told.error) throw new Error(`worker ${name}: ${told.error}`);
    return told;
  };
  const first = await answer();
  return {
    first,
    ask(message) {
      child.send(message);
      return answer();
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** In a worker: sends `first`, then answers each message with what `work` returns. */
export function answerWith(first, work) {
  process.on("disconnect", () => process.exit());
  process.on("message", async (message) => {
    try {
      process.send(await work(message));
    } catch (error) {
      process.send({ error: String(error?.stack ?? error) });
    }
  });
  process.send(first);
}

/**
 * Runs `run` and measures it, in microseconds: `cpu` is what the whole process took, its garbage collector and other threads
 * included, and `wall` the time that passed.
 */
export async function metered(run) {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  const result = await run();
  const wall = (performance.now() - wallBefore) * 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: user + system, wall, result };
}
