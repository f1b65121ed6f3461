// Many users: batches of any size, reads that share requests, and users inside activities.

import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";

import { esm as api, faces, fresh } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { assertError, failure } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([recorder.stop(), server.stop()]));
afterEach(() => {
  recorder.answer = () => ({});
  recorder.requests.length = 0;
});

const client = (options) => api.connect(KEY, SECRET, undefined, { baseUrl: server.api, ...options });
const recorded = (options) => api.connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, ...options });
const many = (count, prefix) => Array.from({ length: count }, (_, n) => ({ id: `${prefix}-${n}`, data: { n } }));
const ids = (users) => users.map(({ id }) => id);
/** Runs `calls` of a client, and gives the operations that it sent. */
async function operations(c, calls) {
  const sent = [];
  const off = c.on("request", ({ operation }) => sent.push(operation));
  await calls();
  off();
  return sent;
}

describe("batches of any size", () => {
  test("go in several requests, and come back in order", async () => {
    const c = client();
    const users = many(2_345, "any");
    const sent = await operations(c, async () => {
      const added = await c.addUsers(users);
      assert.deepEqual(ids(added.created_users), ids(users));
      assert.match(added.duration, /^\d+\.\d\dms$/);
      const found = await c.getUsers(["nobody", ...ids(users)]);
      assert.deepEqual(ids(found.users), ids(users));
      assert.deepEqual((await c.deleteUsers(ids(users))).deleted_user_ids, ids(users));
    });
    assert.deepEqual(sent.sort(), ["addUsers", "deleteUsers", "getUsers"].flatMap((it) => [it, it, it]));
  });

  test("a thousand ids that are long are cut so that no URL is too long", async () => {
    const c = client();
    const long = Array.from({ length: 500 }, (_, n) => `${"x".repeat(250)}-${n}`);
    const sent = await operations(c, async () => {
      await c.addUsers(long.map((id) => ({ id })));
      assert.equal((await c.getUsers(long)).users.length, 500);
    });
    assert.deepEqual(sent, ["addUsers", "getUsers", "getUsers", "getUsers"]);
  });

  test("nothing is sent before all are checked, and the one at fault is named", async () => {
    const users = many(1_500, "bad");
    users[1_234].data = { n: [1, NaN] };
    assertError(api, await failure(() => recorded().addUsers(users)), {
      name: "ValidationError", code: "unrepresentable_value", path: "users[1234].data.n[1]",
      text: "users[1234].data.n[1] is NaN, which JSON cannot hold",
    });
    assertError(api, await failure(() => recorded().getUsers([...ids(many(1_100, "a")), "a b"])), {
      name: "ValidationError", code: "invalid_id", path: "ids[1100]",
      text: 'ids[1100] may only hold letters, digits, - and _, but has " " at position 1',
    });
    assert.equal(recorder.requests.length, 0);
  });

  test("of several at fault, the first is named, whatever is wrong with it", async () => {
    const named = async (users) => (await failure(() => recorded().addUsers(users))).path;
    const badId = { id: "no good" }, badData = { id: "fine", data: { n: NaN } }, fine = { id: "fine" };
    assert.equal(await named([fine, badId, badData]), "users[1].id");
    assert.equal(await named([fine, badData, badId]), "users[1].data.n");
    assert.equal(await named([...Array(1_000).fill(fine), badId, badData, badId]), "users[1000].id");
    assert.equal(await named([fine, { id: "a,b" }, { id: "" }]), "users[1].id");
  });

  test("what is refused is not sent, whatever its keys look like", async () => {
    for (const [value, what] of [[NaN, "NaN"], [1n, "a BigInt"], ["\ud800", "half of a surrogate pair"]]) {
      const error = await failure(() => recorded().addUsers([{ id: "john", data: { "greeting to {name}": value } }]));
      assert.equal(error.path, 'users[0].data["greeting to {name}"]', what);
    }
    assert.equal(recorder.requests.length, 0);
  });

  test("data that is refused was read once", async () => {
    let reads = 0;
    const data = { get x() { return (reads += 1) === 1 ? NaN : 1; } };
    assert.equal((await failure(() => recorded().addUsers([{ id: "ada", data }]))).path, "users[0].data.x");
    assert.equal(reads, 1);
  });

  test("what is inside itself is found at once, not at the end of the depth that is allowed", async () => {
    let asked = 0;
    const data = { before: { toJSON: () => (asked += 1) }, rows: [[1], [2]] };
    data.rows.push({ again: data });
    for (const attempt of [() => recorded().addUsers([{ id: "ada", data }]), () => recorded().user("ada").create(data)]) {
      asked = 0;
      assert.match((await failure(attempt)).path, /data\.rows\[2\]\.again$/);
      assert.equal(asked, 1);
    }
  });

  test("the size of data is counted in bytes of the data alone", async () => {
    const text = (bytes) => "é".repeat(bytes >> 1) + "x".repeat(bytes % 2);
    const sized = (bytes) => ({ id: "x".repeat(255), data: { text: text(bytes - '{"text":""}'.length) } });
    assert.equal(Buffer.byteLength(JSON.stringify(sized(10_240).data)), 10_240);
    recorder.answer = () => ({ status: 201, body: { created_users: [] } });
    await recorded().addUsers([sized(10_240)]);
    assert.deepEqual(JSON.parse(recorder.requests.at(-1).body), { users: [sized(10_240)], override: false });
    assertError(api, await failure(() => recorded().addUsers([{ id: "fine" }, sized(10_241)])), {
      name: "ValidationError", code: "data_too_large", path: "users[1].data",
      text: "users[1].data is 10241 bytes of JSON, at most 10240 are allowed",
    });
  });

  test("a request that fails says what was stored before it", async () => {
    recorder.answer = ({ body }) =>
      body.includes("late-1000") ? { status: 403, body: { code: 17, detail: "no" } } : { status: 201, body: { created_users: [] } };
    const error = await failure(() => recorded().addUsers(many(2_500, "late")));
    assert.deepEqual([error.code, error.mayHaveBeenApplied], ["not_allowed", true]);
    assert.match(error.hint, /^the first 1000 users were stored; /);
    assert.equal(recorder.requests.length, 2, "the third is not sent");
  });

  test("an abort half way ends it with the signal's reason, be that frozen", async () => {
    const reason = Object.freeze(new Error("enough"));
    const controller = new AbortController();
    recorder.answer = ({ body }) => {
      if (body.includes("half-1000")) controller.abort(reason);
      return { status: 201, body: { created_users: [] } };
    };
    assert.equal(await failure(() => recorded().addUsers(many(2_500, "half"), false, { signal: controller.signal })), reason);
  });

  test("as many as there were, also where long ids make the requests smaller", async () => {
    // Node's own server takes no URL of this length.
    const urls = [];
    const answer = async (url) => {
      urls.push(new URL(url));
      return new Response(urls.length > 1 ? "{}" : '{"deleted_user_ids":[]}', { status: urls.length > 1 ? 403 : 200 });
    };
    const ids = Array.from({ length: 500 }, (_, n) => `${"x".repeat(250)}-${n}`);
    const error = await failure(() => recorded({ fetch: answer }).deleteUsers(ids));
    const first = urls[0].searchParams.get("ids").split(",").length;
    assert.ok(first < 500 && urls.length === 2);
    assert.match(error.hint, new RegExp(`^the first ${first} users were deleted; `));
  });
});

