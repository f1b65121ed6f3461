// What Stream's own tests of its JavaScript client say of users, written anew, as a program for that client.
// tests/node/getstream-cases.test.mjs runs it as it is, and with this package in the place of that one in the first import.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import stream, { FeedError, SiteError, StreamApiError, StreamClient, StreamUser, connect } from "getstream";
// Feeds are Stream's own in both.
import feeds from "getstream";

const { CASES_NAME: name, CASES_KEY: key, CASES_SECRET: secret, STREAM_BASE_URL: baseUrl } = process.env;
const server = connect(key, secret, "1234");
const clientOf = (id) => connect(key, server.createUserToken(id), "1234");
const [alice, bob, dave] = ["alice", "bob", "dave"].map(clientOf);
const feedOf = (group, id) => feeds.connect(key, server.createUserToken(id), "1234").feed(group, id);

const ALICE = { name: "Alice Abbot", likes: ["apples", "ajax"] };
const BOB = { name: "Bob Baker", likes: ["berries"] };
const NEW_BOB = { name: "Bob Baker", hates: ["berries"] };

/** What a call is refused with. */
async function refused(status, call) {
  const error = await call().then(() => assert.fail("it is not refused"), (caught) => caught);
  assert.ok(error instanceof StreamApiError, String(error));
  assert.deepEqual([error.response.status, error.error.status_code], [status, status]);
  return error;
}

/** Runs `call` with these variables alone, of those that `connect` reads. */
function withVariables(variables, call) {
  const names = ["STREAM_URL", "STREAM_BASE_URL", "LOCAL"];
  const before = names.map((name) => process.env[name]);
  const set = (name, value) => (value === undefined ? delete process.env[name] : (process.env[name] = value));
  names.forEach((name) => set(name, variables[name]));
  try {
    return call();
  } finally {
    names.forEach((name, index) => set(name, before[index]));
  }
}

describe(`${name}: a user's profile`, () => {
  const keys = (user, ...more) => assert.deepEqual(Object.keys(user.full).sort(), ["created_at", "data", "id", "updated_at", ...more].sort());
  const COUNTS = ["followers_count", "following_count"];

  test("who is not there yet is a 404", () => refused(404, () => alice.user(alice.userId).get()));

  test("getOrCreate gives the handle, with data and the whole record", async () => {
    const user = await alice.currentUser.getOrCreate(ALICE);
    assert.ok(user instanceof StreamUser);
    assert.equal(user, alice.currentUser);
    keys(user);
    assert.deepEqual([user.id, user.full.id, user.data, user.full.data], ["alice", "alice", ALICE, ALICE]);
  });

  test("profile counts as well", async () => keys(await alice.currentUser.profile(), ...COUNTS));

  test("create once more is a 409", () => refused(409, () => alice.currentUser.create(ALICE)));

  test("getOrCreate changes nobody who is there", async () => {
    const first = (await bob.currentUser.getOrCreate(BOB)).full;
    assert.deepEqual((await bob.currentUser.getOrCreate(NEW_BOB)).full, first);
    assert.deepEqual(bob.currentUser.data, BOB);
  });

  test("update replaces the data, and says when", async () => {
    const { updated_at: before, created_at: created } = (await bob.currentUser.get()).full;
    const user = await bob.currentUser.update(NEW_BOB);
    keys(user);
    assert.deepEqual([user.data, user.full.created_at], [NEW_BOB, created]);
    assert.notEqual(user.full.updated_at, before);
  });

  test("timelines that follow users are counted, and no other follows", async () => {
    await Promise.all([
      feedOf("timeline", "alice").follow("user", bob.currentUser),
      feedOf("user", "alice").follow("user", "carl"),
      feedOf("timeline", "alice").follow("timeline", "dave"),
      feedOf("timeline", "bob").follow("user", "alice"),
      feedOf("notification", "bob").follow("user", "alice"),
      feedOf("notification", "carl").follow("user", "alice"),
    ]);
    const user = await alice.user(bob.userId).profile();
    keys(user, ...COUNTS);
    assert.deepEqual([user.data, user.full.following_count, user.full.followers_count], [NEW_BOB, 1, 1]);
  });

  // The service says it with 400, this package before it asks.
  test("a string is no data", () =>
    assert.rejects(alice.user(alice.userId).update("some string"), (error) =>
      error instanceof FeedError || (error instanceof StreamApiError && error.response.status === 400)));

  test("nobody creates, changes or deletes another: 403", async () => {
    await refused(403, () => alice.user("someone").create());
    await refused(403, () => alice.user(bob.userId).update({ hacked: true }));
    await refused(403, () => alice.user(bob.userId).delete());
    await refused(403, () => alice.user(bob.userId).create());
  });

  test("who is deleted is a 404, and can be made anew", async () => {
    assert.equal(typeof (await alice.currentUser.delete()).duration, "string");
    await refused(404, () => alice.user(alice.userId).get());
    assert.deepEqual((await alice.currentUser.create()).data, ALICE, "with what the handle has");
  });

  test("setUser is getOrCreate of the token's user, without an id in the data", async () => {
    const user = await dave.setUser({ id: "ignored", name: "Dave" });
    assert.deepEqual([user.id, user.data, dave.currentUser.data], ["dave", { name: "Dave" }, { name: "Dave" }]);
    await assert.rejects(async () => server.setUser({ name: "nobody" }), SiteError);
  });
});

