// Stream's own client as the oracle: it works against our server, and ours sends what it sends.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import getstream from "getstream";

import { faces } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { failure } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([server.stop(), recorder.stop()]));

describe("getstream against our server", () => {
  const options = { urlOverride: { api: server.api } };
  const client = getstream.connect(KEY, SECRET, "1234", options);
  const as = (id) => getstream.connect(KEY, client.createUserToken(id), "1234", options);
  const refused = async (run, status, code) => {
    const error = await failure(run);
    assert.ok(error instanceof getstream.StreamApiError, String(error));
    assert.deepEqual([error.response.status, error.error.code, error.error.status_code], [status, code, status]);
    assert.ok(error.error.exception && error.error.detail);
  };

  test("create, get, profile, update and delete", async () => {
    const user = await client.user("gs-1").create({ name: "Ada", deep: { a: [null] } });
    assert.deepEqual(user.data, { name: "Ada", deep: { a: [null] } });
    assert.deepEqual(Object.keys(user.full).sort(), ["created_at", "data", "id", "updated_at"]);
    assert.deepEqual((await client.user("gs-1").get()).full, user.full);
    const { followers_count, following_count, ...rest } = (await client.user("gs-1").profile()).full;
    assert.deepEqual([followers_count, following_count], [0, 0]);
    assert.deepEqual(rest, user.full);
    const before = user.full;
    await user.update({ hates: "tests" });
    assert.deepEqual(user.data, { hates: "tests" });
    assert.equal(user.full.created_at, before.created_at);
    assert.notEqual(user.full.updated_at, before.updated_at);
    assert.match((await user.delete()).duration, /ms$/);
    await refused(() => client.user("gs-1").get(), 404, 16);
  });

  test("create twice, getOrCreate, get_or_create", async () => {
    const first = await client.user("gs-2").create({ a: 1 });
    await refused(() => client.user("gs-2").create({ a: 2 }), 409, 22);
    assert.deepEqual((await client.user("gs-2").getOrCreate({ a: 2 })).full, first.full);
    assert.deepEqual((await client.user("gs-2").create({ a: 2 }, { get_or_create: true })).full, first.full);
  });

  test("users with tokens: their own data, and setUser", async () => {
    const alice = as("gs-alice");
    await refused(() => alice.currentUser.get(), 404, 16);
    assert.deepEqual((await alice.setUser({ id: "ignored", name: "Alice" })).data, { name: "Alice" });
    const bob = as("gs-bob");
    assert.deepEqual((await bob.user("gs-alice").get()).data, { name: "Alice" });
    await refused(() => bob.user("gs-alice").update({}), 403, 17);
    await refused(() => bob.user("gs-alice").delete(), 403, 17);
    await refused(() => bob.user("gs-carol").create(), 403, 17);
    await refused(() => alice.currentUser.update("some string"), 400, 4);
    await alice.currentUser.delete();
  });

  test("addUsers, getUsers and deleteUsers", async () => {
    const { created_users } = await client.addUsers([{ id: "gs-a", data: { v: 1 } }, { id: "gs-b" }], true);
    assert.deepEqual(created_users.map(({ id, data }) => [id, data]), [["gs-a", { v: 1 }], ["gs-b", {}]]);
    await client.addUsers([{ id: "gs-a", data: { v: 2 } }], false);
    assert.deepEqual((await client.user("gs-a").get()).data, { v: 1 });
    await client.addUsers([{ id: "gs-a", data: { v: 2 } }], true);
    assert.deepEqual((await client.user("gs-a").get()).data, { v: 2 });
    assert.deepEqual((await client.getUsers(["gs-a", "gs-none", "gs-b"])).users.map(({ id }) => id).sort(), ["gs-a", "gs-b"]);
    assert.deepEqual((await client.getUsers([])).users, []);
    assert.deepEqual((await client.deleteUsers(["gs-a", "gs-none"])).deleted_user_ids, ["gs-a", "gs-none"]);
    assert.deepEqual((await client.getUsers(["gs-a", "gs-b"])).users.map(({ id }) => id), ["gs-b"]);
  });

  test("flags", async () => {
    await client.user("gs-bad").create();
    const flag = await client.flagUser("gs-bad", { reason: "spam", user_id: "gs-alice" });
    assert.deepEqual([flag.target_user_id, flag.flagged_by, flag.reason], ["gs-bad", "gs-alice", "spam"]);
    assert.ok((await client.user("gs-bad").flag()).duration);
  });

  test("handles of ours and of getstream are actors, and users take their place where a feed is read enriched", async () => {
    const eve = await faces.import.connect(KEY, SECRET, "1234", options).user("gs-eve").create({ name: "Eve" });
    const dan = await client.user("gs-dan").create({ name: "Dan" });
    const feed = client.feed("user", "gs-eve");
    const added = await feed.addActivity({ actor: eve, verb: "meet", object: dan, with: client.user("gs-nobody") });
    assert.deepEqual([added.actor, added.object, added.with], ["SU:gs-eve", "SU:gs-dan", "SU:gs-nobody"]);
    assert.match(added.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);

    const { results: [plain] } = await feed.get();
    const { duration, ...activity } = added;
    assert.deepEqual(plain, activity);
    const { results: [seen] } = await feed.get({ enrich: true });
    assert.deepEqual(seen.actor, (await client.user("gs-eve").get()).full);
    assert.deepEqual(seen.object, dan.full);
    const missing = (id) => ({ id, error: "ReferenceNotFound", reference: `SU:${id}`, reference_type: "user" });
    assert.deepEqual(seen.with, missing("gs-nobody"));
    await client.user("gs-dan").delete();
    assert.deepEqual((await feed.get({ enrich: true })).results[0].object, missing("gs-dan"));

    const { activities } = await feed.addActivities([{ actor: eve, verb: "a", object: 1 }, { actor: eve, verb: "b", object: 2 }]);
    assert.deepEqual(activities.map(({ verb }) => verb), ["a", "b"]);
    assert.deepEqual((await feed.get({ limit: 2 })).results.map(({ verb }) => verb), ["b", "a"]);
  });

  test("sessions of users: their own activities alone, read enriched", async () => {
    const fay = as("gs-fay");
    await fay.currentUser.getOrCreate({ name: "Fay" });
    const feed = fay.feed("user", "gs-fay");
    assert.equal((await feed.addActivity({ verb: "wave", object: "all" })).actor, "SU:gs-fay");
    assert.deepEqual((await feed.get()).results[0].actor.data, { name: "Fay" });
    await refused(() => feed.addActivity({ actor: "SU:gs-eve", verb: "wave", object: "all" }), 403, 17);
    await refused(() => as("gs-gil").feed("user", "gs-fay").addActivity({ verb: "wave", object: "all" }), 403, 17);
  });

  test("follow, unfollow, and what profile counts", async () => {
    await client.addUsers([{ id: "gs-hal" }, { id: "gs-ivy" }], true);
    const counts = async (id) => {
      const { full: { followers_count, following_count } } = await client.user(id).profile();
      return [followers_count, following_count];
    };
    await client.feed("user", "gs-ivy").addActivity({ actor: "SU:gs-ivy", verb: "wave", object: "all" });
    const timeline = as("gs-hal").feed("timeline", "gs-hal");
    await timeline.follow("user", "gs-ivy");
    assert.deepEqual([await counts("gs-hal"), await counts("gs-ivy")], [[0, 1], [1, 0]]);
    const { results: [followed] } = await timeline.get({ enrich: true });
    assert.deepEqual([followed.origin, followed.actor.id], ["user:gs-ivy", "gs-ivy"]);
    await timeline.unfollow("user", "gs-ivy");
    assert.deepEqual([await counts("gs-hal"), await counts("gs-ivy")], [[0, 0], [0, 0]]);
    assert.deepEqual((await timeline.get()).results, []);
    await refused(() => as("gs-hal").feed("timeline", "gs-ivy").follow("user", "gs-hal"), 403, 17);
  });

  test("a wrong key, a wrong secret and no credentials", async () => {
    const get = (key, secret) => getstream.connect(key, secret, "1", options).user("gs").get();
    await refused(() => get("another", SECRET), 401, 2);
    await refused(() => get(KEY, "another"), 403, 17);
    await refused(() => get(KEY, null), 403, 17);
  });
});

