// `cargo xtask demo`: starts the stand-in server with an SQLite file, runs the quick start against it, and leaves the console
// up until Ctrl-C.
//
//   --once     stops after the quick start
//   --port N   the port that the server listens on; otherwise 8000, or the next that is free
//   --check    only looks whether that port is free

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

/** The port that the examples and documents name. */
const USUAL_PORT = 8_000;
/** In milliseconds: how long the server may take to answer its first request, and to stop, on a machine that is busy. */
const PATIENCE = 120_000;

/** Whether nobody listens on the port, on either loopback address. */
async function isFree(port) {
  for (const host of ["127.0.0.1", "::1"]) {
    const listener = createServer().listen({ port, host });
    try {
      await once(listener, "listening");
      listener.close();
    } catch ({ code }) {
      // A machine may be without IPv6.
      if (code === "EADDRINUSE") return false;
    }
  }
  return true;
}

async function choosePort(wanted) {
  if (wanted !== undefined) {
    const port = Number(wanted);
    if (!(Number.isInteger(port) && port > 0 && port < 65_536)) throw `--port ${wanted} is no port`;
    if (await isFree(port)) return port;
    throw `port ${port} is in use; \`ss -ltnp 'sport = :${port}'\` shows by whom, without --port the demo takes one that is free`;
  }
  for (let port = USUAL_PORT; port < 65_536; port++) {
    if (!(await isFree(port))) continue;
    if (port !== USUAL_PORT) console.log(`demo: port ${USUAL_PORT} is in use, so the server takes ${port}`);
    return port;
  }
  throw `no port from ${USUAL_PORT} on is free`;
}

/** Starts a program in a process group of its own, so that Ctrl-C in the terminal reaches this process alone. */
function start(program, args, options) {
  console.log(`demo: ${[program.split("/").at(-1), ...args].join(" ")}`);
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
  return { child, exited: once(child, "exit") };
}

async function demo({ port, once: isOnce, stop }) {
  const site = `http://localhost:${port}/`;
  const folder = process.env.DEMO_FOLDER;
  mkdirSync(folder, { recursive: true });
  // A file has one server, and another demo may run.
  const database = `sqlite:${join(folder, port === USUAL_PORT ? "users.db" : `users-${port}.db`)}`;
  // By name, so that both loopback addresses are listened on: `localhost` is either.
  const flags = ["--listen", `localhost:${port}`, "--log", "warn", "--database", database];
  const { child, exited } = start(process.env.USER_HANDLE_SERVER, flags, { detached: true });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const ended = exited.then(([code, signal]) => Promise.reject(`the server stopped by itself (${code ?? signal}); what it says is above`));
  ended.catch(() => {});
  try {
    const isHealthy = () => fetch(`${site}health`, { signal: AbortSignal.timeout(1_000) }).then(({ ok }) => ok, () => false);
    for (let waited = 0; !(await Promise.race([isHealthy(), ended])); waited += 20) {
      if (stop.aborted) throw "interrupted";
      if (waited > PATIENCE) throw `${site}health did not answer with 200 within ${PATIENCE / 1_000} s`;
      await sleep(20);
    }
    const env = { ...process.env, USER_HANDLE_URL: `${site}api/`, USER_HANDLE_KLAIM_URL: `${site}klaim/` };
    const [code] = await start("node", ["examples/quickstart.mjs"], { env }).exited;
    if (isOnce || stop.aborted) return code ?? 1;
    if (code !== 0) console.error(`demo: the quick start failed (${code}); the server is still up`);
    console.log(`demo: the page is at ${site}; Ctrl-C stops the server`);
    await Promise.race([once(stop, "abort"), ended]);
    return 0;
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const killed = setTimeout(kill, PATIENCE);
      await exited;
      clearTimeout(killed);
      if (child.signalCode === "SIGKILL") console.error(`error: the server did not stop within ${PATIENCE / 1_000} s of SIGTERM and was killed`);
    }
    console.log("demo: stopped");
  }
}

try {
  const { values } = parseArgs({
    options: { once: { type: "boolean" }, port: { type: "string" }, check: { type: "boolean" } },
  });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop.abort());
  if (!values.check || values.port) {
    const port = await choosePort(values.port);
    if (!values.check) process.exitCode = await demo({ port, once: values.once, stop: stop.signal });
  }
} catch (error) {
  console.error(`error: ${error?.message ?? error}`);
  process.exitCode = 1;
}
