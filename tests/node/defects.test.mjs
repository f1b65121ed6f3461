// What once ended the module, and every call in flight with it: each of these must leave the others alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, describe, test } from "node:test";
import { inspect } from "node:util";

import { dist, fresh } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { failure } from "../support/refusal.mjs";

const recorder = await startRecorder();
after(() => recorder.stop());
afterEach(() => {
  recorder.answer = () => ({});
});

const TOKEN = "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30";

/** Runs `hostile` while a call of another client is in flight, which then ends well. */
async function besides(hostile) {
  const api = await fresh();
  let release;
  const answered = new Promise((resolve) => { release = resolve; });
  const fetch = async () => (await answered, new Response(JSON.stringify(record("bob")), { status: 200 }));
  const bystander = api.connect("key", TOKEN, undefined, { baseUrl: recorder.api, fetch }).user("bob").get();
  await hostile(api, (options) => api.connect("key", TOKEN, undefined, { baseUrl: recorder.api, ...options }));
  release();
  assert.equal((await bystander).id, "bob");
}

describe("an unrelated call goes on", () => {
  test("when a timer fires although it was cleared", async () => {
    const { setTimeout } = globalThis;
    const TIMEOUT = 12_345; // Nobody else's timer has it.
    const timers = [];
    // The package takes the timers that there are when it is imported.
    globalThis.setTimeout = (run, ms, ...rest) => {
      if (ms === TIMEOUT) timers.push(run);
      return setTimeout(run, ms, ...rest);
    };
    try {
      await besides(async (api, connect) => {
        await connect({ timeout: TIMEOUT }).user("ada").get();
        assert.equal(timers.length, 1);
        timers[0]();
      });
    } finally {
      globalThis.setTimeout = setTimeout;
    }
  });

  test("when a signal calls a listener that was removed", () => besides(async (api, connect) => {
    const listeners = [];
    const signal = { aborted: false, addEventListener: (_, listener) => listeners.push(listener), removeEventListener() {} };
    await connect().user("ada").get({ signal });
    for (const listener of listeners) listener(new Event("abort"));
  }));

  for (const value of [1000, Symbol("limit"), {}, null]) {
    test(`when a stand-in's header is ${String(value)}`, () => besides(async (api, connect) => {
      const headers = new Map([["x-ratelimit-limit", value], ["content-length", value]]);
      const fetch = async () => ({ status: 200, headers, text: async () => JSON.stringify(record("ada")) });
      assert.equal((await connect({ fetch }).user("ada").get()).id, "ada");
    }));
  }

  test("when a getter disposes of the client", () => besides(async (api, connect) => {
    const inData = connect();
    await inData.user("ada").create({ get a() { inData[Symbol.dispose](); return 1; } }).catch(() => {});
    const inOptions = connect();
    const error = await failure(() => inOptions.user("ada").get({ get timeout() { inOptions[Symbol.dispose](); } }));
    assert.equal(error.code, "not_connected");
  }));
});

test("a body without a reader, or of another realm, is read all the same", async () => {
  const api = await fresh();
  const text = JSON.stringify(record("ada"));
  const bytes = new TextEncoder().encode(text);
  const chunks = [{ done: false, value: bytes.buffer }, { done: true }];
  for (const body of [{}, null, { getReader: () => ({ read: async () => chunks.shift() }) }]) {
    const fetch = async () => ({ status: 200, headers: new Headers(), body, text: async () => text });
    const client = api.connect("key", TOKEN, undefined, { baseUrl: recorder.api, fetch });
    assert.equal((await client.user("ada").get()).id, "ada");
  }
});

test("init with what is no module is refused in words", async () => {
  const api = await fresh();
  for (const source of [7, "nowhere://", new Uint8Array(4), { then() { throw 7; } }]) {
    const error = await failure(() => api.init(source));
    assert.deepEqual([error.name, error.code, error.message], [
      "FeedError", "invalid_option", "source must be, or lead to, the module's WebAssembly",
    ]);
  }
  assert.equal(api.connect("key", TOKEN).userId, "ada");
});

test("init with a module of something else is refused, and the built-in one still starts", async () => {
  const api = await fresh();
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  for (const source of [empty, readFileSync(join(dist, "browser.wasm"))]) {
    const error = await failure(() => api.init(source));
    assert.deepEqual([error.name, error.code, error.message, error.hint], [
      "SiteError", "unsupported_runtime", "WebAssembly could not be started here",
      "init takes this build's own module, user-handle/user-handle.wasm",
    ]);
  }
  assert.equal(api.connect("key", TOKEN).userId, "ada");
});

test("a base URL that is none is refused before a request could name it, and the key, in its cause", async () => {
  const api = await fresh();
  for (const baseUrl of ["https://[::zz]/", "https://host:99999/", "https://a..b:x/"]) {
    const error = await failure(async () => api.connect("key-canary", TOKEN, undefined, { baseUrl }));
    assert.deepEqual([error.code, error.message], ["invalid_option", "baseUrl must be an absolute URL"]);
  }
});

test("what fetch fails with loses the query, and the key in it, and nothing else", async () => {
  const api = await fresh();
  // As Deno words it, and as Bun and a cause below it hold it.
  const fetch = async (url) => {
    const below = Object.assign(new Error(`error sending request for url (${url})`), { path: url });
    throw Object.assign(new TypeError("fetch failed", { cause: below }), { code: "ECONNRESET" });
  };
  const client = api.connect("key-canary", TOKEN, undefined, { baseUrl: recorder.api, fetch, retries: 0 });
  const error = await failure(() => client.user("ada").get());
  assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/);
  assert.deepEqual([error.cause.message, error.cause.code], ["fetch failed", "ECONNRESET"]);
  assert.match(error.cause.cause.message, /^error sending request for url \(http.*user\/ada\/\?\)$/);
});

test("a token whose user_id is no id connects, and goes into no path", async () => {
  const api = await fresh();
  const claims = Buffer.from(JSON.stringify({ user_id: "../feed/x" })).toString("base64url");
  const client = api.connect("key", `e30.${claims}.e30`, undefined, { baseUrl: recorder.api });
  recorder.requests.length = 0;
  const rule = 'may only hold letters, digits, - and _, but has "." at position 0';
  for (const [path, call] of [["id", () => client.currentUser.get()], ["user_id in user token", () => client.setUser()]]) {
    const error = await failure(call);
    assert.deepEqual([error.code, error.message], ["invalid_id", `${path} ${rule}`]);
  }
  assert.equal(recorder.requests.length, 0);
});
