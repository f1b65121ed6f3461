// A process from its start to its first call, or to its first handle: what it took by then of CPU and of time.

import { createRequire } from "node:module";

import { getstream, ours, raw } from "../support/clients.mjs";

const { contestant, base, entry, until } = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);

/** CPU and time since the process began, in microseconds. */
function taken() {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, wall: performance.now() * 1_000 };
}

const kinds = {
  empty: async () => ({}),
  raw: async () => raw(undefined, base),
  ours: async () => ours(await import(entry), base),
  "getstream, required": async () => getstream(require("getstream"), base),
  "getstream, imported": async () => getstream((await import("getstream")).default, base),
};

const before = taken();
const { client, create } = await kinds[contestant]();
// The module starts with the first client at the latest: what is lazy is loaded here.
client?.user("ada");
const loaded = taken();
if (until === "call") await create?.("ada", { name: "Ada" });
process.send({ ...taken(), load: loaded.cpu - before.cpu, loadWall: loaded.wall - before.wall });
process.disconnect();
