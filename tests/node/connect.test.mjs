// How the package is found, started and pointed at a place: what happens before the first call.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { dist, faces, fresh, project } from "../support/package.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { assertError, failure } from "../support/refusal.mjs";

const recorder = await startRecorder();
after(() => recorder.stop());

/** What a program prints in a fresh Node, with these environment variables and flags. */
function printed(code, { env = {}, flags = [], type = "module" } = {}) {
  const { STREAM_URL, STREAM_BASE_URL, LOCAL, NODE_OPTIONS, ...clean } = process.env;
  return execFileSync(process.execPath, [...flags, `--input-type=${type}`, "--eval", code], {
    cwd: project, encoding: "utf8", env: { ...clean, ...env },
  }).trim();
}

describe("import and require", () => {
  test("index.cjs is what Node without require(esm) takes", () => {
    const code = 'const api = require("user-handle"); console.log(require.resolve("user-handle"), Object.keys(api).length);';
    const flags = ["--no-experimental-require-module"];
    const [path, count] = printed(code, { flags, type: "commonjs" }).split(" ");
    assert.equal(path, join(dist, "index.cjs"));
    assert.equal(Number(count), Object.keys(faces.import).length);
  });

  test("where Node has require(esm), import and require share one state", () => {
    const code = `
      import { createRequire } from "node:module";
      import * as imported from "user-handle";
      const required = createRequire(import.meta.url)("user-handle");
      console.log(required.Client === imported.Client);
    `;
    assert.equal(printed(code), String(process.features.require_module));
  });

  test("both faces export the same names", () => {
    assert.deepEqual(Object.keys(faces.require).sort(), Object.keys(faces.import).sort());
  });

  test("importing starts nothing, and fails nowhere", () => {
    const code = `
      delete globalThis.WebAssembly;
      delete globalThis.fetch;
      const { connect, FeedError } = await import("user-handle");
      try { connect("key"); } catch ({ name, code, message }) { console.log(name, code, message, typeof FeedError); }
    `;
    assert.equal(printed(code), "SiteError unsupported_runtime WebAssembly could not be started here function");
  });

  test("without fetch, connect says so", () => {
    const code = `
      delete globalThis.fetch;
      const { connect } = await import("user-handle");
      try { connect("key"); } catch ({ name, code, message, hint }) { console.log([name, code, message, hint].join("; ")); }
    `;
    assert.equal(
      printed(code),
      "SiteError; unsupported_runtime; this runtime has no fetch; use Node 18 or newer, or define globalThis.fetch",
    );
  });
});

describe("init", () => {
  const path = join(dist, "user-handle.wasm");
  const bytes = readFileSync(path);
  const served = "data:application/wasm;base64," + bytes.toString("base64");
  for (const [kind, make] of [
    ["nothing", () => undefined],
    ["bytes", () => bytes],
    ["an ArrayBuffer", () => Uint8Array.from(bytes).buffer],
    ["a Module", () => new WebAssembly.Module(bytes)],
    ["a Response", () => new Response(bytes, { headers: { "content-type": "application/wasm" } })],
    ["a URL", () => new URL(served)],
    ["text", () => served],
  ]) {
    test(`from ${kind}`, async () => {
      const copy = await fresh();
      await copy.init(make());
      assert.equal((await copy.connect("k", null, undefined, { baseUrl: recorder.api }).user("ada").get()).full.id, "ada");
    });
  }
});