describe(`${name}: for servers`, () => {
  test("users are added, read and deleted together", async () => {
    const users = [{ id: "many-1", data: { name: "One" } }, { id: "many-2", data: { name: "Two" } }];
    assert.equal((await server.addUsers(users, true)).created_users.length, 2);
    const found = (await server.getUsers(["many-1", "many-2"])).users;
    assert.deepEqual(found.map(({ id, data }) => ({ id, data })).sort((a, b) => (a.id < b.id ? -1 : 1)), users);
    await server.deleteUsers(["many-1", "many-2"]);
    assert.deepEqual((await server.getUsers(["many-1", "many-2"])).users, []);
  });

  test("users are flagged, with and without a reason", async () => {
    const flag = await server.flagUser("suspicious", { reason: "spam", user_id: "bob" });
    assert.deepEqual([typeof flag.flag_id, flag.target_user_id, flag.reason], ["string", "suspicious", "spam"]);
    assert.equal((await server.flagUser("suspicious")).target_user_id, "suspicious");
    assert.equal(typeof (await server.user("suspicious").flag({ reason: "inappropriate_content" })).duration, "string");
    await assert.rejects(async () => alice.flagUser("suspicious", { reason: "spam" }), SiteError);
  });

  test("a user is a reference in an activity, and itself where that is read enriched", async () => {
    const eve = await server.user("eve").getOrCreate({ name: "Eve" });
    const feed = feedOf("user", "eve");
    const { actor, object } = await feed.addActivity({ actor: eve, verb: "meet", object: server.user("nobody") });
    assert.deepEqual([actor, object], [eve.ref(), "SU:nobody"]);
    const { results: [activity] } = await feed.get({ enrich: true });
    assert.deepEqual(activity.actor, eve.full);
    assert.deepEqual(activity.object, { id: "nobody", error: "ReferenceNotFound", reference: "SU:nobody", reference_type: "user" });
  });
});

describe(`${name}: tokens`, () => {
  const client = (options) => connect("12345", "abcdefghijklmnop", "1234", options);
  const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

  test("are signed as published", () => {
    const begin = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIi";
    assert.equal(client().createUserToken("42"), `${begin}fQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE`);
    assert.equal(client().createUserToken("42", { a: "b" }), `${begin}LCJhIjoiYiJ9.tnHcqgTi__BExVZ3Tl0awZQe_p3A7wJ3y_uNlsxg4DM`);
  });

  test("say when they were made, with expireTokens", () => {
    const before = Math.floor(Date.now() / 1000);
    const { user_id, iat } = claims(client({ expireTokens: true }).createUserToken("42"));
    assert.equal(user_id, "42");
    assert.ok(before <= iat && iat <= Date.now() / 1000, String(iat));
  });

  test("are for servers to make", () => {
    assert.throws(() => alice.createUserToken("42"), SiteError);
    assert.throws(() => connect("12345", null, "1234").createUserToken("42"), SiteError);
  });

  test("with no user_id, or undecodable, do not connect", () => {
    const [head, , signature] = server.createUserToken("42").split(".");
    const empty = Buffer.from("{}").toString("base64url");
    assert.throws(() => connect("12345", `${head}.${empty}.${signature}`, "1234"), Error);
    assert.throws(() => connect("12345", "a.b.c", "1234"), Error);
  });
});

