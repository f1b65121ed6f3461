// `cargo xtask load`: how much the server bears. Reads and writes over many users, sent by `wrk`, then many connections at
// once; the numbers go to docs/evidence/load.md. It needs Linux, whose /proc says what a process has used.
//
//   --users N         users in the database
//   --pages           only the pages of the list of users, and nothing is written to docs/evidence/load.md
//   --seconds N       how long each kind of request is sent
//   --connections N   connections that reads and writes come on
//   --burst N         connections that are opened at once at the end

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { firstUrl } from "../../server/npm/first-url.js";
import { startServer } from "../support/server.mjs";
import { atExit, temporaryFolder, variable } from "../support/temporary.mjs";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "20" },
    connections: { type: "string", default: "32" },
    burst: { type: "string", default: "10000" },
    pages: { type: "boolean", default: false },
  },
});
const [users, seconds, connections, burst] = ["users", "seconds", "connections", "burst"].map((name) => Number(values[name]));

const USER_PATH = "/api/v1.0/user/u%d/?api_key=demo-key";

/** Its version, and how many users it has: it looks at all of them for each request. */
const JSON_SERVER = "0.17.4";
const FEW = 1_000;

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const token = execFileSync(variable("USER_HANDLE_SERVER"), ["token"], { encoding: "utf8" }).trim();
mkdirSync(path("target/load"), { recursive: true });
// What an earlier run has created is used again.
const server = await startServer("", path(`target/load/users-${users}.db`), []);

/** What a process has used until now. */
function usage(pid = server.pid) {
  const read = (file) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  // The name of the program, in brackets, may have spaces.
  const fields = read("stat").split(") ").at(-1).split(" ");
  const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  const megabytes = (name) => Math.floor(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(read("status"))[1]) / 1_024);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / ticks, memory: megabytes("VmRSS"), most: megabytes("VmHWM") };
}

function dataOf(n) {
  return { name: `User ${n}`, image: `https://example.com/images/${n}.png`, likes: ["tea", "rust"], n };
}

/** Creates the users, unless they are there. */
async function fill() {
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

/** Runs `wrk` with a script, and gives the requests per second and a row of the table. */
function measured(name, script, { url, pid } = server, { among = users, path: asked = USER_PATH, pause = 0 } = {}) {
  console.log(`load: ${name}, ${seconds} s`);
  const before = usage(pid);
  // Different ids of created users in every run, because the database is kept.
  const run = Math.floor(Date.now() / 1_000);
  const env = { ...process.env, LOAD_TOKEN: token, LOAD_USERS: among, LOAD_RUN: run, LOAD_PATH: asked, LOAD_PAUSE: pause };
  const args = ["--threads", 2, "--connections", connections, "--timeout", "10s", "--duration", `${seconds}s`];
  const output = execFileSync("wrk", [...args, "--script", path(`tests/load/${script}`), url].map(String), {
    cwd: path("."), env, encoding: "utf8",
  });
  const numbers = /^LOAD (.*)$/m.exec(output)?.[1].split(" ").map(Number);
  if (!numbers) throw new Error(`wrk printed no result: ${output}`);
  const [requests, micros, p50, p99, failed] = numbers;
  const { cpu, memory } = usage(pid);
  const each = Math.round(((cpu - before.cpu) * 1e6) / requests);
  const ms = (time) => `${(time / 1e3).toFixed(2)} ms`;
  const perSecond = Math.round((requests * 1e6) / micros);
  const row = `| ${name} | ${perSecond} | ${each} µs | ${ms(p50)} | ${ms(p99)} | ${failed} of ${requests} | ${memory} MB |`;
  return { perSecond, row };
}

/** Starts another program, and measures reads of users from it; gives the row of the table. */
async function peer(name, command, args, url, options) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const forget = atExit(() => child.kill("SIGKILL"));
  const exited = once(child, "exit").finally(forget);
  const address = url ?? await firstUrl(child.stdout);
  child.stdout.resume();
  while (!await fetch(address).then(() => true, () => false)) await new Promise(setImmediate);
  const { row } = measured(name, "reads.lua", { url: address, pid: child.pid }, options);
  child.kill("SIGKILL");
  await exited;
  return row;
}

/** What others take for the same: HTTP alone, and a server of JSON files that is often used in tests. */
async function peers() {
  const file = `${temporaryFolder()}/db.json`;
  writeFileSync(file, JSON.stringify({ users: Array.from({ length: FEW }, (_, n) => ({ id: `u${n}`, ...dataOf(n) })) }));
  const port = await freePort();
  const jsonServer = [path("target/load/node_modules/json-server/lib/cli/bin.js"), "--quiet", "--port", port, file].map(String);
  execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", path("target/load"), `json-server@${JSON_SERVER}`]);
  return [
    await peer("a bare `hyper` that answers with one user", variable("USER_HANDLE_BARE_HYPER"), []),
    await peer(`\`json-server\` ${JSON_SERVER} with ${FEW} users`, process.execPath, jsonServer, `http://127.0.0.1:${port}`, {
      among: FEW, path: "/users/u%d",
    }),
  ];
}

