// Bad input is refused in words, at once where there is no promise, and leaves the client as it was.

import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";

import { badConnections, badData, badIds } from "../support/hostile.mjs";
import { faces } from "../support/package.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { assertError, failure, thrown } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([server.stop(), recorder.stop()]));

for (const [face, api] of Object.entries(faces)) {
  const client = api.connect(KEY, SECRET, undefined, { baseUrl: server.api });
  const ada = await client.user(`${face}-ada`).create({ steady: true });

  describe(face, () => {
    afterEach(async () => {
      assert.deepEqual((await client.user(ada.id).get()).full, ada.full, "the next ordinary call works");
    });

    describe("connect throws at once", () => {
      for (const { title, make, name = "FeedError", code = "invalid_option", text, ...rest } of badConnections) {
        test(title, () => {
          assertError(api, thrown(() => api.connect(...make())), { name, code, text, ...rest });
        });
      }
    });

    describe("an id", () => {
      for (const { title, make, text } of badIds) {
        test(title, async () => {
          const refusal = (path) =>
            ({ name: "ValidationError", code: "invalid_id", path, text: text.replace(/^id/, path), ...limitOf(title) });
          assertError(api, thrown(() => client.user(make())), refusal("id"));
          for (const [run, path] of [
            [() => client.users.add(make(), {}), "id"],
            [() => client.users.get(make()), "id"],
            [() => client.users.update(make(), {}), "id"],
            [() => client.users.delete(make()), "id"],
            [() => client.flagUser(make()), "id"],
            [() => client.getUsers(["fine", make()]), "ids[1]"],
            [() => client.deleteUsers([make()]), "ids[0]"],
            [() => client.addUsers([{ id: "fine" }, { id: make() }]), "users[1].id"],
          ]) {
            assertError(api, await rejection(run), refusal(path));
          }
        });
      }

      test("255 characters pass", () => {
        assert.equal(client.user("x".repeat(255)).id.length, 255);
      });

      const limitOf = (title) => (title === "256 characters" ? { limit: 255, actual: 256 } : {});
    });

    describe("data", () => {
      for (const { title, make, code = "unrepresentable_value", text, path = "", ...rest } of badData) {
        test(title, async () => {
          const refusal = (place) =>
            ({ name: "ValidationError", code, path: place + path, text: text.replace(/^data/, place), ...rest });
          const own = api.connect(KEY, client.createUserToken("own"), undefined, { baseUrl: server.api });
          for (const [run, place] of [
            [() => ada.create(make()), "data"],
            [() => ada.getOrCreate(make()), "data"],
            [() => ada.update(make()), "data"],
            [() => client.users.add("new", make()), "data"],
            [() => client.users.update(ada.id, make()), "data"],
            [() => own.setUser(make()), "data"],
            [() => client.addUsers([{ id: "fine" }, { id: "bad", data: make() }]), "users[1].data"],
          ]) {
            assertError(api, await rejection(run), refusal(place));
          }
          assert.equal((await failure(() => client.user("fine").get())).code, "not_found");
        });
      }

      test("10 240 bytes pass, whatever the characters", async () => {
        for (const data of [{ a: "x".repeat(10_232) }, { a: "é".repeat(5_116) }, { a: "😀".repeat(2_558) }]) {
          assert.equal(Buffer.byteLength(JSON.stringify(data)), 10_240);
          const user = await client.user(`${face}-full`).getOrCreate();
          assert.deepEqual((await user.update(data)).data, data);
        }
      });

      test("64 levels pass", async () => {
        let data = {};
        for (let level = 1; level < 64; level += 1) data = { a: data };
        assert.deepEqual((await client.user(`${face}-deep`).create(data)).data, data);
      });

      test("a getter is read once: what was checked is what is sent", async () => {
        let reads = 0;
        const data = { get a() { return (reads += 1) === 1 ? "first" : NaN; } };
        assert.deepEqual((await client.user(`${face}-once`).create(data)).data, { a: "first" });
        assert.equal(reads, 1);
      });

      test("what changes after the call is not sent", async () => {
        const data = { a: 1 };
        const creating = client.user(`${face}-later`).create(data);
        data.a = 2;
        assert.deepEqual((await creating).data, { a: 1 });
      });
    });

    describe("a batch", () => {
      const member = (kind, index = 1) => ({
        code: "invalid_data", path: `users[${index}]`, text: `users[${index}] must be a JSON object, but is ${kind}`,
      });
      const list = (name, kind) => ({
        code: "invalid_data", path: name, text: `${name} must be an array or another iterable, but is ${kind}`,
      });
      const tooLarge = (name) => ({
        code: "batch_too_large", path: name, limit: 1_000_000, actual: 1_000_001,
        text: `${name} has 1000001 members, at most 1000000 are allowed in one list`,
      });
      for (const [title, run, expected] of [
        ["null member", () => client.addUsers([{ id: "a" }, null]), member("null")],
        ["undefined member", () => client.addUsers([{ id: "a" }, undefined]), member("undefined")],
        ["string member", () => client.addUsers(["a"]), member("a string", 0)],
        ["null for users", () => client.addUsers(null), list("users", "null")],
        ["an object for users", () => client.addUsers({ id: "a" }), list("users", "an object")],
        ["a string for ids", () => client.getUsers("ada"), list("ids", "a string")],
        ["nothing for ids", () => client.deleteUsers(), list("ids", "undefined")],
        ["too many users", () => client.addUsers(Array(1_000_001).fill({ id: "a" })), tooLarge("users")],
        ["too many ids", () => client.getUsers(Array(1_000_001).fill("a")), tooLarge("ids")],
        ["ids without end", () => client.deleteUsers(endless()), tooLarge("ids")],
        ["an iterator that throws", () => client.getUsers(broken()),
          { ...list("ids", "an object"), cause: "mine" }],
        ["a member with a getter that throws", () => client.addUsers([{ get id() { throw "mine"; } }]),
          { code: "invalid_data", path: "users[0]", cause: "mine",
            text: "users[0].id could not be read: a getter or proxy of it threw" }],
        ["a member that is a revoked Proxy", () => client.addUsers([revoked({})]),
          { code: "invalid_data", path: "users[0]", text: "users[0].id could not be read: a getter or proxy of it threw" }],
        ["a list that is a revoked Proxy", () => client.getUsers(revoked([])), list("ids", "an object")],
      ]) {
        test(title, async () => {
          assertError(api, await rejection(run), { name: "ValidationError", ...expected });
        });
      }

      test("null data of a member is stored as {}", async () => {
        await client.addUsers([{ id: `${face}-null`, data: null }]);
        assert.deepEqual((await client.user(`${face}-null`).get()).data, {});
      });
    });

    describe("options of a call", () => {
      for (const [title, options, text] of [
        ["a string", "options", "options must be an object, but is a string"],
        ["a timeout of 0", { timeout: 0 }, "option timeout must be a number of milliseconds from 1 to 2147483647"],
        ["a deadline of NaN", { deadline: NaN }, "option deadline must be a number of milliseconds from 1 to 2147483647"],
        ["a timeout over what timers can run", { timeout: 2 ** 31 },
          "option timeout must be a number of milliseconds from 1 to 2147483647"],
        ["a BigInt", { timeout: 5n }, "option timeout must be a number of milliseconds, but is a BigInt"],
        ["101 retries", { retries: 101 }, "option retries must be a whole number from 0 to 100"],
        ["a signal that is none", { signal: {} }, "option signal must be an AbortSignal"],
        ["with_follow_counts that is text", { with_follow_counts: "yes" },
          "option with_follow_counts must be true or false, but is a string"],
      ]) {
        test(title, async () => {
          const error = await rejection(() => client.user("ada").get(options));
          assertError(api, error, { name: "FeedError", code: "invalid_option", text });
        });
      }
    });

    test("claims that are a revoked Proxy", () => {
      assertError(api, thrown(() => client.createUserToken("ada", revoked({}))), {
        name: "ValidationError", code: "invalid_data", path: "claims",
        text: "claims could not be read: a getter, toJSON or proxy of it threw",
      });
    });

    test("options, a signal and credentials that are revoked Proxies", async () => {
      for (const [run, text] of [
        [() => client.user("ada").get(revoked({})), "option headers could not be read: a getter or proxy threw"],
        [() => client.user("ada").get({ signal: revoked({}) }),
          "option addEventListener could not be read: a getter or proxy threw"],
        [async () => api.connect("k", revoked({})), "secretOrToken must be a string, a function or null, but is an object"],
        [async () => api.connect("k", null, undefined, revoked({})), "option headers could not be read: a getter or proxy threw"],
      ]) {
        assertError(api, await rejection(run), { name: "FeedError", code: "invalid_option", text });
      }
    });

    test("nothing that is refused is sent", async () => {
      const recording = api.connect(KEY, SECRET, undefined, { baseUrl: recorder.api });
      const runs = badData.map(({ make }) => rejection(() => recording.user("ada").create(make())));
      await Promise.all([...runs, rejection(() => recording.getUsers(["a b"])), rejection(() => recording.addUsers([null]))]);
      assert.equal(recorder.requests.length, 0);
    });

    test("a thousand refusals leave a client that works", async () => {
      for (let round = 0; round < 1000; round += 1) {
        const { make } = badData[round % badData.length];
        await rejection(() => ada.update(make()));
        thrown(() => client.user(badIds[round % badIds.length].make()));
      }
    });
  });
}

/** What the promise that `run` gives is rejected with: `run` itself must not throw. */
function rejection(run) {
  const promise = run();
  assert.ok(promise instanceof Promise);
  return failure(() => promise);
}

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function* endless() {
  for (;;) yield "a";
}


function* broken() {
  throw "mine";
}