// What one call sends, without what each HTTP client adds on its own.
async function sent(call) {
  recorder.requests.length = 0;
  await call();
  assert.equal(recorder.requests.length, 1);
  const [{ method, path, query, headers, body }] = recorder.requests;
  const { authorization, accept } = headers;
  return {
    method, path, query, body, authorization, accept, "stream-auth-type": headers["stream-auth-type"],
    "content-type": headers["content-type"], "x-stream-client": headers["x-stream-client"],
  };
}

recorder.answer = ({ path }) =>
  path.endsWith("/users/")
    ? { body: { created_users: [], users: [], deleted_user_ids: [], duration: "1ms" } }
    : { body: record("ada") };

// What there is to see of a call.
const result = async (client, call) => call(client);
const message = async (client, call) => (await failure(() => call(client))).message;
const body = async (client, call) => (await sent(() => call(client))).body;
const header = (name) => async (client, call) => (await sent(() => call(client)))[name];
const key = async (client, call) => (await sent(() => call(client))).query.api_key;
const path = async (client, call) => (await sent(() => call(client).catch(() => {}))).path;
const userOf = (client, call) => JSON.parse(Buffer.from(call(client).split(".")[1], "base64url")).user_id;
/** The code of the refusal, before anything was sent. */
async function refusedBy(client, call) {
  recorder.requests.length = 0;
  const error = await failure(() => call(client));
  assert.equal(recorder.requests.length, 0);
  return error.code;
}

