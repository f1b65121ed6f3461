// user-handle/testing: the stand-in gives what the real server gives, and fails as it is told to.

import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";

import { build } from "esbuild";

import { dist, faces, project } from "../support/package.mjs";
import { assertError, failure, thrown } from "../support/refusal.mjs";
import { KEY, startServer } from "../support/server.mjs";
import { run, setUp, titles } from "../support/service-contract.mjs";

writeFileSync(join(project, "testing.js"), 'export * from "user-handle/testing";\n');
const esm = await import(pathToFileURL(join(project, "testing.js")));
const cjs = createRequire(join(project, "testing.js"))("user-handle/testing");
const testings = { import: esm, require: cjs };

const server = await startServer();
after(() => server.stop());

describe("the contract", () => {
  const real = setUp(faces.import, server.api, fetch);
  const standIns = Object.entries(testings).map(([face, { mockService }]) => {
    const service = mockService({ apiKey: KEY });
    return [face, setUp(faces[face], server.api, service.fetch)];
  });
  for (const title of titles) {
    test(title, async () => {
      const expected = await run(title, real);
      for (const [face, mockService] of standIns) assert.deepStrictEqual(await run(title, mockService), expected, face);
    });
  }
});

for (const [face, { mockService, userToken }] of Object.entries(testings)) {
  const api = faces[face];

  describe(face, () => {
    let service;
    const client = (options) => api.connect("key", "secret", undefined, { fetch: service.fetch, ...options });
    beforeEach(() => { service = mockService(); });

    describe("what it keeps", () => {
      test("the same calls give the same records and requests, each time", async () => {
        const story = async () => {
          const ada = await client().user("ada").create({ n: 1 });
          await ada.update({ n: 2 });
          const flag = await client().flagUser("ada");
          await client().addUsers([{ id: "b" }, { id: "c" }]);
          return JSON.stringify([ada, flag, service.users(), service.requests]);
        };
        const first = await story();
        service.reset();
        assert.equal(await story(), first);
        service = mockService();
        assert.equal(await story(), first);
      });

      test("the first write is at the start of 2026, and each further one a second later", async () => {
        const ada = await client().user("ada").create();
        await client().user("ada").get();
        await ada.update({ a: 1 });
        assert.deepEqual(service.user("ada"), {
          id: "ada", data: { a: 1 },
          created_at: "2026-01-01T00:00:00.000000Z", updated_at: "2026-01-01T00:00:01.000000Z",
        });
      });

      test("now sets the clock, for timestamps and tokens", async () => {
        let time = Date.parse("2030-05-06T07:08:09.123Z");
        service = mockService({ now: () => new Date(time) });
        const ada = await client().user("ada").create();
        await ada.update();
        const { created_at, updated_at } = ada.full;
        assert.deepEqual([created_at, updated_at], ["2030-05-06T07:08:09.123000Z", "2030-05-06T07:08:09.123001Z"]);
        const token = userToken("ada", { nbf: time / 1000 + 100 });
        const own = api.connect("key", token, undefined, { fetch: service.fetch });
        assert.equal((await failure(() => own.currentUser.get())).detail, "token is not valid yet");
        time += 60_000;
        assert.equal((await own.currentUser.get()).id, "ada");
      });

      test("users are there from the start, and again after a reset", async () => {
        service = mockService({ users: new Set([{ id: "ada", data: { name: "Ada" } }, { id: "eve" }]) });
        await client().user("ada").update({ name: "Eve" });
        await client().user("eve").delete();
        service.add([{ id: "bob" }, { id: "ada", data: { name: "Bob" } }]);
        assert.deepEqual(service.users().map(({ id, data }) => [id, data]), [["ada", { name: "Bob" }], ["bob", {}]]);
        service.fail({ status: 500 });
        service.reset();
        assert.deepEqual(service.users().map(({ id, data }) => [id, data]), [["ada", { name: "Ada" }], ["eve", {}]]);
        assert.deepEqual(service.requests, []);
        assert.deepEqual((await client().user("ada").get()).data, { name: "Ada" });
      });

      test("what it gives can be given to another", async () => {
        service.add([{ id: "ada", data: { n: 1 } }, { id: "eve", data: undefined }]);
        assert.deepEqual(mockService({ users: service.users() }).users().map(({ id, data }) => [id, data]), [["ada", { n: 1 }], ["eve", {}]]);
      });

      test("what it gives are copies", async () => {
        service.add([{ id: "ada", data: { tags: [] } }]);
        service.user("ada").data.tags.push("mine");
        service.users()[0].data.tags.push("mine");
        (await client().user("ada").get()).data.tags.push("mine");
        assert.deepEqual(service.user("ada").data, { tags: [] });
        assert.equal(service.user("nobody"), undefined);
      });

      test("handles of the package are users", async () => {
        const handle = client().user("ada");
        handle.full = { id: "ada", data: { from: "handle" } };
        service.add([handle]);
        assert.deepEqual(service.user("ada").data, { from: "handle" });
      });

      test("requests tell what was sent", async () => {
        const token = userToken("ada");
        await api.connect("key", token, undefined, { fetch: service.fetch }).user("ada").create({ name: "Ada" });
        await client().getUsers(["ada", "eve"]);
        const [create, get] = service.requests;
        assert.deepEqual([create.method, create.path], ["POST", "user/"]);
        assert.deepEqual(create.body, { id: "ada", data: { name: "Ada" } });
        assert.equal(create.headers.authorization, token);
        assert.equal(create.headers["content-type"], "application/json");
        assert.deepEqual(get.query, { api_key: "key", location: "unspecified", ids: "ada,eve" });
        assert.deepEqual([get.body, get.url], [undefined,
          "https://api.stream-io-api.com/api/v1.0/users/?api_key=key&location=unspecified&ids=ada,eve"]);
      });

      test("any API root will do, and a Request as well", async () => {
        assert.equal((await client({ baseUrl: "https://example.com/proxy/v1.0/" }).user("v1").create()).id, "v1");
        const request = new Request("https://example.com/v1.0/user/?api_key=k", {
          method: "POST", body: new Blob(['{"id":"eve"}']), headers: { authorization: userToken("eve") },
        });
        const response = await service.fetch(request);
        assert.deepEqual([response.status, (await response.json()).id], [201, "eve"]);
        assert.equal((await failure(() => client({ version: "v2.0" }).user("ada").get())).code, "not_found");
      });

      test("a mistake in the test's own set-up is told", () => {
        const standing = mockService();
        const noFailure = "a failure is one of network, unreachable, hang, cut, or has a status from 200 to 599";
        const noId = 'id may only hold letters, digits, - and _, but has " " at position 1';
        for (const [mistake, text] of [
          [() => mockService({ users: [{ id: "a b" }] }), `users[0].${noId}`],
          [() => mockService({ users: [{ id: "a" }, { id: "b", data: "text" }] }),
            "users[1].data must be a JSON object, but is a string"],
          [() => mockService({ users: [null] }), "users[0] must be a JSON object, but is null"],
          [() => mockService({ now: 7 }), "option now must be a function, but is a number"],
          [() => mockService({ now: () => new Date("tomorrow") }), "what option now gives must be a Date that is valid"],
          [() => mockService({ apiKey: 7 }), "option apiKey must be a string, but is a number"],
          [() => standing.add([{}]), "users[0].id is missing"],
          [() => standing.add([{ id: "a", name: "Ada" }]), "users[0].name is not known: a user of a batch has an id and data"],
          [() => standing.add([{ id: "a" }, { id: "b", data: { n: [NaN] } }]), "users[1].data.n[0] is NaN, which JSON cannot hold"],
          [() => mockService({ users: [{ id: "a", data: new Map([["n", 1]]) }] }), "users[0].data is a Map, which JSON cannot hold"],
          [() => mockService({ users: { id: "a" } }), "users must be an array or another iterable, but is an object"],
          [() => standing.add([{ get id() { throw 7; } }]), "users could not be read: a getter or proxy threw"],
          [() => standing.fail("netwerk"), noFailure],
          [() => standing.fail({ status: 600 }), noFailure],
          [() => standing.fail(), noFailure],
          [() => standing.fail("hang", { times: "2" }), "option times must be a number, but is a string"],
          [() => standing.fail("hang", { times: NaN }), "option times must be 0 or more"],
          [() => standing.fail({ status: 503, headers: 7 }), "failure.headers must be headers, but is a number"],
          [() => standing.fail("hang", { when: true }), "option when must be a function, but is a boolean"],
          [() => mockService({ apikey: "k" }), "option apikey is not known: did you mean apiKey?"],
          [() => mockService([{ id: "a" }]), "options must be a plain object, but is [object Array]"],
          [() => standing.fail("hang", { time: 2 }), "option time is not known: did you mean times?"],
          [() => standing.fail({ status: 503, header: {} }), "failure.header is not known: did you mean headers?"],
          [() => userToken("a b"), noId],
          [() => userToken(7), "id must be a string, but is a number"],
        ]) {
          const error = thrown(mistake);
          assert.ok(error instanceof TypeError);
          assert.equal(error.message, text);
        }
      });

      test("userToken makes tokens of any claims, but of one user", async () => {
        const token = userToken("ada", { user_id: "eve", role: "é😀" });
        assert.deepEqual(JSON.parse(Buffer.from(token.split(".")[1], "base64url")), { user_id: "ada", role: "é😀" });
        const own = api.connect("key", token, undefined, { fetch: service.fetch });
        assert.equal(own.userId, "ada");
        assert.equal((await failure(() => own.user("eve").create())).code, "not_allowed");
      });
    });

    describe("how it fails", () => {
      const user = (options) => client({ retries: 0, ...options }).user("ada");

      test("with a status, and the service's body for it", async () => {
        for (const [status, code, apiCode, exception] of [
          [400, "invalid_input", 4, "InputException"], [401, "unauthorized", 2, "ApiKeyException"],
          [403, "not_allowed", 17, "NotAllowedException"], [404, "not_found", 16, "DoesNotExistException"],
          [409, "conflict", 22, "ConflictException"], [413, "too_large", 18, "InputException"],
          [429, "rate_limited", 9, "RateLimitReached"], [500, "server_error", -1, "InternalException"],
          [503, "server_error", -1, "ServiceUnavailableException"], [418, "api_error", 4, "InputException"],
        ]) {
          service.fail({ status });
          const error = await failure(() => user().get());
          const { status: told, code: named, apiCode: number, exception: kind } = error;
          assert.deepEqual([told, named, number, kind], [status, code, apiCode, exception]);
        }
      });

      test("with headers and a body of the test's own", async () => {
        service.fail({ status: 429, headers: { "retry-after": "7" }, body: { detail: "slow down" } });
        const error = await failure(() => user().get());
        assert.deepEqual([error.detail, error.retryAfterMs], ["slow down", 7000]);
        service.fail({ status: 429, headers: new Headers({ "retry-after": "8" }) });
        assert.equal((await failure(() => user().get())).retryAfterMs, 8000);
        service.fail({ status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" });
        assert.equal((await failure(() => user().get())).error, "<h1>Bad gateway</h1>");
        service.fail({ status: 200, body: '{"id":' });
        assert.equal((await failure(() => user().get())).code, "invalid_response");
        service.fail({ status: 204 });
        assert.equal((await failure(() => user().get())).code, "invalid_response");
      });

      test("as often as it is told to; the client tries again", async () => {
        service.add([{ id: "ada" }]);
        service.fail({ status: 503, headers: { "retry-after": "0" } }, { times: 2 });
        await user({ retries: 2 }).get();
        assert.equal(service.requests.length, 3);
      });

      test("only where it is told to, and until it is taken back", async () => {
        service.add([{ id: "ada" }, { id: "eve" }]);
        const end = service.fail("network", { times: Infinity, when: ({ path }) => path === "user/ada/" });
        await client().user("eve").get();
        for (let round = 0; round < 3; round += 1) assert.equal((await failure(() => user().get())).code, "network");
        end();
        await user().get();
      });

      test("in the order in which it was told", async () => {
        service.add([{ id: "ada" }]);
        service.fail({ status: 500 });
        service.fail({ status: 403 });
        for (const status of [500, 403]) assert.equal((await failure(() => user().get())).status, status);
        await user().get();
      });

      test("a broken connection: nothing was stored, or it was", async () => {
        service.fail("network");
        assert.equal((await failure(() => user().create())).code, "outcome_unknown");
        assert.equal(service.user("ada"), undefined);
        service.fail("network", { applied: true });
        const error = await failure(() => user().create({ a: 1 }));
        assertError(api, error, {
          name: "SiteError", code: "outcome_unknown", attempts: 1, mayHaveBeenApplied: true, text: error.message,
        });
        assert.deepEqual(service.user("ada").data, { a: 1 });
        service.fail({ status: 500 }, { applied: true });
        assert.equal((await failure(() => user().update({ a: 2 }))).mayHaveBeenApplied, true);
        assert.deepEqual(service.user("ada").data, { a: 2 });
        service.fail("network", { applied: true });
        assert.equal((await user({ retries: 1 }).delete()).alreadyGone, true);
      });

      test("no connection: even create is tried again", async () => {
        service.fail("unreachable");
        await user({ retries: 1 }).create();
        assert.equal(service.requests.length, 2);
      });

      test("an answer that breaks off, of a request that was carried out", async () => {
        service.fail("cut");
        const error = await failure(() => user().create({ a: 1 }));
        assert.deepEqual([error.code, error.phase, error.mayHaveBeenApplied], ["outcome_unknown", "body", true]);
        assert.deepEqual(service.user("ada").data, { a: 1 });
      });

      test("no answer: the time limit ends it, and the caller's signal", async () => {
        service.fail("hang", { times: 2 });
        assert.equal((await failure(() => user({ timeout: 10 }).get())).code, "timeout");
        const controller = new AbortController();
        const reason = new Error("mine");
        const hanging = failure(() => user().get({ signal: controller.signal }));
        controller.abort(reason);
        assert.equal(await hanging, reason);
        service.fail("hang", { applied: true });
        assert.equal((await failure(() => user({ timeout: 10 }).create())).code, "outcome_unknown");
        assert.equal(service.user("ada").id, "ada");
      });

      test("a signal counts before, during and after", async () => {
        const url = "https://example.com/v1.0/user/ada/?api_key=key";
        const reason = new Error("mine");
        assert.equal(await failure(() => service.fetch(url, { signal: AbortSignal.abort(reason) })), reason);
        assert.equal(service.requests.length, 0);
        for (const script of [() => {}, () => service.fail("hang")]) {
          script();
          const controller = new AbortController();
          const asked = failure(() => service.fetch(url, { signal: controller.signal }));
          controller.abort(reason);
          assert.equal(await asked, reason);
        }
        const late = new AbortController();
        service.fail("hang");
        const hanging = failure(() => service.fetch(new Request(url, { signal: late.signal })));
        await new Promise(setImmediate);
        late.abort(reason);
        assert.equal(await hanging, reason);
      });

      test("what a predicate throws, fetch rejects with", async () => {
        const mine = new Error("mine");
        service.fail("hang", { when: () => { throw mine; } });
        assert.equal((await failure(() => user().get())).cause, mine);
      });
    });
  });
}

/** Most of it is the module as text: rules that are written for a server, with the texts of their errors. */
const BYTES = 220_000;

describe("what it is made of", () => {
  for (const file of ["testing.js", "testing.cjs"]) {
    test(`${file} imports nothing, and is at most ${BYTES} bytes`, () => {
      const code = readFileSync(join(dist, file), "utf8").replace(/\/\/ .*$/gm, "").replace(/"[^"\n]{1000,}"/, '""');
      assert.deepEqual(code.match(/\brequire\(|\bimport\b|node:|\bprocess\b|\bBuffer\b/g), null);
      assert.ok(code.length < 30_000 && statSync(join(dist, file)).size <= BYTES);
    });
  }

  test("it needs what every runtime has, and nothing of Node", async () => {
    const web = { AbortController, Headers, ReadableStream, Response, TextDecoder, TextEncoder, URL, atob, btoa };
    const module = { exports: {} };
    runInContext(readFileSync(join(dist, "testing.cjs"), "utf8"), createContext({ ...web, module }));
    const { mockService, userToken } = module.exports;
    const service = mockService();
    const own = faces.import.connect("key", userToken("ada"), undefined, { fetch: service.fetch, retries: 0 });
    await own.setUser({ name: "Ada" });
    service.fail("cut");
    assert.equal((await failure(() => own.currentUser.get())).code, "network");
    assert.deepEqual((await own.currentUser.get()).data, { name: "Ada" });
  });

  test("bundlers find it, for pages and for servers, without the rest of the package", async () => {
    for (const platform of ["browser", "node"]) {
      const { outputFiles: [{ text }] } = await build({
        entryPoints: [join(project, "testing.js")], bundle: true, write: false, format: "esm", platform,
        logLevel: "silent",
      });
      assert.match(text, /mockService/);
      assert.doesNotMatch(text, /StreamSession/);
    }
  });
});
