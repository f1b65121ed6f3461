// A cluster as one would run it: etcd, two nodes with Patroni and PostgreSQL, of which one replicates synchronously, HAProxy,
// PgBouncer, and two of our servers.

import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { KEY, KLAIM_KEY, SECRET } from "../support/server.mjs";
import { temporaryFolder, variable } from "../support/temporary.mjs";
import { Program, account, find, freePort, until } from "./processes.mjs";
import * as settings from "./settings.mjs";

/** The programs, each with its package of Debian. */
const TOOLS = {
  etcd: "etcd-server", patroni: "patroni", postgres: "postgresql", psql: "postgresql", haproxy: "haproxy", pgbouncer: "pgbouncer",
};

/** What is not installed, in a sentence. */
export function missing() {
  const names = Object.keys(TOOLS).filter((name) => !find(name));
  if (names.length === 0) return undefined;
  const packages = [...new Set(names.map((name) => TOOLS[name]))].join(" ");
  return `this needs ${names.join(", ")}; as root: \`apt-get update && apt-get install -y ${packages}\``;
}

/** Gives a file or folder to the account that the programs run as. */
function own(path) {
  const { uid, gid } = account();
  if (uid !== undefined) chownSync(path, uid, gid);
  return path;
}

/** One PostgreSQL with its Patroni. */
class Node {
  constructor(name, { rest, port, program }) {
    Object.assign(this, { name, rest, port, program });
  }

  /** Asks Patroni: the status of its answer. */
  async status(path) {
    return (await fetch(`http://127.0.0.1:${this.rest}/${path}`, { signal: AbortSignal.timeout(1_000) })).status;
  }

  /** Tells Patroni something. */
  async tell(method, path, body) {
    const answer = await fetch(`http://127.0.0.1:${this.rest}/${path}`, { method, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`Patroni answered ${path} with ${answer.status}: ${await answer.text()}`);
    return answer;
  }
}

export class Cluster {
  #folder = own(temporaryFolder());
  /** Our servers, by how they find the primary. */
  #all = {};
  #tools = Object.fromEntries(Object.keys(TOOLS).map((name) => [name, find(name)]));

  /** Starts all of it, and gives it when writes are acknowledged. */
  static async start() {
    const cluster = new Cluster();
    await cluster.#start();
    return cluster;
  }

  #run(name, command, args, options) {
    return new Program(command, args, { cwd: this.#folder, log: join(this.#folder, `${name}.log`), ...account(), ...options });
  }

  #file(name, text) {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return own(path);
  }

  async #start() {
    const names = ["etcd", "peer", "restA", "restB", "postgresA", "postgresB", "database", "pooled", "web", "status", "first", "second"];
    this.ports = {};
    for (const name of names) this.ports[name] = await freePort();
    this.etcd = this.#etcd();
    this.etcd.start();
    await until("etcd answers", async () => (await fetch(`http://127.0.0.1:${this.ports.etcd}/health`)).ok);
    this.nodes = [this.#node("a", this.ports.restA, this.ports.postgresA), this.#node("b", this.ports.restB, this.ports.postgresB)];
    for (const { program } of this.nodes) program.start();
    const nodes = this.nodes.map(({ name, port, rest }) => ({ name, place: `127.0.0.1:${port}`, rest }));
    this.haproxy = this.#run("haproxy", this.#tools.haproxy, ["-db", "-f", this.#file("haproxy.cfg", settings.haproxy(this.ports, nodes))]);
    this.pgbouncer = this.#run("pgbouncer", this.#tools.pgbouncer, [this.#file("pgbouncer.ini", settings.pgbouncer(this.ports))]);
    this.haproxy.start();
    this.pgbouncer.start();
    await until("there is a primary", () => this.primary());
    await until("a stand-by replicates synchronously", () => this.isReplicated());
    await this.sql("postgres", "CREATE ROLE users LOGIN; CREATE TABLE probe (at TIMESTAMPTZ)");
    await this.sql("postgres", "CREATE DATABASE users OWNER users");
    const [one, other] = this.nodes.map(({ port }) => `127.0.0.1:${port}`);
    const places = {
      HAProxy: `127.0.0.1:${this.ports.database}/users?sslmode=disable&target_session_attrs=read-write`,
      PgBouncer: `127.0.0.1:${this.ports.pooled}/users?sslmode=disable&target_session_attrs=read-write`,
      hosts: `${one},${other}/users?sslmode=disable&target_session_attrs=read-write`,
    };
    for (const [through, place] of Object.entries(places)) {
      this.#all[through] = ["first", "second"].map((name) => this.#server(name, `postgres://users@${place}`));
    }
    await this.serve("HAProxy");
  }

