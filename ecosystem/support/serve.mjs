// serve.mjs get:/path page:/path ... -- command: starts a server and asks it for each path. `get:` is fetched and is to
// answer `ok`, or a page whose first paragraph says so; `page:` is opened in Chromium under the strict policy, `inline:` under
// one that allows a framework's inline scripts, `dev:` under none. PORT in the command stands for a free port.

import { spawn } from "node:child_process";

import { visit } from "./browser.mjs";
import { freePort, listening } from "./port.mjs";
import { INLINE, STRICT, startProxy } from "./site.mjs";

const split = process.argv.indexOf("--");
const paths = process.argv.slice(2, split);
const port = await freePort();
const [program, ...args] = process.argv.slice(split + 1).map((word) => word.replaceAll("PORT", port));

// In a process group of its own, which is ended as a whole: some servers leave behind what they have started. Its input
// stays open, because some end with it.
const server = spawn(program, args, { detached: true, stdio: ["pipe", 2, 2], env: { ...process.env, PORT: port } });
process.on("exit", () => {
  try {
    process.kill(-server.pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
});
server.once("exit", (code) => {
  console.error(`the server ended with ${code}`);
  process.exit(1);
});

await listening(port);
const origin = `http://localhost:${port}`;
const behind = async (policy, path) => visit(`${await startProxy(origin, policy)}${path}`);
const ask = {
  get: async (path) => told(await (await fetch(`${origin}${path}?${process.env.MATRIX_SERVER}`)).text()),
  page: (path) => behind(STRICT, path),
  inline: (path) => behind(INLINE, path),
  dev: (path) => visit(`${origin}${path}`),
};
for (const asked of paths) {
  const [, how, path] = /^(\w+):(.*)$/.exec(asked);
  const answer = await ask[how](path);
  console.error(`${asked} tells ${answer}`);
  if (answer !== "ok") process.exit(1);
}
console.log("ok");
process.exit(0);

/** What a server-rendered page tells in its first paragraph, or all of another answer. */
function told(answer) {
  return /<p[^>]*>(.*?)<\/p>/s.exec(answer)?.[1] ?? answer;
}