describe(`${name}: connect`, () => {
  const made = (variables, ...given) => withVariables(variables, () => connect(...given));
  const seen = ({ apiKey, apiSecret, appId, baseUrl: url }) => ({ apiKey, apiSecret, appId, baseUrl: url });

  test("and new make a client", () => {
    assert.ok(server instanceof StreamClient && new StreamClient("stub-key", "stub-secret", 9498) instanceof StreamClient);
    assert.ok(new StreamClient("stub-key", null, 9498) instanceof StreamClient);
    assert.equal(stream.connect, connect);
  });

  test("what is not said has its default", () => {
    const { version, group, location, expireTokens, baseUrl: url, usingApiSecret } = made({}, key, secret, "1234");
    assert.deepEqual({ version, group, location, expireTokens, url, usingApiSecret }, {
      version: "v1.0", group: "unspecified", location: undefined, expireTokens: false,
      url: "https://api.stream-io-api.com/api/", usingApiSecret: true,
    });
  });

  test("options are the client's", () => {
    const options = { version: "v2.0", expireTokens: true, location: "nederland", fayeUrl: "https://hello.world" };
    const client = made({}, "abcdefgh", null, "1000", options);
    assert.deepEqual([client.version, client.expireTokens, client.apiSecret], ["v2.0", true, null]);
    assert.equal(client.baseUrl, "https://nederland-api.stream-io-api.com/api/");
  });

  test("a secret in a page is a FeedError", () => {
    assert.throws(() => connect("abcdefgh", "123456789", "1234", { browser: true }), FeedError);
  });

  test("variables say where the service is", () => {
    assert.equal(made({ LOCAL: "1" }, "12345", "abcdefghijklmnop").baseUrl, "http://localhost:8000/api/");
    const url = "https://local.stream-io-api.com/api/";
    assert.equal(made({ STREAM_BASE_URL: url }, "12345", "abcdefghijklmnop").baseUrl, url);
    assert.equal(server.baseUrl, baseUrl);
  });

  for (const [title, variables, url] of [
    ["without a region", { STREAM_URL: "https://thierry:pass@stream-io-api.com/?app_id=1" }, "https://api.stream-io-api.com/api/"],
    ["with a region", { STREAM_URL: "https://thierry:pass@us-east.stream-io-api.com/?app_id=1" }, "https://us-east-api.stream-io-api.com/api/"],
    ["with another host, which STREAM_BASE_URL has to name",
      { STREAM_URL: "https://thierry:pass@getstream.io/?app_id=1", STREAM_BASE_URL: "https://api.getstream.io/api/" },
      "https://api.getstream.io/api/"],
  ]) {
    test(`STREAM_URL is the key, the secret and the app, ${title}`, () => {
      const expected = { apiKey: "thierry", apiSecret: "pass", appId: "1", baseUrl: url };
      assert.deepEqual(seen(made(variables)), expected);
      const { apiKey, apiSecret, appId } = made(variables, "a", "b", "c");
      assert.deepEqual([apiKey, apiSecret, appId], ["a", "b", "c"]);
    });
  }
});

describe(`${name}: events`, () => {
  /** How often a listener is called in two calls, where `end` comes between them. */
  async function heard(end) {
    const client = connect(key, secret, "1234");
    let calls = 0;
    client.on("request", () => (calls += 1));
    await client.user("bob").get();
    end(client);
    await client.user("bob").get();
    return calls;
  }

  test("are heard until the listener is off", async () => {
    assert.equal(await heard(() => {}), 2);
    assert.equal(await heard((client) => client.off("request")), 1);
    assert.equal(await heard((client) => client.off()), 1);
  });
});