for (const [face, { connect }] of Object.entries(faces)) {
  describe(`${face}: reads in flight`, () => {
    const c = (options) => connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, ...options });

    test("equal ones share a request, and each caller has a record of its own", async () => {
      recorder.answer = () => ({ body: record("ada", { tags: [1], ["__proto__"]: { own: true } }) });
      const one = c();
      const handles = await Promise.all([1, 2, 3].map(() => one.user("ada").get()));
      assert.equal(recorder.requests.length, 1);
      handles[0].data.tags.push(2);
      assert.deepEqual([handles[1].data.tags, handles[2].data.tags], [[1], [1]]);
      await one.user("ada").get();
      assert.equal(recorder.requests.length, 2, "it was in flight no more");
    });

    test("those that differ, or have options of their own, do not", async () => {
      recorder.answer = ({ path }) => ({ body: record(path.split("/").at(-2)) });
      const one = c();
      await Promise.all([
        one.user("ada").get(), one.user("eve").get(), one.user("ada").profile(), one.user("ada").get({ timeout: 5_000 }),
        c().user("ada").get(),
      ]);
      assert.equal(recorder.requests.length, 5);
    });

    test("a failure is everybody's, and nobody's afterwards", async () => {
      recorder.answer = () => ({ status: 404, body: { code: 16 } });
      const one = c();
      const errors = await Promise.all([1, 2].map(() => failure(() => one.user("ada").get())));
      assert.deepEqual(errors.map(({ code }) => code), ["not_found", "not_found"]);
      assert.equal(recorder.requests.length, 1);
      recorder.answer = () => ({ body: record("ada") });
      assert.equal((await one.user("ada").get()).full.id, "ada");
    });

    test("none is given what was read before a write that has begun, or ended, since", async () => {
      let n = 0;
      const late = [];
      recorder.answer = ({ method }) => {
        if (method === "PUT") return { body: record("ada", { n: ++n }) };
        const seen = { body: record("ada", { n }) };
        // The first read sees the old data, and arrives late.
        return late.length === 0 ? new Promise((resolve) => late.push(() => resolve(seen))) : seen;
      };
      const one = c();
      const arrived = recorder.arrived();
      const first = one.user("ada").get();
      await arrived;
      await one.user("ada").update({ n: 1 });
      const second = await one.user("ada").get();
      late[0]();
      assert.deepEqual([(await first).data, second.data], [{ n: 0 }, { n: 1 }]);
    });
  });

  describe(`${face}: gathering`, () => {
    test("a turn's reads are one batch, and each caller gets its own user or its own not_found", async () => {
      const one = connect(KEY, SECRET, undefined, { baseUrl: server.api, gather: true });
      await one.addUsers([{ id: `${face}-1`, data: { n: 1 } }, { id: `${face}-2`, data: { n: 2 } }]);
      const sent = await operations(one, async () => {
        const read = (id) => one.user(`${face}-${id}`).get();
        const [first, again, second, missing] = await Promise.all([read(1), read(1), read(2), failure(() => read(3))]);
        assert.deepEqual([first.data, again.data, second.data], [{ n: 1 }, { n: 1 }, { n: 2 }]);
        assert.notEqual(first.data, again.data);
        const own = await failure(() => connect(KEY, SECRET, undefined, { baseUrl: server.api }).user(`${face}-3`).get());
        // But for what the service says in words: a batch says nothing of whom it leaves out, and is another request.
        const told = ({ name, code, status, apiCode, exception, attempts, retryable, rateLimit: _, requestId: __, ...rest }) =>
          ({ name, code, status, apiCode, exception, attempts, retryable, more: Object.keys(rest).sort() });
        assert.deepEqual(told(missing), told(own));
        assert.equal(missing.message, `get of user ${face}-3 failed: there is no such user (HTTP 404, DoesNotExistException)`);
      });
      assert.deepEqual(sent, ["getUsers"]);
    });

    test("reads with options go by themselves, and a failure is told to all", async () => {
      const one = connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, gather: true });
      recorder.answer = ({ path }) => (path.endsWith("users/") ? { status: 500, body: {} } : { body: record("ada") });
      const [own, counted, ...failed] = await Promise.all([
        one.user("ada").get({ timeout: 5_000 }), one.user("ada").profile(),
        ...["ada", "eve"].map((id) => failure(() => one.user(id).get())),
      ]);
      assert.deepEqual([own.id, counted.id], ["ada", "ada"]);
      assert.deepEqual(failed.map(({ code }) => code), ["server_error", "server_error"]);
      assert.equal(recorder.requests.length, 3);
    });

    test("a failure is another error for each caller, with the caller's own line", async () => {
      const one = connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, gather: true });
      recorder.answer = () => ({ status: 403, body: { code: 17, detail: "no" } });
      const first = async () => await one.user("ada").get();
      const second = async () => await one.user("eve").get();
      const errors = await Promise.all([failure(first), failure(second)]);
      assert.notEqual(errors[0], errors[1]);
      assert.match(errors[0].stack, /at async first /);
      assert.match(errors[1].stack, /at async second /);
      const told = ({ stack, ...rest }) => [rest, stack.split("\n")[0]];
      assert.deepEqual(told(errors[0]), told(errors[1]));
      assert.ok(errors.every((error) => error instanceof faces[face].StreamApiError && error.status === 403));
    });

    test("an id that no user can have fails its own read alone", async () => {
      const one = connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, gather: true });
      recorder.answer = () => ({ body: { users: [record("ada")], duration: "1ms" } });
      const bad = one.user("eve");
      bad.id = "a/b";
      const [ada, error] = await Promise.all([one.user("ada").get(), failure(() => bad.get())]);
      assert.deepEqual([ada.id, error.code, error.path], ["ada", "invalid_id", "id"]);
    });

    test("what was called before a client is disposed of is sent", async () => {
      const one = connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, gather: true });
      recorder.answer = () => ({ body: { users: [record("ada"), record("eve")], duration: "1ms" } });
      const reads = ["ada", "eve"].map((id) => one.user(id).get());
      one[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
      assert.deepEqual((await Promise.all(reads)).map(({ full }) => full.id), ["ada", "eve"]);
      assert.equal((await failure(() => one.user("ada").get())).code, "not_connected");
      assert.equal(recorder.requests.length, 1);
    });

    // As in a worker, which drops what a request has begun once that has ended.
    test("goes on although a timer was dropped", async () => {
      const { setImmediate: real } = globalThis;
      const dropped = [];
      globalThis.setImmediate = (run) => (dropped.length === 0 ? dropped.push(run) : real(run));
      const own = await fresh(face);
      globalThis.setImmediate = real;
      const fetch = async () => Response.json({ users: ["ada", "eve"].map((id) => record(id)), duration: "1ms" });
      const one = own.connect("key", "secret", undefined, { fetch, gather: true });
      const [left, next] = [one.user("ada").get(), one.user("eve").get()];
      assert.equal((await next).id, "eve");
      assert.equal((await left).id, "ada");
      assert.equal(dropped.length, 1);
    });

    test("ends at the deadline although the batch was dropped, and later reads go on", async () => {
      const own = await fresh(face);
      const getUsers = Object.getOwnPropertyDescriptor(own.Client.prototype, "getUsers");
      const fetch = async () => Response.json({ users: [record("ada")], duration: "1ms" });
      const one = own.connect("key", "secret", undefined, { fetch, gather: true, deadline: 50 });
      own.Client.prototype.getUsers = () => new Promise(() => {});
      const error = await failure(() => one.user("ada").get());
      assertError(own, error, {
        name: "SiteError", code: "timeout", text: "get of user ada failed: no answer within 50 ms in all", hint: "raise the option deadline",
        phase: "headers",
      });
      assert.match(error.stack, /bulk\.test/);
      Object.defineProperty(own.Client.prototype, "getUsers", getUsers);
      assert.equal((await one.user("ada").get()).id, "ada");
    });
  });
}

