// `cargo xtask load`: how much the server bears. Reads and writes over many users, sent by `wrk`, then many connections at
// once; the numbers go to docs/evidence/load.md. It needs Linux, whose /proc says what a process has used.
//
//   --users N         users in the database
//   --pages           only the pages of the list of users; nothing is written to docs/evidence/load.md
//   --against FILE    only the requests and the connections, in turns with another build of the server, which has a database of
//                     its own; nothing is written
//   --rounds N        turns with that one
//   --seconds N       how long each kind of request is sent
//   --connections N   connections that requests come on
//   --burst N         connections that are opened at once at the end

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { firstUrl } from "../../server/npm/first-url.js";
import { freePort, listening } from "../../ecosystem/support/port.mjs";
import { startServer } from "../support/server.mjs";
import { atExit, temporaryFolder, variable } from "../support/temporary.mjs";
import { atOnce } from "./burst.mjs";
import { compared } from "./compared.mjs";
import { pagesOf } from "./pages.mjs";
import { most, usage } from "./usage.mjs";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "20" },
    connections: { type: "string", default: "32" },
    burst: { type: "string", default: "10000" },
    pages: { type: "boolean", default: false },
    against: { type: "string" },
    rounds: { type: "string", default: "3" },
  },
});
const numbers = ["users", "seconds", "connections", "burst", "rounds"].map((name) => Number(values[name]));
const [users, seconds, connections, burst, rounds] = numbers;

const APP = "demo-key:secret-of-the-load";
const USER_PATH = "/api/v1.0/user/u%d/?api_key=demo-key";

/** Its version, and how many users it has: it looks at all of them for each request. */
const JSON_SERVER = "0.17.4";
const FEW = 1_000;

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const token = execFileSync(variable("USER_HANDLE_SERVER"), ["token", "--app", APP], { encoding: "utf8" }).trim();
mkdirSync(path("target/load"), { recursive: true });

/** Starts a build of the server, with the users of the load; what an earlier run has created is used again. */
async function started(program, database) {
  const server = await startServer("", path(`target/load/${database}-${users}.db`), ["--app", APP], {}, program);
  await fill(server);
  return server;
}

function dataOf(n) {
  return { name: `User ${n}`, image: `https://example.com/images/${n}.png`, likes: ["tea", "rust"], n };
}

/** Creates the users, unless they are there. */
async function fill(server) {
  const call = (to, init) => fetch(`${server.api}v1.0/${to}?api_key=demo-key`, { ...init, headers: { Authorization: token } });
  if ((await call(`user/u${users - 1}/`)).ok) return;
  console.log(`load: creating ${users} users`);
  for (let first = 0; first < users; first += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, users - first) }, (_, index) => {
      const n = first + index;
      return { id: `u${n}`, data: dataOf(n) };
    });
    const answer = await call("users/", { method: "POST", body: JSON.stringify({ users: batch }) });
    if (answer.status !== 201) throw new Error(`creating users was answered with ${answer.status}`);
    await answer.arrayBuffer();
  }
}

/** What `wrk` and the system say of a script's requests: times in milliseconds, CPU in microseconds for each request. */
function measured({ name, script, among = users, path: asked = USER_PATH, pause = 0 }, { url, pid }) {
  console.log(`load: ${name}, ${seconds} s`);
  const before = usage(pid);
  // Different ids of created users in every run, because the database is kept.
  const run = Date.now();
  const env = { ...process.env, LOAD_TOKEN: token, LOAD_USERS: among, LOAD_RUN: run, LOAD_PATH: asked, LOAD_PAUSE: pause };
  const args = ["--threads", 2, "--connections", connections, "--timeout", "10s", "--duration", `${seconds}s`];
  const output = execFileSync("wrk", [...args, "--script", path(`tests/load/${script}`), url].map(String), {
    cwd: path("."), env, encoding: "utf8",
  });
  const said = /^LOAD (.*)$/m.exec(output)?.[1].split(" ").map(Number);
  if (!said) throw new Error(`wrk printed no result: ${output}`);
  const [requests, micros, p50, p99, failed] = said;
  const { cpu, memory } = usage(pid);
  return {
    name, requests, failed, memory, perSecond: (requests * 1e6) / micros, cpu: ((cpu - before.cpu) * 1e6) / requests,
    p50: p50 / 1e3, p99: p99 / 1e3,
  };
}

