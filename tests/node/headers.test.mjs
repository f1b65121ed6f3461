// The headers that callers add, and what events tell of a call.

import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";

import { SpanStatusCode, trace } from "@opentelemetry/api";

import { assertError, failure } from "../support/refusal.mjs";
import { programsOf } from "../support/documents.mjs";
import { esm, faces, klaimFaces } from "../support/package.mjs";

const RULE = "must be a header that callers may set";
const ada = { id: "ada", created_at: "c", updated_at: "u", data: {} };
const klaimAda = { user_id: "ada", klaim_id: "k", email: "a@example.com", credit_balance: 0, created_at: 0 };

/** Answers with each of these in turn, the last one again and again; `seen` are the headers of each request. */
function answering(...bodies) {
  const seen = [];
  const fetch = async (_, { headers }) => {
    seen.push(headers);
    const body = bodies[Math.min(seen.length, bodies.length) - 1];
    if (body instanceof Error) throw body;
    return Response.json(body);
  };
  return { fetch, seen };
}

for (const [face, api] of Object.entries(faces)) {
  describe(`${face}: headers`, () => {
    const connected = (fetch, headers) => api.connect("key", "secret", undefined, { fetch, headers, retries: 0 });

    test("those of a call go before those of its client, whatever the case of their names", async () => {
      const { fetch, seen } = answering(ada);
      const client = connected(fetch, { "X-Trace": "client", Baggage: "é" });
      await client.user("ada").get({ headers: { "x-trace": "call" } });
      await client.user("ada").update({}, { headers: new Headers({ more: "1" }) });
      await client.user("ada").create({}, { headers: new Map([["more", "2"]]) });
      await client.user("ada").get();
      const told = seen.map(({ authorization, "stream-auth-type": type, "x-stream-client": from, ...own }) => own);
      assert.deepEqual(told, [
        { "x-trace": "call", baggage: "é" },
        { "x-trace": "client", baggage: "é", more: "1", "content-type": "application/json" },
        { "x-trace": "client", baggage: "é", more: "2", "content-type": "application/json" },
        { "x-trace": "client", baggage: "é" },
      ]);
      assert.ok(seen.every(({ authorization, "stream-auth-type": type }) => authorization && type === "jwt"));
    });

    test("batches and imports have them too", async () => {
      const { fetch, seen } = answering({ created_users: [] });
      const client = connected(fetch);
      await client.addUsers([{ id: "ada" }], false, { headers: { "x-a": "1" } });
      await client.users.import([{ id: "ada" }], { headers: { "x-a": "2" } });
      assert.deepEqual(seen.map((headers) => headers["x-a"]), ["1", "2"]);
    });

    const getter = { get "x-a"() { throw new Error("no"); } };
    for (const [headers, place] of [
      [{ Authorization: "canary-mine" }, "headers.Authorization"],
      [{ "stream-auth-type": "anonymous" }, "headers.stream-auth-type"],
      [{ "X-Stream-Client": "me" }, "headers.X-Stream-Client"],
      [[["content-type", "text/plain"]], "headers.content-type"],
      [{ accept: "text/html" }, "headers.accept"],
      [{ "x-a": "canary-a\r\nb: c" }, "headers.x-a"],
      [{ "x-a": "😀" }, "headers.x-a"],
      [{ "a b": "c" }, "headers.a b"],
      [{ "x-a": 5 }, "headers.x-a"],
      [{ "x-a": null }, "headers.x-a"],
      [{ "x-a": undefined }, "headers.x-a"],
      [getter, "headers"],
    ]) {
      test(`refused: ${place}`, async () => {
        const { fetch, seen } = answering(ada);
        const refused = { name: "FeedError", code: "invalid_option", text: `option ${place} ${RULE}` };
        assertError(api, await failure(async () => connected(fetch, headers)), refused);
        const client = connected(fetch);
        for (const call of [
          () => client.user("ada").get({ headers }), () => client.addUsers([{ id: "ada" }], false, { headers }),
          () => client.users.import([{ id: "ada" }], { headers }),
        ]) assertError(api, await failure(call), refused);
        assert.deepEqual(seen, []);
      });
    }

    test("what is no object is refused by its type", async () => {
      const error = await failure(async () => connected(() => {}, "x-a: 1"));
      assert.match(error.message, /^option headers must be an object without accept, .*, but is a string$/);
    });

    test("they are read once: what the caller changes later is not sent", async () => {
      const { fetch, seen } = answering(ada);
      const headers = { "x-a": "1" };
      const client = connected(fetch, headers);
      headers["x-a"] = "2";
      await client.user("ada").get();
      assert.equal(seen[0]["x-a"], "1");
    });
  });

  test(`${face}: Klaim has them`, async () => {
    const { fetch, seen } = answering(klaimAda);
    const { connect } = klaimFaces[face];
    const client = connect("key", { baseUrl: "https://klaim.example/", fetch, headers: { "x-a": "1", "x-stream-client": "mine" } });
    await client.user("ada").get({ headers: { "x-a": "2" } });
    assert.deepEqual([seen[0]["x-a"], seen[0]["x-stream-client"]], ["2", "mine"]);
    const error = await failure(() => client.user("ada").get({ headers: { authorization: "canary" } }));
    assert.equal(error.message, `option headers.authorization ${RULE}`);
  });

  describe(`${face}: the end of a call`, () => {
    const lost = new TypeError("fetch failed");
    const ends = (client) => {
      const heard = [];
      client.on("end", (event) => heard.push(event));
      return heard;
    };

    test("tells how each came out, by the number of the call", async () => {
      const { fetch } = answering(lost, ada);
      const client = api.connect("key", "secret", undefined, { fetch, retries: 1 });
      const heard = ends(client);
      const sent = [];
      client.on("request", ({ callId, attempt }) => sent.push(`${callId}.${attempt}`));
      await Promise.all([client.user("ada").update({}), client.user("ada").get({ headers: {} })]);
      assert.deepEqual(sent.sort(), ["1.1", "1.2", "2.1"]);
      assert.deepEqual(heard.map(({ callId, operation, attempt, error }) => [callId, operation, attempt, error]).sort(), [
        [1, "update", 2, undefined], [2, "get", 1, undefined],
      ]);
    });

    test("has the error that the caller sees, and the reason of an abort", async () => {
      const { fetch } = answering(lost);
      const client = api.connect("key", "secret", undefined, { fetch, retries: 0 });
      const heard = ends(client);
      const error = await failure(() => client.user("ada").get());
      const controller = new AbortController();
      client.on("request", () => controller.abort("enough"));
      assert.equal(await failure(() => client.user("ada").get({ signal: controller.signal })), "enough");
      assert.deepEqual(heard.map((event) => event.error), [error, "enough"]);
    });

    test("is told of no call that has sent nothing", async () => {
      const client = api.connect("key", "secret", undefined, { fetch: () => {} });
      const heard = ends(client);
      await failure(() => client.user("ada").update({ bad: NaN }));
      await failure(() => client.user("ada").get({ signal: AbortSignal.abort() }));
      assert.deepEqual(heard, []);
    });

    test("is its own call's, where a listener makes calls", async () => {
      const { fetch } = answering(lost, lost, ada);
      const client = api.connect("key", "secret", undefined, { fetch, retries: 2 });
      const heard = ends(client);
      let inner;
      client.on("retry", ({ callId }) => { if (callId === 1) inner ??= client.user("eve").delete(); });
      await client.user("ada").get();
      await inner;
      assert.deepEqual(heard.map(({ callId, path }) => [callId, path]).sort(), [[1, "user/ada/"], [2, "user/eve/"]]);
    });
  });
}

