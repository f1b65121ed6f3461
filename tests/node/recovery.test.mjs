// A trap inside the module, which no input is known to cause: it costs the calls that run, and nothing else.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, describe, test } from "node:test";

import { isWasm } from "../support/form.mjs";
import { watchInstances } from "../support/memory.mjs";
import { fresh, project } from "../support/package.mjs";
import { record, recordOf, startRecorder } from "../support/recorder.mjs";
import { failure } from "../support/refusal.mjs";
import { functions, importTrapped, trapped } from "../support/trapped.mjs";

const recorder = await startRecorder();
after(() => recorder.stop());
afterEach(() => {
  recorder.answer = () => ({});
  recorder.requests.length = 0;
});

// Not signed: nobody here looks at the signature.
const TOKEN = "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30";
/** A function inside the module that only `addUsers` calls. */
const BATCH = "idHashes";

/** A client on a module in which `addUsers` traps. */
async function trapping(face) {
  const api = await trapped(BATCH, face);
  return { api, client: api.connect("key", TOKEN, undefined, { baseUrl: recorder.api }) };
}

/** `internal`; of a write in flight nobody knows how far it had come, and the call that trapped had sent nothing. */
function assertInternal(api, error, wasInFlight = false) {
  assert.ok(error instanceof api.SiteError, String(error));
  const { code, mayHaveBeenApplied, retryable, message } = error;
  assert.deepEqual({ code, mayHaveBeenApplied, retryable, message }, {
    code: "internal", mayHaveBeenApplied: wasInFlight, retryable: false, message: "a defect of user-handle stopped the call",
  });
}

for (const face of ["import", "require"]) {
  describe(face, () => {
    test("the call that traps, and those in flight, reject with internal; the next works", async () => {
      const { api, client } = await trapping(face);
      recorder.answer = () => "silence";
      const arrived = recorder.arrived();
      const inFlight = [failure(() => client.user("ada").update({})), failure(() => client.user("ada").delete())];
      await arrived;

      const error = await failure(() => client.addUsers([{ id: "ada", data: {} }]));
      assertInternal(api, error);
      assert.equal(error.cause instanceof WebAssembly.RuntimeError, isWasm);
      assert.equal(error.cause.message, "unreachable");
      for (const lost of await Promise.all(inFlight)) assertInternal(api, lost, true);

      recorder.answer = () => ({ body: record("ada", { after: "the trap" }) });
      assert.deepEqual((await client.user("ada").create({})).data, { after: "the trap" });
    });

    test("as often as it happens", async () => {
      const { api, client } = await trapping(face);
      const user = client.user("ada");
      for (let round = 0; round < 10; round += 1) {
        assertInternal(api, await failure(() => client.addUsers([{ id: "ada", data: {} }])));
        await user.create({ round });
        assert.deepEqual(JSON.parse(recorder.requests.at(-1).body), { id: "ada", data: { round } });
      }
    });

    test("the client keeps its token, its listeners and its handles; other clients live on", async () => {
      const { api, client } = await trapping(face);
      const other = api.connect("other", null, undefined, { baseUrl: recorder.api });
      const { currentUser } = client;
      const heard = [];
      client.on("request", ({ operation }) => heard.push(operation));
      assertInternal(api, await failure(() => client.addUsers([{ id: "ada", data: {} }])));
      assert.equal(client.userId, "ada");
      assert.equal(client.currentUser, currentUser);
      await currentUser.update({ a: 1 });
      await client.user("ada").getOrCreate({ a: 1 });
      await other.user("eve").create();
      assert.deepEqual(heard, ["update", "getOrCreate"]);
      assert.deepEqual(recorder.requests.map(({ query, headers }) => [query.api_key, headers.authorization]), [
        ["key", TOKEN], ["key", TOKEN], ["other", undefined],
      ]);
    });

    test("a client that is disposed after the trap of another call is disposed", async () => {
      const { client } = await trapping(face);
      await failure(() => client.addUsers([{ id: "ada", data: {} }]));
      client[Symbol.dispose]();
      assert.equal((await failure(() => client.user("ada").create())).code, "not_connected");
    });
  });
}

test("a trap in any function that is exported leaves no call pending and ends no process", async () => {
  const stopped = new Set();
  for (const name of functions()) {
    try {
      const api = await trapped(name);
      const client = api.connect("key", () => TOKEN, undefined, { baseUrl: recorder.api });
      const calls = [
        client.user("ada").create({ a: [1, "é"] }), client.user("ada").get(), client.addUsers([{ id: "ada", data: {} }]), client.getUsers(["a"]),
        client.user("ada").update({}, { signal: AbortSignal.timeout(50) }),
      ];
      const outcomes = await Promise.allSettled(calls);
      for (const { reason } of outcomes.filter(({ status }) => status === "rejected")) throw reason;
      client[Symbol.dispose]();
    } catch (error) {
      // `getUsers` is answered with a record, which is no list of users.
      if (error.code === "invalid_response") continue;
      stopped.add(name);
      assert.ok(["internal", "unsupported_runtime"].includes(error.code), `${name}: ${error.stack}`);
    }
  }
  assert.ok(stopped.has(BATCH) && stopped.has("streamsession_new") && stopped.has("runningcall_advance"), [...stopped].join());
});

test("a process whose module trapped ends by itself, in silence", async () => {
  writeFileSync(join(project, "trapping.js"), `
    ${importTrapped(BATCH)}
    const answer = async () => new Response('{"id":"ada","data":{}}');
    const client = connect("key", "${TOKEN}", undefined, { fetch: answer });
    const calls = [client.user("ada").update({}), client.addUsers([{ id: "ada", data: {} }]), client.user("ada").update({})];
    const codes = await Promise.all(calls.map((call) => call.then(() => "done", ({ code }) => code)));
    await client.user("ada").create();
    console.log(codes.join());
  `);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["trapping.js"], { cwd: project, encoding: "utf8" });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  // What ran when the module trapped is lost with it; what was called after it is not.
  assert.equal(stdout, "internal,internal,done\n");
});

describe("memory", () => {
  const started = [];
  after(watchInstances(started));

  const answer = (url, { body }) => ({ ...recordOf({ path: new URL(url).pathname, body }), data: { text: "x".repeat(1000) } });
  const opened = async () => {
    const api = await fresh();
    const client = api.connect("key", "secret", undefined, { fetch: async (...request) => Response.json(answer(...request)) });
    const { memory, __wbindgen_externrefs: table } = started.at(-1);
    return { client, size: () => ({ bytes: memory.buffer.byteLength, references: table.length }) };
  };

  test("100 000 handles that are never freed take nothing of the module", async () => {
    const { client, size } = await opened();
    const handles = [client.user("warm")];
    const before = size();
    for (let n = 0; n < 100_000; n += 1) handles.push(client.user(`user-${n}`));
    assert.deepEqual(size(), before);
    assert.equal(handles.length, 100_001);
  });

  test("2 000 calls, refusals and aborts among them, leave it as large as 200 did", async () => {
    const { client, size } = await opened();
    const data = { text: "y".repeat(5000) };
    const round = async (calls) => {
      for (let n = 0; n < calls; n += 1) {
        const user = client.user(`user-${n}`);
        await user.create(data);
        await failure(() => user.update({ a: [NaN] }));
        await failure(() => user.get({ signal: AbortSignal.abort() }));
      }
    };
    await round(200);
    const before = size();
    await round(2000);
    assert.deepEqual(size(), before);
  });
});
