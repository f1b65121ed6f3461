// Tokens: those that are signed, those that are taken, and those that a provider gives.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, describe, test } from "node:test";

import { faces } from "../support/package.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { assertError, failure, thrown } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([server.stop(), recorder.stop()]));
afterEach(() => {
  recorder.answer = () => ({});
  recorder.requests.length = 0;
});

// Published by Stream's JavaScript, Go and Ruby clients.
const FORTY_TWO =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE";
const GO = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoidXNlciJ9.0Kiui6HUywyU-C-00E68n1iq_3o7Eh0aE5VGSOc3pU4";
const RUBY = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidXNlciJ9.vSdu-exEFUWts57olfk9X_I1CytXuXrRF7A0LpQmoaM";

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url"));
const claimsOf = (token) => decode(token.split(".")[1]);
/** Signs as an independent implementation does. */
function sign(claims, secret = SECRET) {
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
const seconds = () => Date.now() / 1000;

for (const [face, api] of Object.entries(faces)) {
  const at = (place, credentials, options) => api.connect(KEY, credentials, undefined, { baseUrl: place.api, ...options });

  describe(face, () => {
    describe("createUserToken", () => {
      const signer = api.connect(KEY, SECRET);

      test("the published tokens are signed as published", () => {
        assert.equal(api.connect("k", "abcdefghijklmnop").createUserToken("42"), FORTY_TWO);
        assert.equal(api.connect("k", "secret").createUserToken("user"), GO);
      });

      test("the published tokens are taken as tokens, that without typ too", () => {
        for (const [token, id] of [[FORTY_TWO, "42"], [GO, "user"], [RUBY, "user"]]) {
          assert.equal(api.connect("k", token).userId, id);
        }
      });

      test("claims are added, and cannot replace user_id", () => {
        const claims = { exp: 4102444800, user_id: "eve", role: { a: ["é"] } };
        const token = signer.createUserToken("ada", claims);
        assert.equal(token, sign({ user_id: "ada", exp: 4102444800, role: { a: ["é"] } }));
        assert.deepEqual(claims, { exp: 4102444800, user_id: "eve", role: { a: ["é"] } });
      });

      test("iat is there only with expireTokens", () => {
        assert.deepEqual(claimsOf(signer.createUserToken("ada")), { user_id: "ada" });
        const before = Math.floor(seconds());
        const { iat, ...rest } = claimsOf(at(server, SECRET, { expireTokens: true }).createUserToken("ada"));
        assert.deepEqual(rest, { user_id: "ada" });
        assert.ok(iat >= before && iat <= seconds(), iat);
        assert.equal(claimsOf(at(server, SECRET, { expireTokens: true }).createUserToken("ada", { iat: 1 })).iat, 1);
      });

      test("a key of any length signs as HMAC says", () => {
        for (const secret of ["s", "x".repeat(64), "x".repeat(65), "é".repeat(100)]) {
          assert.equal(api.connect("k", secret).createUserToken("ada"), sign({ user_id: "ada" }, secret));
        }
      });

      test("what cannot be signed is refused at once", () => {
        for (const [run, expected] of [
          [() => signer.createUserToken(42),
            { name: "ValidationError", code: "invalid_id", path: "userId", text: "userId must be a string, but is a number" }],
          [() => signer.createUserToken("ada", "claims"),
            { name: "ValidationError", code: "invalid_data", path: "claims",
              text: "claims must be a JSON object, but is a string" }],
          [() => signer.createUserToken("ada", { a: 1n }),
            { name: "ValidationError", code: "unrepresentable_value", path: "claims.a", hint: "pass a string, or a number up to 2 ** 53",
              text: "claims.a is a BigInt, which JSON cannot hold" }],
          [() => api.connect("k", GO).createUserToken("ada"),
            { name: "SiteError", code: "wrong_credentials", text: "createUserToken needs the app secret, but this client has none",
              hint: "call it on your server" }],
        ]) {
          assertError(api, thrown(run), expected);
        }
      });

      test("the server takes what was signed, and refuses what expired or was signed by another", async () => {
        const read = (token) => at(server, token).user("nobody").get();
        assert.equal((await failure(() => read(signer.createUserToken("ada")))).code, "not_found");
        assert.equal((await failure(() => read(signer.createUserToken("ada", { exp: 4102444800 })))).code, "not_found");
        assert.equal((await failure(() => read(signer.createUserToken("ada", { exp: 1_000_000_000 })))).code, "not_allowed");
        assert.equal((await failure(() => read(sign({ user_id: "ada" }, "another")))).code, "not_allowed");
      });
    });

    test("the wrong side is told for each method that has one", async () => {
      const user = at(recorder, GO);
      for (const [run, text, hint] of [
        [() => user.flagUser("bad"), "flagUser needs the app secret, but this client has none", "call it on your server"],
        [() => user.user("bad").flag(), "flagUser needs the app secret, but this client has none", "call it on your server"],
        [() => at(recorder, SECRET).setUser({}), "setUser needs a user token, but this client has the app secret",
          "use client.user(id).getOrCreate(data)"],
        [() => at(recorder, null).setUser({}), "setUser needs a user token, but this client is anonymous",
          "pass a user token to connect"],
      ]) {
        assertError(api, await failure(run), { name: "SiteError", code: "wrong_credentials", text, hint });
      }
      assert.equal(recorder.requests.length, 0);
    });

    describe("token provider", () => {
      /** A provider that gives these one after the other, and notes why it was asked. */
      const giving = (...tokens) => {
        const reasons = [];
        return { reasons, provider: (reason) => (reasons.push(reason), tokens[Math.min(reasons.length, tokens.length) - 1]) };
      };
      const fresh = (id) => sign({ user_id: id, exp: seconds() + 3600 });
      const stale = (id) => sign({ user_id: id, exp: seconds() + 1 });
      const sent = () => recorder.requests.map(({ headers }) => headers.authorization);

      test("it is asked at the first call, and its user is the client's", async () => {
        const { reasons, provider } = giving(fresh("ada"));
        const client = at(server, provider);
        assert.deepEqual([reasons, client.userId, client.currentUser, client.usingApiSecret], [[], undefined, undefined, false]);
        await client.user("ada").getOrCreate({});
        await client.user("ada").get();
        assert.deepEqual(reasons, ["initial"]);
        assert.equal(client.userId, "ada");
        assert.equal(client.currentUser.id, "ada");
      });

      test("setUser asks it who the user is", async () => {
        const user = await at(server, async () => fresh("ada")).setUser({});
        assert.equal(user.id, "ada");
      });

      test("it is asked again once its token has expired", async () => {
        const [first, second] = [stale("ada"), fresh("ada")];
        const { reasons, provider } = giving(first, second);
        const client = at(recorder, provider);
        for (let call = 0; call < 3; call += 1) await client.user("ada").get();
        assert.deepEqual(reasons, ["initial", "expired"]);
        assert.deepEqual(sent(), [first, second, second]);
      });

      test("it is asked once more when the service refuses its token with 401", async () => {
        const [first, second] = [sign({ user_id: "ada" }), fresh("ada")];
        const { reasons, provider } = giving(first, second);
        recorder.answer = ({ headers }) => (headers.authorization === first ? { status: 401, body: {} } : {});
        await at(recorder, provider, { retries: 0 }).user("ada").get();
        assert.deepEqual(reasons, ["initial", "refused"]);
        assert.deepEqual(sent(), [first, second]);
      });

      test("the same token again is not sent twice", async () => {
        const { reasons, provider } = giving(sign({ user_id: "ada" }));
        recorder.answer = () => ({ status: 401, body: {} });
        assert.equal((await failure(() => at(recorder, provider).user("ada").get())).attempts, 1);
        assert.deepEqual(reasons, ["initial", "refused"]);
      });

      test("the server's own refusals are told from what a user may not do, and from a wrong key", async () => {
        const [forged, good] = [`${fresh("ada").slice(0, -6)}AAAAAA`, fresh("ada")];
        const renewing = giving(forged, good);
        await at(server, renewing.provider).user("ada").getOrCreate({});
        assert.deepEqual(renewing.reasons, ["initial", "refused"]);
        const other = giving(good);
        assert.equal((await failure(() => at(server, other.provider).user("bob").update({}))).code, "not_allowed");
        assert.deepEqual(other.reasons, ["initial"]);
      });

      test("ten callers with tokens that are always about to expire ask once together", async () => {
        let asked = 0;
        const provider = async () => (asked++, sign({ user_id: "ada", exp: seconds() + 3, n: asked }));
        const client = at(recorder, provider);
        recorder.answer = () => ({});
        await Promise.all(Array.from({ length: 10 }, () => client.user("ada").get()));
        assert.equal(asked, 1);
      });

      test("a second refusal in one call is the answer", async () => {
        const { reasons, provider } = giving(sign({ user_id: "ada" }), fresh("ada"));
        recorder.answer = () => ({ status: 401, body: {} });
        const error = await failure(() => at(recorder, provider).user("ada").get());
        assert.equal(error.code, "unauthorized");
        assert.equal(error.attempts, 2);
        assert.deepEqual(reasons, ["initial", "refused"]);
      });

      test("a fixed token that is refused is not sent twice", async () => {
        recorder.answer = () => ({ status: 401, body: {} });
        assert.equal((await failure(() => at(recorder, GO).user("ada").get())).attempts, 1);
      });

      test("callers at the same time ask once, also when the token is refused", async () => {
        const [first, second] = [sign({ user_id: "ada" }), fresh("ada")];
        const { reasons, provider } = giving(Promise.resolve(first), Promise.resolve(second));
        recorder.answer = ({ headers }) => (headers.authorization === first ? { status: 401, body: {} } : {});
        const client = at(recorder, provider);
        await Promise.all(Array.from({ length: 20 }, (_, n) => client.user(`ada-${n}`).get()));
        assert.deepEqual(reasons, ["initial", "refused"]);
        assert.equal(sent().filter((token) => token === second).length, 20);
      });

      test("all who wait hear of its failure, and the next call asks again", async () => {
        const cause = new Error("offline");
        const { reasons, provider } = giving(Promise.reject(cause), fresh("ada"));
        const client = at(recorder, provider);
        const errors = await Promise.all(Array.from({ length: 5 }, (_, n) => failure(() => client.user(`ada-${n}`).get())));
        for (const error of errors) {
          assertError(api, error, { name: "SiteError", code: "token_provider", text: "the token provider failed", cause });
        }
        assert.equal(recorder.requests.length, 0);
        await client.user("ada").get();
        assert.deepEqual(reasons, ["initial", "initial"]);
      });

      test("when the call that asks is aborted, those who wait ask for themselves", async () => {
        const controller = new AbortController();
        const { reasons, provider } = giving(new Promise(() => setImmediate(() => controller.abort("gone"))), fresh("ada"));
        const client = at(recorder, provider);
        const first = failure(() => client.user("ada").get({ signal: controller.signal }));
        const others = [client.user("ada").get(), client.user("ada").get()];
        assert.equal(await first, "gone");
        assert.deepEqual((await Promise.all(others)).map(({ id }) => id), ["ada", "ada"]);
        assert.deepEqual(reasons, ["initial", "initial"]);
      });

      for (const [given, text] of [
        ["", "the token provider gave a bad token: the user token is empty"],
        ["a.b", "the token provider gave a bad token: token does not have three parts"],
        [sign({ user_id: 1 }), "the token provider gave a bad token: user_id is missing in user token, or is not a string"],
      ]) {
        test(`a bad token of it is named: ${text}`, async () => {
          const error = await failure(() => at(recorder, () => given).user("ada").get());
          assert.equal(`${error.name} ${error.code}: ${error.message}`, `SiteError token_provider: ${text}`);
          assert.ok(!given || !JSON.stringify(error).includes(given));
        });
      }

      test("what it gives must be a string", async () => {
        for (const [given, kind] of [[undefined, "undefined"], [null, "null"], [7, "a number"], [{}, "an object"]]) {
          const error = await failure(() => at(recorder, () => given).user("ada").get());
          assert.equal(error.code, "token_provider");
          assert.equal(error.cause.message, `the token provider gave ${kind}`);
        }
      });

      test("a call whose provider never answers ends at its deadline, or when it is aborted", async () => {
        const client = at(recorder, () => new Promise(() => {}));
        const late = await failure(() => client.user("ada").get({ deadline: 15 }));
        assertError(api, late, {
          name: "SiteError", code: "timeout", text: "get of user ada failed: no answer within 15 ms in all",
          phase: "connect", hint: "the token provider gave no token; it must not wait for a call of its own client",
        });
        assert.equal(await failure(() => client.user("ada").get({ signal: AbortSignal.abort("no") })), "no");
        const controller = new AbortController();
        const running = failure(() => client.user("ada").update({}, { signal: controller.signal }));
        setImmediate(() => controller.abort("stop"));
        assert.equal(await running, "stop");
      });

      test("so does setUser, which has to wait for its user's id", async () => {
        const client = at(recorder, () => new Promise(() => {}));
        const late = await failure(() => client.setUser({}, { deadline: 15 }));
        assert.deepEqual([late.code, late.phase, late.attempts], ["timeout", "connect", 0]);
        assert.match(late.message, /failed: no answer within 15 ms in all$/);
        const controller = new AbortController();
        const running = failure(() => client.setUser({}, { signal: controller.signal }));
        setImmediate(() => controller.abort("stop"));
        assert.equal(await running, "stop");
        assert.equal(await failure(() => client.setUser({}, { signal: AbortSignal.abort("no") })), "no");
      });
    });
  });
}
