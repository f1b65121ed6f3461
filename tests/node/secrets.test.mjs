// A process that makes every call fail in every way, and prints all that it can get hold of: errors, events, handles, what
// they become as JSON and when inspected. What it printed is searched for the secrets that it had.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";

import { project } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
after(() => server.stop());

const PROGRAM = `
  import { inspect } from "node:util";
  import { connect, isUserHandleError } from "user-handle";

  const [key, secret, baseUrl] = process.argv.slice(1);
  let printed = 0;
  function print(what, value) {
    printed += 1;
    console.log(what, value);
    // A client's getters are what it is asked for: apiKey is one of them.
    const getters = value instanceof Error;
    console.log(inspect(value, { depth: Infinity, showHidden: true, getters, showProxy: true }));
    try { console.log(JSON.stringify(value)); } catch (error) { console.log(String(error)); }
    console.log(String(value), Object.entries(value ?? {}).join());
    if (value?.stack) console.log(value.stack);
    if (value?.cause) print("cause", value.cause);
  }
  async function call(what, run) {
    try { print(what, await run()); } catch (error) { print(what + " failed", error); }
  }

  const server = connect(key, secret, undefined, { baseUrl });
  const token = server.createUserToken("ada", { exp: Math.floor(Date.now() / 1000) + 600 });
  const foreign = connect(key, "other", undefined, { baseUrl }).createUserToken("ada");
  const fails = (fetch) => ({ baseUrl, fetch, retries: 0 });
  const clients = {
    server,
    token: connect(key, token, undefined, { baseUrl }),
    provider: connect(key, async () => token, undefined, { baseUrl }),
    "refused token": connect(key, foreign, undefined, { baseUrl }),
    "refused provider": connect(key, async () => foreign, undefined, { baseUrl }),
    "failing provider": connect(key, async () => { throw new Error("no token today"); }, undefined, { baseUrl }),
    "bad provider": connect(key, async () => token.slice(0, 60), undefined, { baseUrl }),
    "other key": connect(key + "-2", secret, undefined, { baseUrl }),
    "throwing fetch": connect(key, secret, undefined, fails((url) => { throw new TypeError("no route to " + url); })),
    "failing fetch": connect(key, secret, undefined, fails(async (url, init) => {
      throw Object.assign(new TypeError("failed: " + url, { cause: new Error(url) }), { url });
    })),
    "echoing answers": connect(key, secret, undefined, fails(async (url, { headers }) =>
      Response.json({ detail: "no " + headers.authorization, exception: url }, { status: 403 }))),
    "empty answers": connect(key, token, undefined, fails(async () => new Response("<html>"))),
    "nobody listens": connect(key, secret, undefined, { baseUrl: "http://127.0.0.1:8/api/", retries: 0 }),
  };
  const verbs = {
    create: (client) => client.user("ada").create({ name: "Ada" }),
    again: (client) => client.user("ada").create({ name: "Ada" }),
    getOrCreate: (client) => client.user("ada").getOrCreate(),
    get: (client) => client.user("ada").get(),
    update: (client) => client.user("ada").update({ name: "Ada Lovelace" }),
    "bad data": (client) => client.user("ada").update({ n: 1n }),
    "bad id": (client) => client.user("../x").get(),
    "bad option": (client) => client.user("ada").get({ timeout: -1 }),
    aborted: (client) => client.user("ada").get({ signal: AbortSignal.abort() }),
    late: (client) => client.user("ada").get({ timeout: 1, retries: 1 }),
    others: (client) => client.user("eve").get(),
    many: (client) => client.addUsers([{ id: "ada", data: {} }, { id: "eve" }]),
    flag: (client) => client.flagUser("ada"),
    setUser: (client) => client.setUser({ name: "Ada" }),
    delete: (client) => client.user("ada").delete(),
  };
  for (const [name, client] of Object.entries(clients)) {
    for (const event of ["request", "response", "retry", "end"]) client.on(event, (told) => print(name + " " + event, told));
    print(name, client);
    print(name + "'s user", client.user("ada"));
    print(name + "'s users", client.users);
    for (const [verb, run] of Object.entries(verbs)) await call(name + " " + verb, () => run(client));
  }
  const bad = [
    [secret], [key, { secret }], [key, token + "." + secret], [key, secret, undefined, { baseUrl: "http://" + secret + "@host/" }],
    [key, secret, undefined, { baseUrl: "https://[" + key + "]/" }], [key, secret, undefined, { browser: true }],
  ];
  for (const given of bad) await call("connect", () => connect(...given));
  await call("createUserToken", () => server.createUserToken("", { secret }));
  console.log("printed " + printed);
  clients["refused token"].user("ada").get();
`;

test("nothing that a process can print of the package holds a secret, a key or a token", () => {
  const given = ["--input-type=module", "--eval", PROGRAM, KEY, SECRET, server.api];
  // The last call's rejection is nobody's: Node prints it, and ends with 1.
  const { stdout, stderr, status } = spawnSync(process.execPath, given, { cwd: project, encoding: "utf8", maxBuffer: 1e9 });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /StreamApiError.*ada/);
  assert.ok(Number(/printed (\d+)/.exec(stdout)?.[1]) > 400, stderr);
  for (const text of [stdout, stderr]) {
    const leak = /.{0,200}(canary|eyJ[\w-]+\.[\w-]+).{0,100}/.exec(text);
    // Not as it is: this would be printed too.
    assert.ok(leak === null, leak?.[0].replaceAll(/canary-|eyJ/g, "…"));
  }
});
