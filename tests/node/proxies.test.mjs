// docs/guides/proxies.md: its program goes out through a proxy, and a client reaches a server behind one.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { startHttpProxy } from "../../ecosystem/support/http-proxy.mjs";
import { programsOf, root } from "../support/documents.mjs";
import { esm, project } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer("--app demo-key:demo-secret-that-everybody-may-know");
after(() => server.stop());

symlinkSync(join(root, "node_modules/undici"), join(project, "node_modules/undici"));
const [{ code }] = programsOf("docs/guides/proxies.md", "js");
writeFileSync(join(project, "through-proxy.js"), code);

for (const [noProxy, isUsed] of [["", true], ["localhost", false]]) {
  test(`the guide's program ${isUsed ? "uses the proxy of the environment" : "goes by NO_PROXY"}`, async () => {
    const proxy = await startHttpProxy();
    const { USER_HANDLE_TARBALL, NODE_TEST_CONTEXT, ...inherited } = process.env;
    const env = { ...inherited, STREAM_BASE_URL: server.api, HTTP_PROXY: proxy.url, NO_PROXY: noProxy };
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ["through-proxy.js"], { cwd: project, env });
      assert.deepEqual([stdout, stderr], ["{ name: 'Ada' }\n", ""]);
      assert.equal(proxy.used() > 0, isUsed);
    } finally {
      proxy.stop();
    }
  });
}

test("a client reaches a server behind a proxy that takes a prefix off", async () => {
  const { hostname, port } = new URL(server.url);
  const proxy = createServer((incoming, answer) => {
    const path = incoming.url.replace(/^\/users/, "");
    incoming.pipe(request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (found) => {
      answer.writeHead(found.statusCode, found.headers);
      found.pipe(answer);
    }));
  });
  proxy.listen(0, "localhost");
  await once(proxy, "listening");
  try {
    const client = esm.connect(KEY, SECRET, undefined, { baseUrl: `http://localhost:${proxy.address().port}/users/api/` });
    await client.addUsers([{ id: "behind-a-proxy", data: { name: "Ada" } }]);
    assert.deepEqual((await client.user("behind-a-proxy").get()).data, { name: "Ada" });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
