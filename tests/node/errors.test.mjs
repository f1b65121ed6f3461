// Every error code of the contract, each from what really causes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";

import { dist, faces, fresh } from "../support/package.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { assertError, failure } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";
import { trapped } from "../support/trapped.mjs";

const server = await startServer();
const limited = await startServer("--rate-limit 1");
const recorder = await startRecorder();
const nobody = await startRecorder();
await nobody.stop();
after(() => Promise.all([server.stop(), limited.stop(), recorder.stop()]));

const CORS_HINT = "check the connection and, in a browser, that the page's policy and the service's CORS allow it";
const LOCAL_HINT = "start the server, and check its port";
const TOKEN_HINT = "check that the token is signed with this app's secret and belongs to this user";
const UNKNOWN_HINT = "read the user to see whether it was created, or use getOrCreate";
const PROXY_HINT = "a proxy or a sign-in page may have answered in place of the service";

const on = (api, place, options) => api.connect(KEY, SECRET, undefined, { baseUrl: place.api, retries: 0, ...options });
const user = (api, place, options) => on(api, place, options).user("ada");
const answering = (answer) => {
  recorder.answer = () => answer;
  return recorder;
};
/** A `fetch` that sends another body than the client wrote. */
const sending = (body) => ({ fetch: (url, init) => fetch(url, { ...init, body }) });

/** Runs `work` where there is no fetch. */
function withoutFetch(work) {
  const { fetch } = globalThis;
  delete globalThis.fetch;
  try {
    return work();
  } finally {
    globalThis.fetch = fetch;
  }
}

