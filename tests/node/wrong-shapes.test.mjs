// What comes in a shape that nobody meant, from callers, mocks and frameworks: refused in words, or passed on, and never taken for
// something else.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";

import { faces, fresh } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { assertError, failure, thrown } from "../support/refusal.mjs";

const recorder = await startRecorder();
recorder.answer = ({ path }) => ({ body: path.endsWith("/users/") ? { created_users: [], duration: "1ms" } : record("ada") });
after(() => recorder.stop());

const ada = { id: "ada", data: {}, duration: "1ms" };

for (const [face, api] of Object.entries(faces)) {
  const client = api.connect("key", "secret", undefined, { baseUrl: recorder.api });
  const with_ = (fetch, more) => api.connect("key", "secret", undefined, { fetch, retries: 0, ...more });
  const answering = (body) => async () => Response.json(body);

  describe(`${face}: arguments`, () => {
    for (const options of [new Map([["timeout", 1]]), Promise.resolve({ timeout: 1 }), [], new Date(), new AbortController().signal]) {
      test(`options that are ${inspect(options).slice(0, 30)}`, async () => {
        const tag = Object.prototype.toString.call(options);
        const expected = { name: "FeedError", code: "invalid_option", text: `options must be a plain object, but is ${tag}` };
        assertError(api, thrown(() => api.connect("key", "secret", undefined, options)), expected);
        assertError(api, await failure(() => client.user("ada").get(options)), expected);
      });
    }

    test("the override of addUsers is no object of options", async () => {
      for (const [override, found] of [[{ timeout: 5_000 }, "an object"], ["false", "a string"], [1, "a number"], [null, "null"]]) {
        recorder.requests.length = 0;
        assertError(api, await failure(() => client.addUsers([{ id: "ada" }], override)), {
          name: "FeedError", code: "invalid_option", text: `override must be true or false, but is ${found}`,
        });
        assert.equal(recorder.requests.length, 0);
      }
    });

    test("headers that engines refuse to send, or set themselves, are refused with their names", async () => {
      for (const [name, value] of [["x-a", "a\x01b"], ["x-a", "\x7f"], ["Content-Length", "1"], ["host", "evil"], ["Expect", "a"], ["Transfer-Encoding", "a"]]) {
        const error = await failure(() => client.user("ada").update({}, { headers: { [name]: value } }));
        assert.equal(error.message, `option headers.${name} must be a header that callers may set`);
      }
    });

    test("a header that is given twice has both values", async () => {
      await client.user("ada").get({ headers: [["x-a", "1"], ["X-A", "2"]] });
      assert.equal(recorder.requests.at(-1).headers["x-a"], "1, 2");
    });

    test("data whose content is private is refused; a class with members of its own is not", async () => {
      class Hidden { #name = "Ada"; get name() { return this.#name; } }
      class Shown { name = "Ada"; get initial() { return "A"; } }
      const path = "data.profile";
      assertError(api, await failure(() => client.user("ada").update({ profile: new Hidden() })), {
        name: "ValidationError", code: "unrepresentable_value", path, text: `${path} is an object of a special kind, which JSON cannot hold`,
      });
      await client.user("ada").update({ profile: new Shown(), none: new (class Empty {})() });
      assert.deepEqual(JSON.parse(recorder.requests.at(-1).body).data, { profile: { name: "Ada" }, none: {} });
    });

    for (const [claims, text] of [
      [{ ttl: 60 }, "claims.ttl does not limit a token: did you mean expiresIn?"],
      [{ expires_in: 3_600 }, "claims.expires_in does not limit a token: did you mean expiresIn?"],
      [{ expiresAt: 1_900_000_000 }, "claims.expiresAt does not limit a token: did you mean exp?"],
      [{ notBefore: 1 }, "claims.notBefore does not limit a token: did you mean nbf?"],
      [{ exp: 3_600 }, "claims.exp must be whole seconds since 1970, but is a length of time"],
    ]) {
      test(`claims ${inspect(claims)}`, () => assert.equal(thrown(() => client.createUserToken("ada", claims)).message, text));
    }

    test("off takes one listener away, or all of an event", async () => {
      const told = [];
      const heard = with_(answering(ada));
      const listeners = ["one", "two", "three"].map((name) => () => told.push(name));
      for (const listener of listeners) heard.on("request", listener);
      heard.off("request", listeners[1]);
      await heard.user("ada").get();
      heard.off("request");
      await heard.user("ada").get();
      assert.deepEqual(told, ["one", "three"]);
    });

    test("a handle that is frozen gives what was done in another", async () => {
      const frozen = Object.freeze(with_(answering({ ...ada, data: { name: "Ada" } })).user("ada"));
      const user = await frozen.update({ name: "Ada" });
      assert.ok(user instanceof api.User);
      assert.deepEqual([user.id, user.data, frozen.data], ["ada", { name: "Ada" }, undefined]);
    });
  });

  describe(`${face}: what fetch gives`, () => {
    test("in place of a response is told, and not asked for again", async () => {
      for (const given of [undefined, {}, { ok: true, status: 200, json: async () => ada }]) {
        const error = await failure(() => with_(async () => given, { retries: 2 }).user("ada").get());
        assert.deepEqual([error.code, error.attempts, error.cause.message], ["network", 1, "fetch gave no Response"]);
      }
    });

    test("may have its body alone, as stand-ins have", async () => {
      const chunks = [{ done: false, value: new TextEncoder().encode(JSON.stringify(ada)) }, { done: true }];
      const body = { getReader: () => ({ read: async () => chunks.shift() }) };
      assert.equal((await with_(async () => ({ status: 200, headers: new Headers(), body })).user("ada").get()).id, "ada");
    });

    test("as a network error passes, as one that is thrown", async () => {
      const error = await failure(() => with_(async () => Response.error()).user("ada").get());
      assert.deepEqual([error.code, error.retryable, error.cause.message], ["network", true, "fetch gave a network error"]);
    });

    test("about users that nobody asked for is refused", async () => {
      const others = with_(async (url, { method }) =>
        Response.json(method === "GET" ? { users: [{ ...ada, id: "evil" }] } : { deleted_user_ids: ["evil"] }));
      for (const [method, title] of [["getUsers", "getUsers of 2 users"], ["deleteUsers", "deleteUsers of 2 users"]]) {
        const error = await failure(() => others[method](["ada", "eve"]));
        assert.deepEqual([error.code, error.message], ["invalid_response", `the answer to ${title} (HTTP 200) is not of the documented shape`]);
      }
      const some = with_(answering({ users: [ada], duration: "1ms" }));
      assert.deepEqual((await some.getUsers(["ada", "eve"])).users.map(({ id }) => id), ["ada"]);
    });

    test("a provider's redirect is passed on to the framework that catches it", async () => {
      for (const steering of [Object.assign(new Error("NEXT_REDIRECT"), { digest: "NEXT_REDIRECT;/login" }), new Response(null, { status: 302 })]) {
        const own = api.connect("key", async () => { throw steering; }, undefined, { fetch: answering(ada) });
        assert.equal(await failure(() => own.user("ada").get()), steering);
      }
    });

    test("a provider that waits for a call of its own client is told so when the deadline is over", async () => {
      let isFirst = true;
      const own = api.connect("key", async () => {
        if (!isFirst) return client.createUserToken("ada");
        isFirst = false;
        await null;
        return (await own.user("eve").get({ deadline: 30 })).id;
      }, undefined, { fetch: answering(ada) });
      const error = await failure(() => own.user("ada").get({ deadline: 30 }));
      assert.deepEqual([error.code, error.hint], ["timeout", "the token provider gave no token; it must not wait for a call of its own client"]);
    });
  });

  describe(`${face}: what fetch throws`, () => {
    const token = client.createUserToken("ada");
    const options = { headers: { "x-gateway-key": "canary-of-the-gateway" } };
    const failed = async (throws) => {
      const own = api.connect("key", token, undefined, { retries: 0, fetch: async (url, init) => { throw throws(url, init); } });
      return failure(() => own.user("ada").get(options));
    };
    const holding = (member) => Object.assign(new TypeError("failed"), { member });
    const nested = (text, depth) => (depth === 0 ? { text } : { in: nested(text, depth - 1) });
    for (const [what, throws] of Object.entries({
      "a text": () => `no ${token}`,
      "an error with Headers": (url, { headers }) => holding(new Headers(headers)),
      "an error with a Request": (url, init) => holding(new Request(url, init)),
      "an error with a map": () => holding(new Map([[token, token]])),
      "an error with a set": () => holding(new Set([token])),
      "an error with a URL": () => holding(new URL(`https://x.example/${token}`)),
      "an error with a function": () => holding(Object.assign(() => {}, { token })),
      "an error with a member called length": () => holding({ length: token }),
      "an error with a key": () => holding({ [token]: 1 }),
      "an error with a deep text": () => holding(nested(token, 20)),
      "a chain of causes": () => Array.from({ length: 40 }).reduce((cause) => new Error(`no ${token}`, { cause }), undefined),
      "an error that shows itself": () => holding({ token, [inspect.custom]() { return this.token; } }),
      "the caller's own header": () => new TypeError(`failed with ${options.headers["x-gateway-key"]}`),
    })) {
      test(`${what} shows no secret`, async () => {
        const error = await failed(throws);
        const shown = inspect(error, { depth: Infinity, showHidden: true, getters: true });
        assert.equal(error.code, "network");
        assert.ok(!shown.includes(token) && !shown.includes("canary-of-the-gateway"), shown);
      });
    }

    test("is not written to: what it leads to is the application's own", async () => {
      const session = { token };
      const error = await failed(() => Object.assign(new TypeError("failed"), { code: "E_OWN", context: { session } }));
      assert.deepEqual(session, { token });
      assert.ok(error.cause instanceof TypeError);
      assert.deepEqual([error.cause.message, error.cause.code, error.cause.context], ["failed", "E_OWN", { session: { token: "" } }]);
    });

    test("is the cause itself where it has no secret", async () => {
      const cause = Object.assign(new TypeError("failed", { cause: new Error("connect") }), { code: "E_OWN", list: [{ a: 1 }] });
      assert.equal((await failed(() => cause)).cause, cause);
    });
  });
}

describe("timers of a test runner", () => {
  for (const face of Object.keys(faces)) {
    test(`${face}: reads are gathered although those stand still`, async () => {
      const own = await fresh(face);
      const { setImmediate: real } = globalThis;
      globalThis.setImmediate = () => 0;
      try {
        const fetch = async () => Response.json({ users: [ada], duration: "1ms" });
        const gathering = own.connect("key", "secret", undefined, { fetch, gather: true });
        assert.equal((await gathering.user("ada").get()).id, "ada");
      } finally {
        globalThis.setImmediate = real;
      }
    });
  }
});