describe("the guide's spans", () => {
  const spans = [];
  /** What an SDK keeps of a span. */
  class Span {
    constructor(name, { attributes }) {
      Object.assign(this, { name, attributes: { ...attributes }, exceptions: [], ended: 0 });
      spans.push(this);
    }

    setAttribute(key, value) {
      this.attributes[key] = value;
      return this;
    }

    setStatus(status) {
      this.status = status;
      return this;
    }

    recordException(error) { this.exceptions.push(error); }
    end() { this.ended += 1; }
  }
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: (name, options) => new Span(name, options) }) });
  after(() => trace.disable());
  beforeEach(() => { spans.length = 0; });

  test("are one for each call, and all of them end", async () => {
    const [{ code }] = programsOf("docs/guides/node.md", "js").filter((program) => program.code.includes("@opentelemetry/api"));
    const { fetch } = answering(new TypeError("fetch failed"), ada, new TypeError("fetch failed"));
    const connect = () => esm.connect("key", "secret", undefined, { fetch, retries: 1 });
    const body = code.replaceAll(/^import .*\n/gm, "").replace("const client =", "client =");
    const run = new Function("connect", "trace", "SpanKind", "SpanStatusCode", `let client;\n${body}\nreturn client;`);
    const client = run(connect, trace, { CLIENT: 2 }, SpanStatusCode);
    await client.user("ada").get();
    const error = await failure(() => client.user("ada").create());
    assert.deepEqual(spans.map(({ name, attributes, status, ended }) => [name, attributes, status?.code, ended]), [
      ["user get", { "http.request.method": "GET", "url.path": "user/ada/", "http.request.resend_count": 1 }, undefined, 1],
      ["user create", { "http.request.method": "POST", "url.path": "user/", "http.request.resend_count": 0 }, 2, 1],
    ]);
    assert.deepEqual(spans[1].exceptions, [error]);
  });
});