// `from` is where the error comes from: its own code, the real server, or the recorder for what that one never does.
const cases = [
  { code: "invalid_id", name: "ValidationError", path: "id",
    text: 'id may only hold letters, digits, - and _, but has " " at position 1',
    run: (api) => on(api, server).user("a b") },
  { code: "invalid_data", name: "ValidationError", path: "data",
    text: "data must be a JSON object, but is a string", run: (api) => user(api, server).create("text") },
  { code: "unrepresentable_value", name: "ValidationError", path: "data.a[1]",
    text: "data.a[1] is NaN, which JSON cannot hold", run: (api) => user(api, server).create({ a: [1, NaN] }) },
  { code: "data_too_large", name: "ValidationError", path: "data", limit: 10240, actual: 10241,
    text: "data is 10241 bytes of JSON, at most 10240 are allowed",
    run: (api) => user(api, server).create({ a: "x".repeat(10_241 - 8) }) },
  { code: "batch_too_large", name: "ValidationError", path: "ids", limit: 1_000_000, actual: 1_000_001,
    text: "ids has 1000001 members, at most 1000000 are allowed in one list",
    run: (api) => on(api, server).getUsers(Array(1_000_001).fill("a")) },
  { code: "invalid_option", name: "FeedError", text: "the API key is missing",
    hint: "pass it to connect, or set STREAM_URL", run: (api) => api.connect("") },
  { code: "invalid_token", name: "FeedError", text: "token does not have three parts",
    run: (api) => api.connect("k", "a.b") },
  { code: "secret_in_browser", name: "FeedError",
    text: "the app secret was given to a browser, where everybody can read it",
    hint: "make a user token on your server and connect with that",
    run: (api) => api.connect("k", "secret", undefined, { browser: true }) },
  { code: "wrong_credentials", name: "SiteError", text: "setUser needs a user token, but this client has the app secret",
    hint: "use client.user(id).getOrCreate(data)", run: (api) => on(api, server).setUser({}) },
  { code: "unsupported_runtime", name: "SiteError", text: "this runtime has no fetch",
    hint: "use Node 18 or newer, or define globalThis.fetch", run: (api) => withoutFetch(() => api.connect("k", "secret")) },
  { code: "not_connected", name: "SiteError", text: "there is no client yet", hint: "call connect first",
    run: async (_, face) => (await fresh(face)).user("ada"), foreign: true },
  { code: "network", name: "SiteError", text: "get of user ada failed: the service could not be reached",
    attempts: 1, retryable: true, phase: "connect", hint: LOCAL_HINT, run: (api) => user(api, nobody).get() },
  { code: "network", name: "SiteError", text: "update of user ada failed: no response arrived",
    attempts: 1, retryable: true, mayHaveBeenApplied: true, phase: "headers", hint: LOCAL_HINT,
    run: (api) => user(api, answering("reset")).update({}) },
  { code: "network", name: "SiteError", text: "get of user ada failed: the response broke off",
    attempts: 1, retryable: true, phase: "body", hint: LOCAL_HINT, run: (api) => user(api, answering({ cut: true })).get() },
  { code: "network", name: "SiteError", text: "get of user ada failed: no response arrived",
    attempts: 1, retryable: true, phase: "headers", hint: CORS_HINT,
    run: (api) => user(api, { api: undefined }, { fetch: () => Promise.reject(new TypeError("Failed to fetch")) }).get() },
  { code: "timeout", name: "SiteError", text: "get of user ada failed: no answer within 20 ms",
    attempts: 1, retryable: true, phase: "headers", hint: "raise the option timeout",
    run: (api) => user(api, answering("silence"), { timeout: 20 }).get() },
  { code: "outcome_unknown", name: "SiteError", text: "create of user ada failed: no response arrived",
    attempts: 1, mayHaveBeenApplied: true, phase: "headers", hint: UNKNOWN_HINT,
    run: (api) => user(api, answering("reset")).create({}) },
  { code: "invalid_response", name: "SiteError", text: "the answer to get of user ada (HTTP 200) is not JSON",
    attempts: 1, retryable: true, phase: "body", hint: PROXY_HINT,
    run: (api) => user(api, answering({ body: "<html>Sign in</html>" })).get() },
  { code: "token_provider", name: "SiteError", text: "the token provider failed",
    run: (api) => api.connect("k", () => Promise.reject(new Error("offline"))).user("ada").get() },
  { code: "internal", name: "SiteError", text: "a defect of user-handle stopped the call",
    run: async (_, face) => {
      const copy = await trapped("idHashes", face);
      return copy.connect(KEY, "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30").addUsers([{ id: "ada", data: {} }]);
    }, foreign: true },
  { code: "invalid_input", name: "StreamApiError", status: 400, apiCode: 4, exception: "InputException", attempts: 1,
    text: "create of user ada failed: id is empty (HTTP 400, InputException)",
    run: (api) => user(api, server, sending('{"id":""}')).create({}) },
  { code: "unauthorized", name: "StreamApiError", status: 401, apiCode: 2, exception: "ApiKeyException", attempts: 1,
    text: "get of user ada failed: api_key is unknown (HTTP 401, ApiKeyException)",
    hint: "check the API key and the region",
    run: (api) => api.connect("another", SECRET, undefined, { baseUrl: server.api }).user("ada").get() },
  { code: "not_allowed", name: "StreamApiError", status: 403, apiCode: 17, exception: "NotAllowedException", attempts: 1,
    text: "create of user ada failed: You do not have permission to perform this action (HTTP 403, NotAllowedException)",
    hint: TOKEN_HINT,
    run: (api) => {
      const eve = on(api, server).createUserToken("eve");
      return api.connect(KEY, eve, undefined, { baseUrl: server.api }).user("ada").create();
    } },
  { code: "not_allowed", name: "StreamApiError", status: 405, apiCode: 17, exception: "NotAllowedException", attempts: 1,
    text: "get of user ada failed: method PATCH is not allowed on this path (HTTP 405, NotAllowedException)",
    run: (api) => user(api, server, { fetch: (url, init) => fetch(url, { ...init, method: "PATCH" }) }).get() },
  { code: "not_found", name: "StreamApiError", status: 404, apiCode: 16, exception: "DoesNotExistException", attempts: 1,
    text: 'get of user ada failed: user "ada" does not exist (HTTP 404, DoesNotExistException)',
    run: (api) => user(api, server).get() },
  { code: "conflict", name: "StreamApiError", status: 409, apiCode: 22, exception: "ConflictException", attempts: 1,
    text: 'create of user twin failed: user "twin" already exists (HTTP 409, ConflictException)',
    run: async (api) => {
      const twin = on(api, server).user("twin");
      await twin.getOrCreate();
      return twin.create();
    } },
  { code: "too_large", name: "StreamApiError", status: 413, apiCode: 18, exception: "InputException", attempts: 1,
    text: "create of user ada failed: data is 10241 bytes of JSON, at most 10240 are allowed (HTTP 413, InputException)",
    run: (api) => user(api, server, sending(`{"id":"ada","data":{"a":"${"x".repeat(10_233)}"}}`)).create({}) },
  { code: "rate_limited", name: "StreamApiError", status: 429, apiCode: 9, exception: "RateLimitReached", attempts: 1,
    retryable: true, hint: "wait until rateLimit.reset, or for retryAfterMs",
    text: /^get of user ada failed: over the rate limit of 1 requests per minute, retry in \d+ s \(HTTP 429, RateLimitReached\)$/,
    // Twice in a row: the minute may turn in between.
    run: async (api) => {
      for (let asked = 0; asked < 3; asked += 1) await on(api, limited).user("ada").get().catch(only("rate_limited"));
    },
    check(error) {
      assert.deepEqual([error.rateLimit.limit, error.rateLimit.remaining], [1, 0]);
      assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 60_000, error.retryAfterMs);
      assert.equal(error.response.headers["retry-after"], String(error.retryAfterMs / 1000));
    } },
  { code: "server_error", name: "StreamApiError", status: 503, attempts: 1, retryable: true, mayHaveBeenApplied: true,
    text: "update of user ada failed: the service failed (HTTP 503)", error: "<h1>Bad gateway</h1>",
    run: (api) => user(api, answering({ status: 503, body: "<h1>Bad gateway</h1>" })).update({}) },
  { code: "api_error", name: "StreamApiError", status: 418, apiCode: 5, exception: "TeapotException", detail: "short",
    attempts: 1, text: "get of user ada failed: short (HTTP 418, TeapotException)",
    run: (api) => user(api, answering({ status: 418, body: { detail: "short", code: 5, exception: "TeapotException" } })).get() },
];

