// The package `user-handle-server` as users install it: its command, its programmatic form, and what it says where there is no
// binary.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { firstUrl } from "../../server/npm/first-url.js";
import { root } from "../support/documents.mjs";
import { packedServer, projectWith } from "../support/server-package.mjs";
import { atExit, variable } from "../support/temporary.mjs";

const run = promisify(execFile);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const tarballs = packedServer();
const project = projectWith(tarballs.server, tarballs.platform, variable("USER_HANDLE_TARBALL"));
const bare = projectWith(tarballs.server);

// The binary is that of the package for the platform; its variables would reach each server.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("USER_HANDLE_")));
delete env.NODE_TEST_CONTEXT;
for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];

const require = createRequire(join(project, "package.json"));
writeFileSync(join(project, "entry.js"), 'export * from "user-handle-server";\n');
const { startServer } = await import(pathToFileURL(join(project, "entry.js")));
const { connect } = require("user-handle");

/** What a command of the project prints, and how it ends. */
function ended(command, args, cwd = project, more = {}) {
  return run(command, args, { cwd, env: { ...env, ...more } })
    .then((printed) => ({ ...printed, code: 0 }), ({ stdout, stderr, code }) => ({ stdout, stderr, code }));
}

const cli = join(project, "node_modules/user-handle-server/cli.js");
const SERVE = ["--listen", "localhost:0", "--database", "sqlite::memory:", "--log", "error"];
const SLOW = ["--latency", "600000"];

