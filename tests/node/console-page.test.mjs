// The console that is in the server's binary, as files.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, test } from "node:test";

import { startServer } from "../support/server.mjs";

const server = await startServer();
after(() => server.stop());

/** A response as it is sent: `fetch` would unpack it, and mend a path. */
async function ask(path, headers = {}, method = "GET", { url } = server) {
  const sent = request(url, { path, headers, method });
  sent.end();
  const response = await new Promise((resolve, reject) => sent.on("response", resolve).on("error", reject));
  const chunks = await response.toArray();
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

test("it is served at /, compressed for who takes that, and again only where it has changed", async () => {
  const page = await ask("/");
  assert.deepEqual([page.status, page.headers["content-type"], page.headers["cache-control"]], [200, "text/html", "no-cache"]);
  assert.match(page.headers["content-security-policy"], /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
  const [, script] = /<script[^>]* src="\.?(\/[^"]+\.js)"/.exec(page.body);
  const plain = await ask(script);
  assert.deepEqual([plain.status, plain.headers["content-type"], plain.headers["content-encoding"]], [200, "text/javascript", undefined]);
  const brotli = await ask(script, { "accept-encoding": "gzip, br" });
  assert.deepEqual([brotli.headers["content-encoding"], brotli.headers.vary], ["br", "accept-encoding"]);
  assert.ok(brotli.body.length < plain.body.length / 2);
  assert.notEqual(brotli.headers.etag, plain.headers.etag);
  const again = await ask(script, { "accept-encoding": "gzip, br", "if-none-match": brotli.headers.etag });
  assert.deepEqual([again.status, again.body.length], [304, 0]);
});

test("nothing else is, nor are there other methods", async () => {
  for (const path of ["/none.js", "/../package.json", "/%2e%2e/package.json", "/assets/", "/assets", "/api/x"]) {
    const { status, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.match(JSON.parse(body).detail, /^there is nothing at /);
  }
  assert.equal((await ask("/", {}, "POST")).status, 405);
});

test("--no-console serves nothing there", async () => {
  const without = await startServer("--no-console");
  assert.equal((await ask("/", {}, "GET", without)).status, 404);
  assert.equal((await ask("/health", {}, "GET", without)).status, 200);
  await without.stop();
});