for (const [face, api] of Object.entries(faces)) {
  const options = { urlOverride: { api: recorder.api } };
  const both = (credentials = SECRET, more) => [
    api.connect(KEY, credentials, "1234", { ...options, ...more }),
    getstream.connect(KEY, credentials, "1234", { ...options, ...more }),
  ];
  const token = api.connect(KEY, SECRET).createUserToken("ada");
  const awkward = { quote: '"\\/\b\f\n\r\t\u0000\u2028', "é😀": "é😀", n: [0, -0, 1e21, 1e-7, 0.1], "": {}, 2: 1, 1: 2 };

  describe(`${face}: ours sends what getstream sends`, () => {
    const calls = {
      "create(data)": (c) => c.user("ada").create({ name: "Ada", nested: { a: [1, null, true] } }),
      "create() without data": (c) => c.user("ada").create(),
      "create(null)": (c) => c.user("ada").create(null),
      "create with get_or_create": (c) => c.user("ada").create({ a: 1 }, { get_or_create: true }),
      "create of awkward data": (c) => c.user("ada").create(awkward),
      "create of undefined and dates": (c) => c.user("ada").create({ a: undefined, at: new Date(0), b: { c: undefined } }),
      "getOrCreate(data)": (c) => c.user("ada").getOrCreate({ a: 1 }),
      "get()": (c) => c.user("ada").get(),
      "get with follow counts": (c) => c.user("ada").get({ with_follow_counts: true }),
      "profile()": (c) => c.user("ada").profile(),
      "update(data)": (c) => c.user("ada").update({ b: 2 }),
      "update() without data": (c) => c.user("ada").update(),
      "update() of data that was set on the handle": (c) => Object.assign(c.user("ada"), { data: { set: 1 } }).update(),
      "delete()": (c) => c.user("ada").delete(),
      "addUsers(users)": (c) => c.addUsers([{ id: "a", data: { x: 1 } }, { id: "b" }]),
      "addUsers(users, true)": (c) => c.addUsers([{ id: "a", data: awkward }], true),
      "addUsers([])": (c) => c.addUsers([]),
      "getUsers(ids)": (c) => c.getUsers(["a", "b-1", "c_2"]),
      "getUsers([])": (c) => c.getUsers([]),
      "deleteUsers(ids)": (c) => c.deleteUsers(["a", "b"]),
      "flagUser(id)": (c) => c.flagUser("bad"),
      "flagUser(id, options)": (c) => c.flagUser("bad", { reason: 'sp"am\n', user_id: "me" }),
      "flag(options)": (c) => c.user("bad").flag({ reason: "spam" }),
    };
    const asUser = {
      ...Object.fromEntries(["create(data)", "get()", "update(data)", "delete()"].map((name) => [name, calls[name]])),
      "setUser(data)": (c) => c.setUser({ id: "ignored", name: "Ada" }),
      "currentUser.get()": (c) => c.currentUser.get(),
    };

    for (const [kind, credentials, table, more] of [
      ["with the secret", SECRET, calls],
      ["with a user token", token, asUser],
      ["with nothing", null, { "get()": calls["get()"] }],
      ["with a group and a version", SECRET, { "get()": calls["get()"] }, { group: "a b&c", version: "v2.0" }],
    ]) {
      for (const [name, call] of Object.entries(table)) {
        test(`${name} ${kind}`, async () => {
          const [ours, theirs] = both(credentials, more);
          const [{ accept, "x-stream-client": agent, ...a }, { accept: itsAccept, "x-stream-client": itsAgent, ...b }] = [
            await sent(() => call(ours)), await sent(() => call(theirs)),
          ];
          assert.deepEqual(a, b);
        });
      }
    }

    test("createUserToken signs the same tokens", () => {
      const [ours, theirs] = both();
      for (const claims of [undefined, {}, { exp: 4102444800 }, { role: "é", nested: { a: [1] } }]) {
        assert.equal(ours.createUserToken("ada", claims), theirs.createUserToken("ada", claims));
      }
    });
  });

  describe(`${face}: what differs on purpose`, () => {
    // `why` it differs; what `theirs` and `ours` do, as each observes it.
    const differences = [
      { why: "ids are checked: getstream's reach another endpoint", call: async (c) => c.user("../feed/x").get(),
        theirs: [path, "/api/v1.0/feed/x/"], ours: [refusedBy, "invalid_id"] },
      { why: "ids are checked: getstream's reach the list of users", call: async (c) => c.user("").get(),
        theirs: [path, "/api/v1.0/user//"], ours: [refusedBy, "invalid_id"] },
      { why: "ids are checked: getstream's inject a query", call: async (c) => c.user("d?e").get(),
        theirs: [path, "/api/v1.0/user/d"], ours: [refusedBy, "invalid_id"] },
      { why: "ids in bodies are checked too", call: async (c) => c.addUsers([{ id: "a b" }]),
        theirs: [body, '{"users":[{"id":"a b"}],"override":false}'], ours: [refusedBy, "invalid_id"] },
      { why: "handles are members of a batch: getstream's are circular",
        call: async (c) => c.addUsers([Object.assign(c.user("a"), { data: { x: 1 } })]),
        theirs: [message, /circular structure/], ours: [body, '{"users":[{"id":"a","data":{"x":1}}],"override":false}'] },
      { why: "a falsy value that is no object is refused, not replaced by {}", call: async (c) => c.user("ada").create(""),
        theirs: [body, '{"id":"ada","data":{}}'], ours: [refusedBy, "invalid_data"] },
      { why: "0 neither", call: async (c) => c.user("ada").update(0),
        theirs: [body, '{"data":{}}'], ours: [refusedBy, "invalid_data"] },
      { why: "text is refused before it is sent", call: async (c) => c.user("ada").update("some string"),
        theirs: [body, '{"data":"some string"}'], ours: [refusedBy, "invalid_data"] },
      { why: "arrays are refused before they are sent", call: async (c) => c.user("ada").create([1]),
        theirs: [body, '{"id":"ada","data":[1]}'], ours: [refusedBy, "invalid_data"] },
      { why: "NaN is refused, not turned into null", call: async (c) => c.user("ada").create({ a: NaN }),
        theirs: [body, '{"id":"ada","data":{"a":null}}'], ours: [refusedBy, "unrepresentable_value"] },
      { why: "a Map is refused, not emptied", call: async (c) => c.user("ada").create({ a: new Map([[1, 2]]) }),
        theirs: [body, '{"id":"ada","data":{"a":{}}}'], ours: [refusedBy, "unrepresentable_value"] },
      { why: "a function is refused, not dropped", call: async (c) => c.user("ada").create({ a() {} }),
        theirs: [body, '{"id":"ada","data":{}}'], ours: [refusedBy, "unrepresentable_value"] },
      { why: "a key __proto__ is data like any other, not dropped",
        call: async (c) => c.user("ada").create(JSON.parse('{"__proto__":{"a":1}}')),
        theirs: [body, '{"id":"ada","data":{}}'], ours: [body, '{"id":"ada","data":{"__proto__":{"a":1}}}'] },
      { why: "a null member of a batch is refused", call: async (c) => c.addUsers([null]),
        theirs: [body, '{"users":[null],"override":false}'], ours: [refusedBy, "invalid_data"] },
      { why: "members hold id and data, nothing else", call: async (c) => c.addUsers([{ id: "a", data: {}, extra: 1 }]),
        theirs: [body, '{"users":[{"id":"a","data":{},"extra":1}],"override":false}'], ours: [refusedBy, "invalid_data"] },
      { why: "get takes the one parameter it knows, so that no caller can replace the key",
        call: async (c) => c.user("ada").get({ api_key: "other" }),
        theirs: [key, "other"], ours: [refusedBy, "invalid_option"] },
      { why: "claims cannot replace user_id", call: (c) => c.createUserToken("ada", { user_id: "eve" }),
        theirs: [userOf, "eve"], ours: [userOf, "ada"] },
      { why: "the client says what it is", call: (c) => c.user("ada").get(),
        theirs: [header("x-stream-client"), "stream-javascript-client-node-8.15.0"],
        ours: [header("x-stream-client"), /^user-handle-js-\d+\.\d+\.\d+$/] },
      { why: "accept is what fetch sends", call: (c) => c.user("ada").get(),
        theirs: [header("accept"), "application/json, text/plain, */*"], ours: [header("accept"), "*/*"] },
      { why: "a handle can be written as JSON: getstream's is circular", call: async (c) => JSON.stringify(c.user("ada")),
        theirs: [message, /circular structure/], ours: [result, '{"id":"ada"}'] },
    ];

    for (const { why, call, theirs, ours } of differences) {
      test(why, async () => {
        const [our, their] = both();
        for (const [client, [observe, expected]] of [[their, theirs], [our, ours]]) {
          const seen = await observe(client, call);
          if (expected instanceof RegExp) assert.match(seen, expected);
          else assert.deepEqual(seen, expected);
        }
      });
    }

    test("connect refuses an empty token by its name, and wants a user_id that is text", async () => {
      const code = async (run) => (await failure(run)).code;
      const numeric = `e30.${Buffer.from('{"user_id":7}').toString("base64url")}.e30`;
      assert.match((await failure(() => getstream.connect(KEY, ""))).message, /secretOrPrivateKey must have a value/);
      assert.equal(await code(() => api.connect(KEY, "")), "invalid_token");
      assert.equal(getstream.connect(KEY, numeric).userId, 7);
      assert.equal(await code(() => api.connect(KEY, numeric)), "invalid_token");
    });
  });
}