/** The command while it serves, without a terminal: in a session of its own. */
async function serving(...flags) {
  const child = spawn(process.execPath, [cli, ...SERVE, ...flags], { env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const forget = atExit(() => process.kill(-child.pid, "SIGKILL"));
  const end = once(child, "exit").finally(forget);
  return { child, end, url: await firstUrl(child.stdout) };
}

/** Waits until nobody listens there. */
async function silence(url) {
  while (await fetch(`${url}/health`).then(() => true, () => false));
}

test("npx runs it, with its flags, what it prints, and its exit code", async () => {
  const { version } = require("user-handle-server/package.json");
  assert.deepEqual(await ended("npx", ["user-handle-server", "--version"]), { code: 0, stdout: `user-handle-server ${version}\n`, stderr: "" });
  const help = await ended("npx", ["user-handle-server", "--help"]);
  assert.match(help.stdout, /^A stand-in for Stream's users API[^]*--rate-limit <N>/);
  assert.deepEqual(await ended("npx", ["user-handle-server", "--frob"]), {
    code: 2, stdout: "", stderr: "error: unexpected argument '--frob' found; --help lists all flags\n",
  });
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} reaches it, and its exit code is passed on`, async () => {
    const { child, end, url } = await serving();
    child.kill(signal);
    assert.deepEqual(await end, [0, null]);
    await silence(url);
  });
}

/** Tells a server to stop twice; it has a request to wait for, until it is told the second time. */
async function stopsAtTheSecond({ url, end }, tell) {
  const request = fetch(`${url}/api/v1.0/user/a/?api_key=demo-key`).catch((error) => error);
  // The one that asks is under way too.
  while (!(await (await fetch(`${url}/metrics`)).text()).includes("requests_in_flight 2\n"));
  tell();
  await silence(url);
  tell();
  assert.deepEqual(await end, [130, null]);
  assert.ok((await request) instanceof TypeError);
}

test("a second signal reaches it too, and cuts off what it waits for", async () => {
  const server = await serving(...SLOW);
  await stopsAtTheSecond(server, () => server.child.kill("SIGTERM"));
});

test("each Ctrl-C of a terminal reaches it once, although npm sends it on", async () => {
  const shell = `echo "pid $$"; exec ${[process.execPath, cli, ...SERVE, ...SLOW].join(" ")}`;
  const terminal = `import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", ${JSON.stringify(shell)}])))`;
  const child = spawn("python3", ["-c", terminal], { env, stdio: ["pipe", "pipe", "inherit"] });
  const end = once(child, "exit").finally(atExit(() => child.kill("SIGKILL")));
  let printed = "";
  child.stdout.on("data", (text) => (printed += text));
  const url = await firstUrl(child.stdout);
  const pid = Number(/pid (\d+)/.exec(printed)[1]);
  await stopsAtTheSecond({ end, url }, () => {
    child.stdin.write("\x03");
    try {
      process.kill(pid, "SIGINT");
    } catch (error) {
      // The terminal's has ended it already.
      assert.equal(error.code, "ESRCH");
    }
  });
});

test("it ends by the signal that ended the binary", async () => {
  const { child, end, url } = await serving();
  const binary = execFileSync("ps", ["-o", "pid=", "--ppid", child.pid], { encoding: "utf8" });
  process.kill(Number(binary), "SIGKILL");
  assert.deepEqual(await end, [null, "SIGKILL"]);
  await silence(url);
});

test("a closed terminal ends it in order", async () => {
  const { child, end, url } = await serving();
  child.kill("SIGHUP");
  assert.deepEqual(await end, [0, null]);
  await silence(url);
});

test("a server for tests does what the hosted one does", async () => {
  const server = await startServer();
  const client = connect(server.key, server.secret, undefined, { baseUrl: server.api });
  const ada = client.user("ada");
  await ada.create({ name: "Ada" });
  await ada.getOrCreate();
  await ada.update({ name: "Ada Lovelace" });
  assert.deepEqual((await ada.get()).data, { name: "Ada Lovelace" });
  await ada.delete();
  await assert.rejects(ada.get(), { code: "not_found" });

  const klaim = require("user-handle/klaim").connect(server.klaimKey, { baseUrl: server.klaim });
  await klaim.user("ada@example.com").getOrCreate({ email: "ada@example.com" });
  await server.stop();
  await server.stop();
  await silence(server.url);
});

test("servers side by side have users, limits and faults of their own", async () => {
  const required = require("user-handle-server").startServer;
  const servers = await Promise.all([required({ rateLimit: 1 }), startServer({ faults: "seed=1,rate=1,kinds=503" }), startServer()]);
  after(() => Promise.all(servers.map((server) => server.stop())));
  const codes = servers.map(async ({ key, secret, api }) => {
    const client = connect(key, secret, undefined, { baseUrl: api, retries: 0 });
    const created = await client.user("ada").create().catch(({ code }) => code);
    const again = await client.user("ada").create().catch(({ code }) => code);
    return [created.id ?? created, again];
  });
  assert.deepEqual(await Promise.all(codes), [["ada", "rate_limited"], ["server_error", "server_error"], ["ada", "conflict"]]);
});

test("what it was given is kept, in the file and in what it says", async () => {
  const options = { database: `sqlite:${join(project, "users.db")}`, key: "k", secret: "s".repeat(40), klaimKey: "k2" };
  for (const code of [undefined, "conflict"]) {
    const { key, secret, klaimKey, api, stop } = await startServer(options);
    assert.deepEqual([key, secret, klaimKey], [options.key, options.secret, options.klaimKey]);
    const failed = await connect(key, secret, undefined, { baseUrl: api }).user("ada").create().then(() => {}, (error) => error.code);
    assert.equal(failed, code);
    await stop();
  }
});

test("a server that cannot start says why", async () => {
  const { url, stop } = await startServer();
  await assert.rejects(startServer({ args: ["--listen", new URL(url).host] }), {
    message: /^the server ended with exit code 1 before it listened: error: cannot listen on .*; choose another with --listen$/,
  });
  await stop();
  await assert.rejects(startServer({ rateLimit: -1 }), { message: /^the server ended with exit code 2 before it listened: error: .*--rate-limit/ });
  await assert.rejects(startServer({ datbase: "x" }), { name: "TypeError", message: "startServer has no option datbase" });
});

test("options that are not what they must be are refused by name, before anything is started", async () => {
  for (const [options, message] of [
    [null, "the options of startServer must be an object"],
    ["test-key", "the options of startServer must be an object"],
    [{ key: "a:b" }, "key must not have a colon or a comma"],
    [{ key: "a,b" }, "key must not have a colon or a comma"],
    [{ key: null }, "key must be a string"],
    [{ secret: "x,y:z" }, "secret must not have a comma"],
    [{ secret: 1 }, "secret must be a string"],
    [{ klaimKey: null }, "klaimKey must be a string"],
    [{ database: null }, "database must be a string"],
    [{ faults: {} }, "faults must be a string"],
    [{ rateLimit: null }, 'rateLimit must be a number or "stream"'],
    [{ args: "--open" }, "args must be an array of strings"],
    [{ args: ["--latency", 80] }, "args must be an array of strings"],
    [{ args: ["--app", "k2:s2"] }, "args must not have --app: the options key and secret say it"],
    [{ args: ["--open", "--app=k2:s2"] }, "args must not have --app: the options key and secret say it"],
    [{ args: ["--klaim-key", "other"] }, "args must not have --klaim-key: the option klaimKey says it"],
    [{ args: ["--help"] }, "args must not have --help: the server would print it and end"],
    [{ args: ["-V"] }, "args must not have -V: the server would print it and end"],
  ]) {
    // One that is started all the same must not outlive the test.
    const started = startServer(options).then(({ stop }) => stop());
    await assert.rejects(started, { name: "TypeError", message }, JSON.stringify(options));
  }
});

test("`await using` stops it, where there is that", async () => {
  const server = await startServer();
  assert.equal(server[Symbol.asyncDispose], server.stop);
  await server[Symbol.asyncDispose]();
  await silence(server.url);
});

test("its types are there for both kinds of modules", async () => {
  const program = `import { connect } from "user-handle";
    import { startServer, type Server, type ServerOptions } from "user-handle-server";
    export async function start(options: ServerOptions): Promise<Server> {
      const server = await startServer({ rateLimit: "stream", args: ["--open"], ...options });
      connect(server.key, server.secret, undefined, { baseUrl: server.api });
      return server;
    }`;
  for (const name of ["types.mts", "types.cts"]) writeFileSync(join(project, name), program);
  const flags = ["--strict", "--noEmit", "--skipDefaultLibCheck", "--target", "es2022", "--lib", "es2022,dom", "--module", "nodenext"];
  const { stdout } = await ended(process.execPath, [tsc, ...flags, "types.mts", "types.cts"]);
  assert.equal(stdout, "");
});

for (const [how, last] of [["when it has nothing more to do", ""], ["when it is killed", 'process.kill(process.pid, "SIGKILL");']]) {
  test(`a server ends with its program, ${how}`, async () => {
    writeFileSync(join(project, "program.js"), `import { startServer } from "user-handle-server";\nconsole.log((await startServer()).url);\n${last}\n`);
    const { stdout, stderr } = await ended(process.execPath, ["program.js"]);
    assert.equal(stderr, "");
    await silence(stdout.trim());
  });
}

const platform = `${process.platform}-${process.arch}`;

/** Texts for where there is no binary, as the command has them; those of the other form are the same. */
async function says(message, cwd, more) {
  const path = join(cwd, "node_modules/user-handle-server");
  const command = await ended(process.execPath, [join(path, "cli.js"), "--version"], cwd, more);
  assert.deepEqual(command, { code: 1, stdout: "", stderr: `error: ${message}\n` });
  const start = `require(${JSON.stringify(path)}).startServer().catch((error) => console.log(error.message))`;
  assert.equal((await ended(process.execPath, ["--eval", start], cwd, more)).stdout, `${message}\n`);
}

test("where the optional dependency was left out, it says so", () => says(
  `the package user-handle-server-${platform}, which holds the binary, is not installed: install again without --omit=optional ` +
  "and on this platform, or name a binary in the variable USER_HANDLE_SERVER",
  bare,
));

test("on a platform without a binary, it says what to do", async () => {
  const file = join(bare, "plan9.cjs");
  writeFileSync(file, 'Object.defineProperty(process, "platform", { value: "plan9" });\n');
  await says(
    `user-handle-server has no binary for plan9 ${process.arch}: run \`cargo install user-handle-server\`, and name the program that ` +
    "it installs in the variable USER_HANDLE_SERVER",
    bare, { NODE_OPTIONS: `--require ${file}` },
  );
  rmSync(file);
});

test("the containers set what the server knows", async () => {
  const { stdout } = await ended("npx", ["user-handle-server", "--help"]);
  const texts = ["Dockerfile", "compose.yaml"].map((name) => readFileSync(join(root, name), "utf8"));
  const named = texts.flatMap((text) => text.match(/USER_HANDLE_\w+/g));
  assert.deepEqual(named.filter((name) => !stdout.includes(`[env: ${name}`)), []);
  // As in the image, but for the port, which may be taken.
  const [, ...set] = /^ENV (\S+) (\S+)$/m.exec(texts[0]);
  const app = { USER_HANDLE_APP: "my-key:my-secret", USER_HANDLE_DATABASE: "sqlite::memory:" };
  const variables = { ...Object.fromEntries(set.map((each) => each.split("="))), ...app, USER_HANDLE_LISTEN: "0.0.0.0:0" };
  const child = spawn(process.execPath, [cli, "--log", "error"], { env: { ...env, ...variables }, stdio: ["ignore", "pipe", "inherit"] });
  const end = once(child, "exit").finally(atExit(() => child.kill("SIGKILL")));
  assert.match(await firstUrl(child.stdout), /^http:\/\/0\.0\.0\.0:\d+$/);
  child.kill("SIGTERM");
  assert.deepEqual(await end, [0, null]);
});

test("a variable names another binary", async () => {
  const file = join(bare, "package.json");
  const binary = join(project, "node_modules", `user-handle-server-${platform}`, "bin/user-handle-server");
  const command = await ended(process.execPath, [join(bare, "node_modules/user-handle-server/cli.js"), "--version"], bare, { USER_HANDLE_SERVER: binary });
  assert.match(command.stdout, /^user-handle-server \d/);
  await says("the variable USER_HANDLE_SERVER names nothing-there, which is not a file", bare, { USER_HANDLE_SERVER: "nothing-there" });
  await says(`cannot run ${file}: spawn ${file} EACCES`, bare, { USER_HANDLE_SERVER: file });
});