function rowOf({ name, requests, failed, memory, perSecond, cpu, p50, p99 }) {
  const ms = (time) => `${time.toFixed(2)} ms`;
  return `| ${name} | ${Math.round(perSecond)} | ${Math.round(cpu)} µs | ${ms(p50)} | ${ms(p99)} | ${failed} of ${requests} | ${memory} MB |`;
}

const READS = { name: "GET by id", script: "reads.lua" };
/** What is sent after the reads at full speed, of which there were so many a second. */
const others = (perSecond) => [
  // So that all connections together ask for half as much.
  { ...READS, name: "GET by id, about half as many", pause: Math.round((2_000 * connections) / perSecond) },
  { name: "mixed writes", script: "writes.lua" },
  { name: "batches of 100 users", script: "batches.lua" },
];

/** Starts another program, and measures reads of users from it; gives the row of the table. */
async function peer(name, command, args, port, more) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const forget = atExit(() => child.kill("SIGKILL"));
  const exited = once(child, "exit").finally(forget);
  const url = port ? `http://localhost:${port}` : await firstUrl(child.stdout);
  child.stdout.resume();
  if (port) await listening(port);
  const row = rowOf(measured({ ...READS, ...more, name }, { url, pid: child.pid }));
  child.kill("SIGKILL");
  await exited;
  return row;
}

/** What others take for the same: HTTP alone, and a server of JSON files that is often used in tests. */
async function peers() {
  const file = `${temporaryFolder()}/db.json`;
  writeFileSync(file, JSON.stringify({ users: Array.from({ length: FEW }, (_, n) => ({ id: `u${n}`, ...dataOf(n) })) }));
  execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", path("target/load"), `json-server@${JSON_SERVER}`]);
  const port = await freePort();
  const jsonServer = [path("target/load/node_modules/json-server/lib/cli/bin.js"), "--quiet", "--port", port, file];
  return [
    await peer("a bare `hyper` that answers with one user", variable("USER_HANDLE_BARE_HYPER"), []),
    await peer(`\`json-server\` ${JSON_SERVER} with ${FEW} users`, process.execPath, jsonServer, port, { among: FEW, path: "/users/u%d" }),
  ];
}

async function burstOf(server) {
  console.log(`load: ${burst} connections at once`);
  return atOnce(server, burst, token);
}

const server = await started(variable("USER_HANDLE_SERVER"), "users");
if (values.against) {
  const other = await started(resolve(values.against), "others");
  const work = async (one) => {
    const full = measured(READS, one);
    return { rows: [full, ...others(full.perSecond).map((what) => measured(what, one))], burst: await burstOf(one), most: most(one.pid) };
  };
  console.log(`\n${await compared({ server, other, rounds, work })}`);
  process.exit(Math.max(await server.stop(), await other.stop()));
}
const listed = await pagesOf(server, users, token);
if (values.pages) {
  console.log(listed);
  process.exit(await server.stop());
}
const full = measured(READS, server);
const rows = [full, ...others(full.perSecond).map((what) => measured(what, server))].map(rowOf).concat(await peers());
const { opened, one, answered, memory } = await burstOf(server);
const peak = most(server.pid);
await server.stop();

const report = `# Load

Made by \`cargo xtask load\`, on a machine with two cores that others used at the same time, and with the load
generator (\`wrk\`) on the same two: so these are what it did at least, and the CPU per request is the number to
compare. The database is an SQLite file with ${String(users).replaceAll(/\B(?=(\d{3})+$)/g, " ")} users, every write is on disk before it is answered.

## ${connections} connections, ${seconds} s each

| requests | per second | CPU of the server per request | p50 | p99 | failed | memory |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Of ten writes five update a user, three create one, one is a \`getOrCreate\` of one that exists, one deletes one. A batch replaces
users that exist. The last two rows are reads by id from others: what HTTP alone takes, and a server of JSON files.

## Pages of 100 users

One request at a time, of \`GET /admin/users\`.

${listed}

## ${burst} connections at once

| opened in | a GET on one more | then answered on | memory |
|---|---|---|---|
| ${opened.toFixed(2)} s | ${one.toFixed(1)} ms | ${answered} of ${burst} | ${memory} MB |

The most memory that the server had in the whole run: ${peak} MB.
`;
console.log(`\n${report}`);
writeFileSync(path("docs/evidence/load.md"), report);
