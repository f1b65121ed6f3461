// A process from its start to its first call: what it took by then of CPU and of time.

import { createRequire } from "node:module";

import { importApi } from "../support/apis.mjs";
import { contestants } from "../support/clients.mjs";

const { contestant, base, entry } = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);

/** CPU and time since the process began, in microseconds. */
function taken() {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, wall: performance.now() * 1_000 };
}

/** getstream loads faster with `require`. */
const apiOf = (name) => (name === "getstream" ? require("getstream") : importApi(name, entry));

const before = taken();
// "empty" has no client and makes no call: it is Node alone.
const made = contestants[contestant]?.(await apiOf(contestant), base);
// The module starts with the first client at the latest: what is lazy is loaded here.
made?.client?.user("ada");
const loaded = taken();
await made?.create("ada", { name: "Ada" });
process.send({ ...taken(), load: loaded.cpu - before.cpu });
process.disconnect();