/** A port of the loopback address that nobody has. */
async function freePort() {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise((closed) => socket.close(closed));
  return port;
}

/** A connection; `get` gives the status of an answer. */
async function open() {
  const { hostname, port, host } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  const request = (id) => `GET /api/v1.0/user/${id}/?api_key=demo-key HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${token}\r\n\r\n`;
  return {
    async get(id) {
      socket.write(request(id));
      const [answer] = await once(socket, "data");
      return Number(String(answer).split(" ")[1]);
    },
    close: () => socket.destroy(),
  };
}

/** Opens very many connections, calls on one more, then on each of them; gives a row of the table. */
async function answeredAtOnce() {
  console.log(`load: ${burst} connections at once`);
  const start = performance.now();
  const opened = [];
  // Where the system drops a connection, because too many wait, it is opened a second later.
  const some = async (count) => {
    for (let each = 0; each < count; each++) opened.push(await open());
  };
  await Promise.all(Array.from({ length: 64 }, (_, share) => some(Math.floor((burst + share) / 64))));
  const took = ((performance.now() - start) / 1e3).toFixed(2);
  const before = performance.now();
  const oneMore = await open();
  const status = await oneMore.get("u0");
  const one = (performance.now() - before).toFixed(1);
  if (status !== 200) throw new Error(`with ${burst} connections open, a GET was answered with ${status}`);
  let answered = 0;
  for (const connection of opened) answered += Number((await connection.get("u1").catch(() => 0)) === 200);
  const row = `| ${took} s | ${one} ms | ${answered} of ${burst} | ${usage().memory} MB |`;
  for (const connection of [oneMore, ...opened]) connection.close();
  return row;
}

/** Reads a page of the list of users. */
async function page(query) {
  const answer = await fetch(`${server.url}/admin/users?api_key=demo-key&${new URLSearchParams(query)}`, { headers: { Authorization: token } });
  if (answer.status !== 200) throw new Error(`a page was answered with ${answer.status}`);
  return answer.json();
}

/** The `next` of the page that a user is on, or where the list is at its end, if the page has nobody. */
async function nextAfter(query) {
  for (let after; ;) {
    const { users: found, next } = await page({ ...query, limit: 1, ...(after && { after }) });
    if (found.length > 0 || !next) return next;
    after = next;
  }
}

/** Reads each kind of page fifty times; gives the rows of the table. */
async function pages() {
  console.log("load: pages of the list of users");
  const middle = `u${Math.floor(users / 2)}`;
  const after = await nextAfter({ sort: "created_at", prefix: middle });
  const kinds = [
    ["the first by `id`, with the `total`", {}],
    ["the newest, with the `total`", { sort: "-created_at" }],
    ["one in the middle, by `created_at`", { sort: "created_at", after }],
    ["those with a `prefix`, by `id`", { prefix: middle.slice(0, 4) }],
    ["a `search` that many match", { sort: "created_at", search: "tea", after }],
    ["a `search` that nobody matches: 20 000 users looked at", { sort: "created_at", search: "nobody", after }],
  ];
  const rows = [];
  for (const [name, query] of kinds) {
    const times = [];
    for (let each = 0; each < 50; each++) {
      const before = performance.now();
      await page({ limit: 100, ...query });
      times.push(performance.now() - before);
    }
    times.sort((one, other) => one - other);
    rows.push(`| ${name} | ${times[25].toFixed(1)} ms | ${times[47].toFixed(1)} ms |`);
  }
  return rows;
}

await fill();
const listed = await pages();
if (values.pages) {
  console.log(listed.join("\n"));
  process.exit(await server.stop());
}
const full = measured("GET by id", "reads.lua");
// So that all connections together ask for half as much.
const pause = Math.round((2_000 * connections) / full.perSecond);
const half = measured("GET by id, about half as many", "reads.lua", server, { pause });
const rows = [full, half, measured("mixed writes", "writes.lua")].map(({ row }) => row).concat(await peers());
const atOnce = await answeredAtOnce();
const { most } = usage();
await server.stop();

const report = `# Load

Made by \`cargo xtask load\`, on a machine with two cores that others used at the same time, and with the load
generator (\`wrk\`) on the same two: so these are what it did at least, and the CPU per request is the number to
compare. The database is an SQLite file with ${String(users).replaceAll(/\B(?=(\d{3})+$)/g, " ")} users, every write is on disk before it is answered.

## ${connections} connections, ${seconds} s each

| requests | per second | CPU of the server per request | p50 | p99 | failed | memory |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Of ten writes five update a user, three create one, one is a \`getOrCreate\` of one that exists, one deletes one. The last two rows
are reads by id from others: what HTTP alone takes, and a server of JSON files.

## Pages of 100 users

One request at a time, of \`GET /admin/users\`.

| page | p50 | p95 |
|---|---|---|
${listed.join("\n")}

## ${burst} connections at once

| opened in | a GET on one more | then answered on | memory |
|---|---|---|---|
${atOnce}

The most memory that the server had in the whole run: ${most} MB.
`;
console.log(`\n${report}`);
writeFileSync(path("docs/evidence/load.md"), report);
