// Every method of the package against the real server: once for `import`, once for `require`.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";

import { faces, fresh } from "../support/package.mjs";
import { assertError, failure } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

// With a limit, for `remaining` to fall.
const server = await startServer("--rate-limit 100000");
after(() => server.stop());

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const DURATION = /^\d+\.\d\dms$/;

for (const [face, api] of Object.entries(faces)) {
  const options = { baseUrl: server.api };
  const client = api.connect(KEY, SECRET, "1234", options);
  const asUser = (id, claims) => api.connect(KEY, client.createUserToken(id, claims), "1234", options);
  let users = 0;
  /** An id that nobody has. */
  const unused = () => `${face}-${(users += 1)}`;
  const created = (data) => client.user(unused()).create(data);

  describe(face, () => {
    describe("user", () => {
      test("a handle knows its id and nothing else, and asks nobody", () => {
        const user = client.user("nobody_yet-1");
        assert.ok(user instanceof api.User);
        assert.deepEqual({ ...user }, { id: "nobody_yet-1", data: undefined, full: undefined });
        assert.equal(user.ref(), "SU:nobody_yet-1");
      });

      test("create stores data, and gives the same handle with the record", async () => {
        const data = { name: "Ada", tags: ["a", null], deep: { é: "😀" }, n: 1.5, ok: true, ["__proto__"]: 1 };
        const user = client.user(unused());
        assert.equal(await user.create(data), user);
        assert.deepEqual(Object.keys(user.full).sort(), ["created_at", "data", "id", "updated_at"]);
        assert.equal(user.full.id, user.id);
        assert.deepEqual(user.data, data);
        assert.equal(user.data, user.full.data);
        assert.match(user.full.created_at, TIME);
        assert.equal(user.full.created_at, user.full.updated_at);
      });

      test("create without data sends what the handle has, and else {}", async () => {
        const user = await created();
        assert.deepEqual(user.data, {});
        await user.update({ kept: 1 });
        await user.delete();
        assert.deepEqual((await user.create()).data, { kept: 1 });
      });

      test("undefined properties are left out and dates are written as JSON writes them", async () => {
        const user = await created({ gone: undefined, at: new Date(0) });
        assert.deepEqual(user.data, { at: "1970-01-01T00:00:00.000Z" });
      });

      test("create refuses a user that exists, unless it is told to get it", async () => {
        const user = await created({ a: 1 });
        const again = client.user(user.id);
        assert.equal((await failure(() => again.create({ a: 2 }))).code, "conflict");
        assert.equal(again.full, undefined);
        await again.create({ a: 2 }, { get_or_create: true });
        assert.deepEqual(again.full, user.full);
      });

      test("getOrCreate creates what is missing, and leaves what exists unchanged", async () => {
        const user = client.user(unused());
        assert.equal(await user.getOrCreate({ a: 1 }), user);
        assert.deepEqual((await client.user(user.id).getOrCreate({ a: 2 })).full, user.full);
      });

      test("get reads the record; profile, and get when asked, count follows", async () => {
        const user = await created({ a: 1 });
        const read = client.user(user.id);
        assert.equal(await read.get(), read);
        assert.deepEqual(read.full, user.full);
        const counted = { ...user.full, followers_count: 0, following_count: 0 };
        assert.deepEqual((await read.profile()).full, counted);
        assert.deepEqual((await read.get({ with_follow_counts: true })).full, counted);
        assert.deepEqual((await read.get({ with_follow_counts: false })).full, user.full);
      });

      test("update replaces data as a whole, and moves updated_at alone", async () => {
        const user = await created({ a: 1, b: 2 });
        const before = user.full;
        assert.equal(await user.update({ b: 3 }), user);
        assert.deepEqual(user.data, { b: 3 });
        assert.equal(user.full.created_at, before.created_at);
        assert.notEqual(user.full.updated_at, before.updated_at);
        assert.deepEqual((await client.user(user.id).get()).full, user.full);
        assert.deepEqual((await user.update()).data, { b: 3 });
      });

      test("delete removes the user; the handle keeps what it saw", async () => {
        const user = await created({ a: 1 });
        const { duration, ...rest } = await user.delete();
        assert.match(duration, DURATION);
        assert.deepEqual(rest, {});
        assert.deepEqual(user.data, { a: 1 });
        for (const call of ["get", "update", "delete"]) {
          assert.equal((await failure(() => user[call]())).code, "not_found", call);
        }
      });

      test("toJSON is the record, and { id } before there is one", async () => {
        const user = client.user(unused());
        assert.deepEqual(JSON.parse(JSON.stringify({ user })), { user: { id: user.id } });
        await user.create({ a: 1 });
        assert.deepEqual(JSON.parse(JSON.stringify({ user })), { user: user.full });
      });
    });

    describe("users", () => {
      test("add, get, update, delete and ref are the handle's methods", async () => {
        const id = unused();
        const added = await client.users.add(id, { a: 1 });
        assert.ok(added instanceof api.User);
        assert.deepEqual((await client.users.get(id)).full, added.full);
        assert.equal((await client.users.get(id, { with_follow_counts: true })).full.followers_count, 0);
        assert.equal((await failure(() => client.users.add(id))).code, "conflict");
        assert.equal((await failure(() => client.users.add(id, {}, false))).code, "conflict");
        assert.deepEqual((await client.users.add(id, {}, true)).data, { a: 1 });
        assert.deepEqual((await client.users.add(id, {}, { getOrCreate: true })).data, { a: 1 });
        assert.deepEqual((await client.users.update(id, { b: 2 })).data, { b: 2 });
        assert.equal(client.users.ref(id), `SU:${id}`);
        assert.equal(client.users.ref(added), `SU:${id}`);
        assert.match((await client.users.delete(id)).duration, DURATION);
        assert.equal((await failure(() => client.users.get(id))).code, "not_found");
      });
    });

    describe("batches", () => {
      test("addUsers stores new users, and replaces old ones only when told to", async () => {
        const [a, b] = [unused(), unused()];
        const first = await client.addUsers([{ id: a, data: { v: 1 } }, { id: b }]);
        assert.deepEqual(first.created_users.map(({ id, data }) => ({ id, data })), [
          { id: a, data: { v: 1 } },
          { id: b, data: {} },
        ]);
        assert.match(first.duration, DURATION);
        assert.deepEqual((await client.addUsers([{ id: a, data: { v: 2 } }])).created_users, []);
        assert.deepEqual((await client.user(a).get()).data, { v: 1 });
        await client.addUsers(new Set([{ id: a, data: { v: 3 } }]), true);
        assert.deepEqual((await client.user(a).get()).data, { v: 3 });
      });

      test("a handle is a member like any other", async () => {
        const user = client.user(unused());
        user.data = { from: "handle" };
        await client.addUsers([user]);
        assert.deepEqual((await user.get()).data, { from: "handle" });
      });

      test("getUsers leaves out who does not exist, and deleteUsers echoes every id", async () => {
        const [a, b, missing] = [unused(), unused(), unused()];
        await client.addUsers([{ id: a }, { id: b }]);
        const found = await client.getUsers([a, missing, b]);
        assert.deepEqual(found.users.map(({ id }) => id).sort(), [a, b]);
        assert.deepEqual(Object.keys(found.users[0]).sort(), ["created_at", "data", "id", "updated_at"]);
        assert.match(found.duration, DURATION);
        const gone = await client.deleteUsers(new Set([a, missing]).values());
        assert.deepEqual(gone.deleted_user_ids, [a, missing]);
        assert.match(gone.duration, DURATION);
        assert.deepEqual((await client.getUsers([a, b])).users.map(({ id }) => id), [b]);
        assert.deepEqual((await client.getUsers([missing])).users, []);
      });

      test("a batch of 1 000 users is stored, read and deleted", async () => {
        const ids = Array.from({ length: 1000 }, unused);
        assert.equal((await client.addUsers(ids.map((id) => ({ id, data: { id } })))).created_users.length, 1000);
        assert.equal((await client.getUsers(ids)).users.length, 1000);
        assert.deepEqual((await client.deleteUsers(ids)).deleted_user_ids, ids);
      });

      test("users cannot run batches", async () => {
        const user = asUser("someone");
        for (const batch of [() => user.addUsers([{ id: "a" }]), () => user.getUsers(["a"]), () => user.deleteUsers(["a"])]) {
          assert.equal((await failure(batch)).code, "not_allowed");
        }
      });
    });

    describe("users with a token", () => {
      test("the client knows whose token it has", () => {
        const ada = asUser("ada");
        assert.equal(ada.userId, "ada");
        assert.equal(ada.currentUser.id, "ada");
        assert.equal(ada.currentUser, ada.currentUser);
        assert.equal(ada.usingApiSecret, false);
        assert.equal(client.usingApiSecret, true);
        assert.equal(client.userId, undefined);
        assert.equal(client.currentUser, undefined);
      });

      test("setUser is getOrCreate of the own user, without the key id", async () => {
        const own = asUser(unused());
        const data = { id: "another", name: "Ada" };
        const user = await own.setUser(data);
        assert.equal(user, own.currentUser);
        assert.equal(user.id, own.userId);
        assert.deepEqual(user.data, { name: "Ada" });
        assert.deepEqual(data, { id: "another", name: "Ada" });
        assert.deepEqual((await own.setUser({ name: "Eve" })).data, { name: "Ada" });
      });

      test("users change only themselves, and read all", async () => {
        const [other, own] = [await created({ a: 1 }), asUser(unused())];
        assert.deepEqual((await own.user(other.id).get()).data, { a: 1 });
        await own.currentUser.create({ b: 1 });
        await own.currentUser.update({ b: 2 });
        for (const verb of ["create", "getOrCreate", "update", "delete"]) {
          assert.equal((await failure(() => own.user(other.id)[verb]({}))).code, "not_allowed", verb);
        }
        await own.currentUser.delete();
      });
    });

    describe("flags", () => {
      test("flagUser and flag tell the moderators who, by whom and why", async () => {
        const user = await created();
        const flagged = await client.flagUser(user.id, { reason: "spam", user_id: "me" });
        assert.equal(flagged.target_user_id, user.id);
        assert.equal(flagged.flagged_by, "me");
        assert.equal(flagged.reason, "spam");
        assert.match(flagged.duration, DURATION);
        const plain = await user.flag();
        assert.equal(plain.target_user_id, user.id);
        assert.ok(!("reason" in plain));
      });
    });

    describe("client", () => {
      test("it shows what it was made with", () => {
        const shown = ({ apiKey, appId, baseUrl, version, group, location, expireTokens }) =>
          ({ apiKey, appId, baseUrl, version, group, location, expireTokens });
        assert.deepEqual(shown(client), {
          apiKey: KEY, appId: "1234", baseUrl: server.api, version: "v1.0", group: "unspecified", location: undefined,
          expireTokens: false,
        });
        const other = api.connect("k", null, undefined, { location: "dublin", version: "v2", group: "g", expireTokens: true });
        assert.deepEqual(shown(other), {
          apiKey: "k", appId: undefined, baseUrl: "https://dublin-api.stream-io-api.com/api/", version: "v2", group: "g",
          location: "dublin", expireTokens: true,
        });
      });

      test("user() at top level is a handle from the client that was connected last", async () => {
        const copy = await fresh(face);
        assertError(copy, await failure(() => copy.user("ada")), {
          name: "SiteError", code: "not_connected", text: "there is no client yet", hint: "call connect first",
        });
        copy.connect("other", null);
        copy.connect(KEY, SECRET, undefined, options);
        const user = await copy.user(unused()).create({ top: 1 });
        assert.deepEqual((await client.user(user.id).get()).data, { top: 1 });
      });

      test("rateLimit is that of the last response", async () => {
        const counting = api.connect(KEY, SECRET, undefined, options);
        assert.equal(counting.rateLimit, undefined);
        await counting.getUsers(["a"]);
        const { limit, remaining, reset } = counting.rateLimit;
        assert.ok(remaining < limit && reset > 1.7e9, inspect(counting.rateLimit));
      });

      test("a disposed client finishes what runs and refuses the rest, and another is not concerned", async () => {
        const doomed = api.connect(KEY, SECRET, undefined, options);
        const user = doomed.user(unused());
        const running = user.create({ a: 1 });
        doomed[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
        assert.equal(await running, user);
        const own = asUser(unused());
        const setting = own.setUser({ a: 1 });
        own[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
        assert.deepEqual((await setting).data, { a: 1 });
        for (const call of [() => user.get(), () => doomed.getUsers([]), () => doomed.userId]) {
          assertError(api, await failure(call), {
            name: "SiteError", code: "not_connected", text: "this client was disposed", hint: "connect again",
          });
        }
        await client.user(user.id).get();
      });

      test("no key, secret or token is seen in what is printed or written", async () => {
        const ada = asUser("ada");
        const user = ada.user("ada");
        const secrets = [SECRET, client.createUserToken("ada"), "eyJ"];
        for (const shown of [client, ada, user, client.users, await failure(() => ada.user("bob").create())]) {
          const text = [inspect(shown, { depth: 9, showHidden: true }), JSON.stringify(shown), String(shown)].join();
          for (const secret of secrets) assert.ok(!text.includes(secret), text);
        }
      });

      test("init is optional, and changes nothing once a client is open", async () => {
        await api.init();
        await api.init(new Uint8Array([1, 2, 3]));
        await created();
      });
    });
  });
}

test("what was stored is there after a restart", async () => {
  const first = await startServer();
  const { connect } = faces.import;
  const user = await connect(KEY, SECRET, "", { baseUrl: first.api }).user("ada").create({ kept: "é" });
  assert.equal(await first.stop(), 0);
  const second = await startServer("", first.database);
  const read = await connect(KEY, SECRET, "", { baseUrl: second.api }).user("ada").get();
  assert.deepEqual(read.full, user.full);
  await second.stop();
});
