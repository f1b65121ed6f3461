// Where there is no WebAssembly: the entries that need none, and what the others say. The tests of calls run on those entries
// too, with `cargo xtask test --only no-wasm`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";

import * as esbuild from "esbuild";

import { bundlers, download } from "../support/download.mjs";
import { dist, load, project } from "../support/package.mjs";
import { failure } from "../support/refusal.mjs";
import { KEY, KLAIM_KEY, SECRET, startServer } from "../support/server.mjs";

/** A page with the five operations has at most so many bytes of brotli. The goal is 27 000, as DESIGN.md says. */
const BYTES = 36_000;

const server = await startServer();
after(() => server.stop());

/** What a program prints that runs beside the installed package; without stderr, which has to be empty. */
async function printed(program, flags = []) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, "--input-type=module", "--eval", program], { cwd: project });
  assert.equal(stderr, "");
  return stdout.trim();
}

/** Node's `fetch` parses HTTP by WebAssembly, which it loads at its first request. */
const WITHOUT = `
  await fetch("${server.url}/health");
  delete globalThis.WebAssembly;
`;
const CALLS = `
  const client = api.connect("${KEY}", "${SECRET}", undefined, { baseUrl: "${server.api}" });
  const user = client.user("no-wasm");
  await user.create({ name: "Ada", tags: ["é", "😀"] });
  const told = [JSON.stringify(user.data)];
  for (const call of [() => user.create(), () => user.update({ born: NaN }), () => client.user("../x"), () => client.user("nobody").get()]) {
    told.push(await (async () => call())().then(() => "done", ({ code }) => code));
  }
  told.push((await user.getOrCreate()).full.id, (await user.update({ born: 1815 })).data.born, (await client.user("no-wasm").get()).data.born);
  await user.delete();
  told.push((await client.addUsers([{ id: "no-wasm", data: {} }])).created_users.length, (await client.deleteUsers(["no-wasm"])).deleted_user_ids.length);
  console.log(told.join(" "));
`;
const TOLD = '{"name":"Ada","tags":["é","😀"]} conflict unrepresentable_value invalid_id not_found no-wasm 1815 1815 1 1';

describe("the entries without WebAssembly", () => {
  test("import", async () => {
    assert.equal(await printed(`${WITHOUT} const api = await import("user-handle/no-wasm"); ${CALLS}`), TOLD);
  });

  test("require", async () => {
    const program = `
      import { createRequire } from "node:module";
      ${WITHOUT}
      const api = createRequire(import.meta.url)("./node_modules/user-handle/dist/no-wasm.cjs");
      ${CALLS}
    `;
    assert.equal(await printed(program), TOLD);
  });

  test("Klaim", async () => {
    const program = `
      ${WITHOUT}
      const { connect, KlaimError } = await import("user-handle/klaim/no-wasm");
      const client = connect("${KLAIM_KEY}", { baseUrl: "${server.klaim}" });
      const user = await client.user("ada/ü").getOrCreate({ email: "ada@example.com" });
      const missing = await client.user("nobody").get().catch((error) => error);
      console.log(user.full.user_id, missing instanceof KlaimError, missing.code);
    `;
    assert.equal(await printed(program), "ada/ü true not_found");
  });

  test("errors of one entry are instances of the other's classes", async () => {
    const program = `
      import { SiteError, ValidationError } from "user-handle";
      import * as api from "user-handle/no-wasm";
      import * as klaim from "user-handle/klaim/no-wasm";
      console.log(api.SiteError === SiteError, klaim.ValidationError === ValidationError);
    `;
    assert.equal(await printed(program), "true true");
  });

  test("init takes no source", async () => {
    const api = await load("no-wasm.js", "import");
    const error = await failure(() => api.init(new Uint8Array(8)));
    assert.deepEqual([error.name, error.code, error.message], ["FeedError", "invalid_option", "source must be left out: this build of the package has no WebAssembly"]);
    await api.init();
    assert.equal(api.connect("key", null).apiKey, "key");
  });
});