describe("users inside activities", () => {
  test("references: what has a ref is replaced, at any depth, and nothing else is changed", () => {
    const c = recorded();
    const date = new Date(0);
    const activity = JSON.parse('{"__proto__": {"kept": true}}');
    Object.assign(activity, { actor: c.user("ada"), to: [[c.user("eve")], null, 7], at: date, own: { ref: () => "SO:x:1" } });
    const referenced = c.references(activity);
    assert.deepEqual({ ...referenced, ["__proto__"]: undefined }, { actor: "SU:ada", to: [["SU:eve"], null, 7], at: date, own: "SO:x:1", ["__proto__"]: undefined });
    assert.deepEqual(Object.getOwnPropertyDescriptor(referenced, "__proto__").value, { kept: true });
    assert.equal(Object.getPrototypeOf(referenced), Object.prototype);
    assert.equal(activity.actor.id, "ada", "the original is as it was");
    for (const plain of [null, undefined, 7, "SU:ada", date]) assert.equal(c.references(plain), plain);
  });

  test("an object inside itself is refused with its place; the same one twice is not", async () => {
    const around = { list: [{}] };
    around.list[0].up = around;
    const c = recorded();
    const expected = {
      name: "ValidationError", code: "invalid_data", path: "value.list[0].up",
      text: "value.list[0].up is a reference to an object around it",
    };
    assertError(api, await failure(async () => c.references(around)), expected);
    assertError(api, await failure(() => c.enrich(around)), expected);
    const twice = { a: 1 };
    assert.deepEqual(c.references([twice, { twice }]), [{ a: 1 }, { twice: { a: 1 } }]);
  });

  test("enrich: each user is read once, in batches; who is missing is what Stream says", async () => {
    const c = client();
    await c.addUsers([{ id: "in-1", data: { n: 1 } }, { id: "in-2", data: { n: 2 } }]);
    const activities = [
      { actor: "SU:in-1", verb: "follow", object: "SU:in-2", deep: { list: ["SU:in-1", "SU:gone", "SU:in 1", "xSU:in-1"] } },
      { actor: c.user("in-2"), target: "SO:place:1" },
    ];
    const sent = await operations(c, async () => {
      const [first, second] = await c.enrich(activities);
      const { users: [one, two] } = await c.getUsers(["in-1", "in-2"]);
      assert.deepEqual(first, {
        actor: one, verb: "follow", object: two,
        deep: { list: [one, { id: "gone", error: "ReferenceNotFound", reference: "SU:gone", reference_type: "user" }, "SU:in 1", "xSU:in-1"] },
      });
      assert.deepEqual(second, { actor: two, target: "SO:place:1" });
      assert.notEqual(first.actor, first.deep.list[0], "each place has an object of its own");
      assert.deepEqual(Object.keys(one).sort(), ["created_at", "data", "id", "updated_at"]);
    });
    assert.deepEqual(sent, ["getUsers", "getUsers"]);
    assert.deepEqual(await operations(c, () => c.enrich([{ verb: "like" }, 7])), []);
  });

  test("enrich with a user token reads one by one, each once, so many at a time", async () => {
    let [now, most] = [0, 0];
    recorder.answer = async ({ path }) => {
      const id = path.split("/").at(-2);
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return id === "u-7" ? { status: 404, body: { code: 16 } } : { body: record(id, { id }) };
    };
    const c = api.connect("key", "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30", undefined, { baseUrl: recorder.api });
    const list = Array.from({ length: 40 }, (_, n) => `SU:u-${n % 20}`);
    const enriched = await c.enrich(list);
    assert.equal(recorder.requests.length, 20);
    assert.ok(most <= 16, String(most));
    assert.deepEqual(enriched[7], { id: "u-7", error: "ReferenceNotFound", reference: "SU:u-7", reference_type: "user" });
    assert.deepEqual([enriched[27], enriched[28].data, enriched[28].duration], [enriched[7], { id: "u-8" }, undefined]);
  });

  test("enrich reads no further once a read has failed", async () => {
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    recorder.answer = ({ path }) =>
      path.includes("u-0") ? { status: 403, body: {} } : held.then(() => ({ body: record(path.split("/").at(-2)) }));
    const c = api.connect("key", "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30", undefined, { baseUrl: recorder.api });
    let ended = 0;
    const allEnded = new Promise((resolve) => c.on("end", () => (ended += 1) === 16 && resolve()));
    const error = await failure(() => c.enrich(Array.from({ length: 40 }, (_, n) => `SU:u-${n}`)));
    assert.equal(error.code, "not_allowed");
    release();
    await allEnded;
    await c.user("ada").get();
    assert.equal(recorder.requests.length, 17);
  });

  test("enrich rejects with what a read fails with, and with the signal's reason", async () => {
    recorder.answer = () => ({ status: 500, body: {} });
    assert.equal((await failure(() => recorded().enrich("SU:ada"))).code, "server_error");
    assert.equal(await failure(() => recorded().enrich("SU:ada", { signal: AbortSignal.abort("enough") })), "enough");
    const c = api.connect("key", "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30", undefined, { baseUrl: recorder.api });
    recorder.answer = () => ({ status: 404, body: { code: 16 } });
    const notFound = await failure(() => c.user("ada").get());
    for (const reason of [null, notFound]) {
      assert.equal(await failure(() => c.enrich("SU:ada", { signal: AbortSignal.abort(reason) })), reason);
    }
  });
});

test("a client that is copied, as by two bundles, gathers and shares for itself", async () => {
  const other = await fresh();
  recorder.answer = () => ({ body: record("ada") });
  await Promise.all([
    recorded().user("ada").get(),
    other.connect("key", "secret", undefined, { baseUrl: recorder.api }).user("ada").get(),
  ]);
  assert.equal(recorder.requests.length, 2);
});