  #etcd() {
    const [client, peer] = [this.ports.etcd, this.ports.peer].map((port) => `http://127.0.0.1:${port}`);
    return this.#run("etcd", this.#tools.etcd, [
      "--name", "one", "--data-dir", join(this.#folder, "etcd"), "--listen-client-urls", client, "--advertise-client-urls", client,
      "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `one=${peer}`, "--enable-v2=true",
    ]);
  }

  #node(name, rest, port) {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    own(folder);
    const programs = dirname(realpathSync(this.#tools.postgres));
    const file = this.#file(`${name}.yml`, settings.patroni({ name, folder, programs, rest, port, etcd: this.ports.etcd }));
    chmodSync(folder, 0o700);
    const program = this.#run(name, this.#tools.patroni, [file], {
      env: { ...process.env, LC_ALL: "C", HOME: folder }, pidFile: join(folder, "data/postmaster.pid"),
    });
    return new Node(name, { rest, port, program });
  }

  #server(name, database) {
    const flags = [
      "--listen", `127.0.0.1:${this.ports[name]}`, "--log", "warn", "--app", `${KEY}:${SECRET}`, "--klaim-key", KLAIM_KEY,
      "--database", database,
    ];
    const server = this.#run(`server-${name}`, variable("USER_HANDLE_SERVER"), flags, { uid: undefined, gid: undefined });
    server.url = `http://127.0.0.1:${this.ports[name]}`;
    return server;
  }

  /** The two servers that find the primary this way run, and no others. */
  async serve(through) {
    const chosen = this.#all[through];
    for (const other of Object.values(this.#all).flat()) if (!chosen.includes(other)) await other.stop();
    for (const server of chosen) if (!server.isRunning) server.start();
    this.servers = chosen;
    await until("the servers are well", () => this.isServed());
  }

  /** Whether the servers are well, and the load balancer passes on to them. */
  async isServed() {
    const answers = [...this.servers.map(({ url }) => url), this.url].map((url) => fetch(`${url}/health`));
    return (await Promise.all(answers)).every(({ status }) => status === 200);
  }

  /** What HAProxy says of each of our servers: `UP`, or `DOWN`. */
  async webServers() {
    const text = await (await fetch(`http://127.0.0.1:${this.ports.status}/;csv`)).text();
    const lines = text.split("\n").map((line) => line.split(","));
    const column = lines[0].indexOf("status");
    return Object.fromEntries(lines.filter(([proxy]) => proxy === "user_handle").map((fields) => [fields[1], fields[column]]));
  }

  /** Where the load balancer takes requests. */
  get url() {
    return `http://127.0.0.1:${this.ports.web}`;
  }

  /** Runs statements in a database as its administrator, on the primary that HAProxy finds; `limit` in milliseconds. */
  async sql(database, statements, limit = 0) {
    const args = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements];
    const env = {
      PATH: process.env.PATH, PGHOST: "127.0.0.1", PGPORT: String(this.ports.database), PGUSER: "postgres", PGDATABASE: database,
      PGSSLMODE: "disable", PGGSSENCMODE: "disable",
      // A commit that waits for a stand-by would go on when its client is gone, and keep the connection.
      PGOPTIONS: `-c statement_timeout=${limit}`,
    };
    const options = { env, timeout: limit && limit + 1_000, killSignal: "SIGKILL", maxBuffer: 2 ** 28, cwd: this.#folder };
    const { stdout, stderr } = await promisify(execFile)(this.#tools.psql, args, options);
    if (stderr) throw new Error(stderr);
    return stdout;
  }

  /** The node that is the primary, if its Patroni says so. */
  async primary() {
    for (const node of this.nodes) if ((await node.status("primary").catch(() => 0)) === 200) return node;
    return undefined;
  }

  /** The other node. */
  other(node) {
    return this.nodes.find((one) => one !== node);
  }

  /** Whether commits on the primary wait for the other node, which answers, and Patroni knows it. */
  async isReplicated() {
    const primary = await this.primary();
    if (!primary || (await this.other(primary).status("sync")) !== 200) return false;
    return (await this.sql("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", 2_000)).trim() === "1";
  }

  /** Changes settings of the cluster, and waits until both nodes have them. */
  async configure(changes) {
    const [one] = this.nodes;
    await one.tell("PATCH", "config", changes);
    const now = Date.now() / 1_000;
    for (const { rest } of this.nodes) {
      await until("Patroni has seen the settings", async () => {
        const answer = await fetch(`http://127.0.0.1:${rest}/patroni`);
        return (await answer.json()).dcs_last_seen > now + settings.LOOP_WAIT;
      });
    }
  }

  /** The end of each log. */
  logs() {
    const programs = [this.etcd, ...this.nodes.map(({ program }) => program), this.haproxy, this.pgbouncer, ...this.servers];
    return programs.map(({ log }) => `── ${log}\n${readFileSync(log, "utf8").split("\n").slice(-25).join("\n")}`).join("\n");
  }

  /** The programs with their versions. */
  async versions() {
    const asked = { patroni: "--version", etcd: "--version", postgres: "--version", haproxy: "-v", pgbouncer: "--version" };
    const names = { patroni: "Patroni", etcd: "etcd", postgres: "PostgreSQL", haproxy: "HAProxy", pgbouncer: "PgBouncer" };
    return Promise.all(Object.entries(asked).map(async ([name, flag]) => {
      const { stdout } = await promisify(execFile)(this.#tools[name], [flag]);
      return `${names[name]} ${/\d+(\.\d+)+/.exec(stdout)[0]}`;
    }));
  }

  /** Ends all of it. */
  async end() {
    for (const server of Object.values(this.#all).flat()) await server.stop();
    const rest = [...this.nodes.map(({ program }) => program), this.pgbouncer, this.haproxy, this.etcd];
    for (const program of rest) await program.kill();
  }
}
