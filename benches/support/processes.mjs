// Processes that measure themselves: each contestant has one of its own, so that none pays for another's garbage.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { atExit } from "../../tests/support/temporary.mjs";

/** Starts `workers/<name>.mjs`; `ask` gives what it answers to a message, one at a time. */
export async function startWorker(name, args = {}, execArgv = []) {
  const file = fileURLToPath(new URL(`../workers/${name}.mjs`, import.meta.url));
  const child = fork(file, [JSON.stringify(args)], { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] });
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

/** In a worker: answers each message with what `work` gives. */
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

/** What `run` takes of this process, its garbage collector and other threads included: microseconds of CPU and of time. */
export async function metered(run) {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  const result = await run();
  const wall = (performance.now() - wallBefore) * 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: user + system, wall, result };
}