describe("where the API is", () => {
  const DEFAULT = "https://api.stream-io-api.com/api/";
  const LOCAL = "http://localhost:8000/api/";
  const ENV = { STREAM_BASE_URL: "https://env.example/api/" };
  for (const [title, env, options, expected] of [
    ["nothing said", {}, {}, DEFAULT],
    ["a region", {}, { location: "dublin" }, "https://dublin-api.stream-io-api.com/api/"],
    ["a region and a protocol", {}, { location: "dublin", protocol: "https" }, "https://dublin-api.stream-io-api.com/api/"],
    ["local", {}, { local: true, location: "dublin" }, LOCAL],
    ["LOCAL", { LOCAL: "1" }, {}, LOCAL],
    ["STREAM_BASE_URL before LOCAL", { ...ENV, LOCAL: "1" }, {}, "https://env.example/api/"],
    ["urlOverride before STREAM_BASE_URL", ENV, { urlOverride: { api: "https://o.example/api/" } }, "https://o.example/api/"],
    ["baseUrl before urlOverride", ENV, { baseUrl: "https://b.example", urlOverride: { api: "https://o.example/" } },
      "https://b.example/"],
  ]) {
    test(title, () => {
      const code = `
        const { connect } = await import("user-handle");
        console.log(connect("k", null, undefined, ${JSON.stringify(options)}).baseUrl);
      `;
      assert.equal(printed(code, { env }), expected);
    });
  }

  test("STREAM_URL stands in for a missing key, and for nothing else", () => {
    const env = { STREAM_URL: "https://the-key:the-secret@dublin.stream-io-api.com/?app_id=42" };
    const code = (...given) => `
      const { connect } = await import("user-handle");
      const { apiKey, appId, baseUrl, usingApiSecret } = connect(${given});
      console.log(apiKey, appId, baseUrl, usingApiSecret);
    `;
    assert.equal(printed(code(), { env }), "the-key 42 https://dublin-api.stream-io-api.com/api/ true");
    assert.equal(printed(code('"own"', '"own-secret"', '"7"'), { env }), `own 7 ${DEFAULT} true`);
  });
});

for (const [face, api] of Object.entries(faces)) {
  describe(`${face}: fetch`, () => {
    test("it is asked for nothing that a browser would add", async () => {
      const given = [];
      const spy = (url, init) => (given.push([url, init]), fetch(url, init));
      await api.connect("k", "secret", undefined, { baseUrl: recorder.api, fetch: spy }).user("ada").update({ a: 1 });
      const [[url, { method, credentials, redirect, cache, referrerPolicy, body }]] = given;
      assert.equal(url, `${recorder.api}v1.0/user/ada/?api_key=k&location=unspecified`);
      assert.deepEqual({ method, credentials, redirect, cache, referrerPolicy, body }, {
        method: "PUT", credentials: "omit", redirect: "error", cache: "no-store", referrerPolicy: "no-referrer",
        body: '{"data":{"a":1}}',
      });
    });

    test("the global one is looked up at each call", async () => {
      const client = api.connect("k", null, undefined, { baseUrl: recorder.api });
      const native = globalThis.fetch;
      let replaced = 0;
      globalThis.fetch = (...given) => (replaced += 1, native(...given));
      try {
        await client.user("ada").get();
      } finally {
        globalThis.fetch = native;
      }
      await client.user("ada").get();
      assert.equal(replaced, 1);
    });

    test("no redirect is followed: it would carry the token elsewhere", async () => {
      recorder.answer = ({ path }) =>
        path.includes("/user/") ? { status: 307, headers: { location: `${recorder.url}/elsewhere` }, body: "" } : {};
      recorder.requests.length = 0;
      const client = api.connect("k", "secret", undefined, { baseUrl: recorder.api });
      const error = await failure(() => client.user("ada").get());
      recorder.answer = () => ({});
      assertError(api, error, {
        name: "SiteError", code: "network", text: "get of user ada failed: no response arrived", attempts: 1,
        retryable: false, phase: "headers",
        hint: "the cause says why; baseUrl must be where the API is, not a redirect to it",
      });
      assert.deepEqual(recorder.requests.map(({ path }) => path), ["/api/v1.0/user/ada/"]);
    });

    test("an answer without end is not read to its end", async () => {
      let cancelled = false;
      let pulled = 0;
      const endless = () => new Response(new ReadableStream({
        pull: (stream) => (pulled += 1, stream.enqueue(new Uint8Array(65_536).fill(32))),
        cancel: () => { cancelled = true; },
      }));
      const client = api.connect("k", null, undefined, { fetch: async () => endless(), retries: 0 });
      const error = await failure(() => client.user("ada").get());
      assert.equal(error.code, "invalid_response");
      assert.equal(error.message, "the answer to get of user ada (HTTP 200) is longer than is reasonable");
      assert.ok(cancelled && pulled < 30, `${cancelled} ${pulled}`);
    });
  });
}