/** Lets errors of other codes pass. */
function only(code) {
  return (error) => {
    if (error.code === code) throw error;
  };
}

for (const [face, api] of Object.entries(faces)) {
  describe(face, () => {
    for (const { code, run, foreign, check, text, ...expected } of cases) {
      test(`${code}: ${text.source ?? text}`, async () => {
        const error = await failure(() => run(api, face));
        if (text instanceof RegExp) assert.match(error.message, text);
        // A fresh copy has classes of its own, which is what the brand is for.
        const classes = foreign ? { [expected.name]: error.constructor, isUserHandleError: api.isUserHandleError } : api;
        assertError(classes, error, { code, text: text instanceof RegExp ? error.message : text, ...expected });
        check?.(error);
      });
    }

    test("an error is printed under its name", async () => {
      const error = await failure(() => user(api, nobody).get());
      assert.equal(error.constructor.name, "SiteError");
      assert.ok(inspect(error).startsWith("SiteError: get of user ada failed"), inspect(error));
      assert.equal(String(error), "SiteError: get of user ada failed: the service could not be reached");
    });

    test("what the service said is kept, in the form of Stream's client", async () => {
      const body = { detail: "no", status_code: 404, code: 16, exception: "DoesNotExistException" };
      const error = await failure(() => user(api, answering({ status: 404, headers: { "x-a": "b" }, body })).get());
      assert.deepEqual(error.error, body);
      assert.deepEqual(error.response.data, body);
      assert.equal(error.response.status, 404);
      assert.equal(error.response.headers["x-a"], "b");
      assert.deepEqual(Object.keys(error.response).sort(), ["data", "headers", "status", "statusText"]);
    });

    test("the cause is what fetch or the token provider failed with", async () => {
      const cause = new Error("mine");
      const lost = await failure(() => user(api, recorder, { fetch: () => Promise.reject(cause) }).get());
      assert.equal(lost.cause, cause);
      const refused = await failure(() => api.connect("k", () => { throw cause; }).user("a").get());
      assert.equal(refused.cause, cause);
      assert.equal((await failure(() => user(api, nobody).get())).cause.cause.code, "ECONNREFUSED");
    });

    test("a fetch that misbehaves is a lost connection", async () => {
      for (const misbehaving of [
        () => { throw new Error("sync"); },
        () => undefined,
        () => "text",
        async () => undefined,
        async () => ({}),
        async () => ({ status: 200 }),
        async () => Promise.reject(undefined),
        async () => ({ status: 200, headers: new Headers(), body: null, text: () => Promise.reject(new Error("text")) }),
      ]) {
        const error = await failure(() => user(api, recorder, { fetch: misbehaving }).get());
        assert.equal(error.code, "network", `${misbehaving}: ${error}`);
      }
    });

    test("errors of the other face are recognised by their brand", async () => {
      const [other] = Object.values(faces).filter((it) => it !== api);
      const error = await failure(() => other.connect(""));
      assert.ok(!(error instanceof api.FeedError));
      assert.ok(api.isUserHandleError(error));
      for (const alien of [undefined, null, 1, "text", {}, new Error("x"), new TypeError("x"), new Proxy({}, {})]) {
        assert.equal(api.isUserHandleError(alien), false);
      }
    });
  });
}

test("the cases above cover every code of the contract", () => {
  const types = readFileSync(join(dist, "index.d.ts"), "utf8");
  const union = types.match(/export type \w+Code =[^;]*;/g).join("");
  const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 20);
  assert.deepEqual([...new Set(cases.map(({ code }) => code))].sort(), codes.sort());
});