describe("the entries with WebAssembly say which to import", () => {
  test("user-handle, whatever is used of it first", async () => {
    const program = `
      import { SiteError, StreamUser, connect, user } from "user-handle";
      delete globalThis.WebAssembly;
      for (const use of [() => connect("key", null), () => user("ada"), () => new StreamUser({}, "ada")]) {
        try { use(); } catch (error) { console.log(error instanceof SiteError, error.code, error.hint); }
      }
    `;
    const told = "true unsupported_runtime import user-handle/no-wasm instead; the cause says why";
    assert.deepEqual((await printed(program)).split("\n"), [told, told, told]);
  });

  test("user-handle/testing, which has no other form", async () => {
    const program = `
      import { mockService } from "user-handle/testing";
      delete globalThis.WebAssembly;
      try { mockService(); } catch (error) { console.log(String(error)); }
      process.exit();
    `;
    assert.equal(await printed(program), "TypeError: user-handle/testing needs WebAssembly, which this runtime lacks");
  });

  for (const [entry, instead, args] of [
    ["user-handle", "user-handle/no-wasm", '"key", null'], ["user-handle/klaim", "user-handle/klaim/no-wasm", '"key"'],
  ]) {
    const refused = `
      const { connect } = await import("${entry}");
      try { connect(${args}); } catch ({ code, message, hint, cause }) {
        console.log([code, message, hint].concat(cause?.message ?? []).join("; "));
      }
    `;

    test(`${entry}, where there is none`, async () => {
      assert.equal(
        await printed(`delete globalThis.WebAssembly; ${refused}`),
        "unsupported_runtime; WebAssembly could not be started here; " +
          `import ${instead} instead; the cause says why; WebAssembly is not defined`,
      );
    });

    test(`${entry}, where a browser compiles nothing at once`, async () => {
      // The words of Chromium up to 114.
      const words = "WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.compile, or compile on a worker thread.";
      assert.equal(
        await printed(`WebAssembly.Module = class { constructor() { throw new RangeError("${words}"); } }; ${refused}`),
        `unsupported_runtime; WebAssembly could not be started here; import ${instead} instead; the cause says why; ${words}`,
      );
    });

    test(`${entry}, where a policy forbids it`, async () => {
      assert.equal(
        await printed(`WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("refused"); } }; ${refused}`),
        "unsupported_runtime; WebAssembly could not be started here; " +
          `add 'wasm-unsafe-eval' to script-src, or import ${instead} instead; refused`,
      );
    });
  }
});

describe("a fetch without streams, as React Native has it", () => {
  const answer = (text, headers = {}) => ({
    ok: true, status: 200, headers: new Headers(headers), type: "default",
    async text() {
      this.isRead = true;
      return text;
    },
  });
  const LIMIT = 1024 * 1024;
  const get = async (given) => {
    const api = await load("browser-no-wasm.js", "import");
    return api.connect("key", "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30", undefined, { retries: 0, fetch: async () => given }).user("ada").get();
  };

  test("an answer is read", async () => {
    assert.deepEqual((await get(answer('{"id":"ada","data":{"a":"é"}}'))).data, { a: "é" });
  });

  test("one whose headers say that it is too long is not", async () => {
    const given = answer("{}", { "content-length": String(LIMIT + 1) });
    const error = await failure(() => get(given));
    assert.deepEqual([error.code, given.isRead], ["invalid_response", undefined]);
    assert.match(error.message, /is longer than is reasonable/);
  });

  test("one that turns out to be too long is refused", async () => {
    const error = await failure(() => get(answer(`{"id":"ada","data":{"a":"${"x".repeat(LIMIT)}"}}`)));
    assert.equal(error.code, "invalid_response");
    assert.match(error.message, /is longer than is reasonable/);
  });

  test("a signal without a reason aborts with one", async () => {
    const api = await load("browser-no-wasm.js", "import");
    const client = api.connect("key", "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30", undefined, { fetch: () => new Promise(() => {}) });
    const listeners = [];
    const signal = { aborted: false, addEventListener: (_, listener) => listeners.push(listener), removeEventListener() {} };
    const call = failure(() => client.user("ada").get({ signal }));
    while (listeners.length === 0) await new Promise(setImmediate);
    for (const listener of listeners) listener();
    const error = await call;
    assert.deepEqual([error.name, error.message], ["AbortError", "the call was aborted"]);
  });
});

describe("which file a bundler takes", () => {
  /** The files of the package in a bundle. */
  async function files(entry, options) {
    const { metafile } = await esbuild.build({
      stdin: { contents: `export * from "${entry}";`, resolveDir: project }, bundle: true, format: "esm", write: false, metafile: true, ...options,
    });
    return Object.keys(metafile.inputs).map((name) => name.split("user-handle/")[1]).filter(Boolean).sort();
  }

  for (const [title, entry, options, expected] of [
    ["React Native", "user-handle", { conditions: ["react-native"] }, "browser-no-wasm"],
    ["React Native, Klaim", "user-handle/klaim", { conditions: ["react-native"] }, "klaim-no-wasm"],
    ["a page that asks for it", "user-handle/no-wasm", { platform: "browser" }, "browser-no-wasm"],
    ["a server that asks for it", "user-handle/no-wasm", { platform: "neutral" }, "no-wasm"],
  ]) {
    test(title, async () => assert.deepEqual(await files(entry, options), [`dist/${expected}.js`, "dist/errors.js"].sort()));
  }

  test("React Native without conditions finds the same by folder", async () => {
    const field = (folder) => JSON.parse(readFileSync(join(dist, "..", folder, "package.json"), "utf8"))["react-native"];
    assert.deepEqual(["", "no-wasm", "klaim"].map(field), [
      "./dist/browser-no-wasm.js", "../dist/browser-no-wasm.js", "../dist/klaim-no-wasm.js",
    ]);
  });
});

describe("a page with the five operations", () => {
  for (const bundler of Object.keys(bundlers)) {
    test(`built by ${bundler}, is at most ${BYTES} bytes`, async () => {
      const { brotli } = await download(bundler, "user-handle/no-wasm");
      console.log(`${bundler}: ${brotli} bytes of brotli without WebAssembly`);
      assert.ok(brotli <= BYTES, `${brotli}`);
    });
  }
});
