// The edge function of the examples, as a plain handler and in Vercel's edge runtime.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";

import { dist, esm, project } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
after(() => server.stop());

const file = join(project, "edge-function.mjs");
copyFileSync(fileURLToPath(new URL("../../examples/edge-function.mjs", import.meta.url)), file);
const env = { STREAM_KEY: KEY, STREAM_SECRET: SECRET, STREAM_BASE_URL: server.api, SIGNED_IN: "ada" };

/** As a function of Deno, Bun or Cloudflare is called, here in Node. */
async function plain() {
  const { default: edge } = await import(pathToFileURL(file));
  return (url, env) => edge.fetch(new Request(url), env);
}

/** As the platform does it: it compiles the module that the function imports, and hands it over. */
async function edgeLight() {
  const entry = join(project, "edge-light.mjs");
  writeFileSync(entry, `import edge from "./edge-function.mjs";
    addEventListener("fetch", (event) => {
      event.respondWith(edge.fetch(event.request, JSON.parse(event.request.headers.get("env"))));
    });`);
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [entry], bundle: true, write: false, format: "cjs", conditions: ["edge-light"], external: ["*?module"],
  });
  const module = await WebAssembly.compile(readFileSync(join(dist, "user-handle.wasm")));
  const runtime = new EdgeRuntime({ initialCode: text, extend: (context) => Object.assign(context, { require: () => module }) });
  return (url, env) => runtime.dispatchFetch(url, { headers: { env: JSON.stringify(env) } });
}

for (const [where, start] of Object.entries({ "a plain handler": plain, "the edge runtime": edgeLight })) {
  describe(where, async () => {
    const call = await start();
    const get = (path, changed) => call(`http://edge${path}`, { ...env, ...changed });

    test("whoever is signed in gets a token for themselves, for an hour", async () => {
      const answer = await get("/token");
      assert.deepEqual([answer.status, answer.headers.get("cache-control")], [200, "no-store"]);
      const token = await answer.text();
      const { exp } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      assert.ok(Math.abs(exp - Date.now() / 1000 - 3600) < 60);
      const user = await esm.connect(KEY, token, undefined, { baseUrl: server.api }).setUser({ name: "Ada" });
      assert.equal(user.id, "ada");
      assert.equal((await get("/token", { SIGNED_IN: "" })).status, 401);
    });

    test("a profile, and what comes in its place", async () => {
      await esm.connect(KEY, SECRET, undefined, { baseUrl: server.api }).addUsers([{ id: "eve", data: { name: "Eve" } }], true);
      const told = async (path, changed) => {
        const answer = await get(path, changed);
        return [answer.status, await answer.text()];
      };
      assert.deepEqual(await told("/users/eve"), [200, '{"name":"Eve"}']);
      assert.deepEqual(await told("/users/nobody"), [404, '{"code":"not_found"}']);
      assert.deepEqual(await told("/users/a%20b"), [400, '{"code":"invalid_id"}']);
      assert.deepEqual(await told("/users/eve", { STREAM_SECRET: "another" }), [502, '{"code":"not_allowed"}']);
      assert.deepEqual(await told("/"), [404, "not found"]);
    });
  });
}
