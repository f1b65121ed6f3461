// The token endpoint of the examples: a token for whoever is signed in, and nothing else.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { esm } from "../support/package.mjs";
import { KEY, startServer } from "../support/server.mjs";
import { startTokens } from "../support/tokens.mjs";

const [server, endpoint, empty] = await Promise.all([startServer(), startTokens("ada"), startTokens("")]);
after(() => Promise.all([server, endpoint, empty].map((each) => each.stop())));

test("a client that asks it may change its own user, for an hour", async () => {
  const answer = await fetch(`${endpoint.url}/token`);
  assert.deepEqual([answer.status, answer.headers.get("cache-control")], [200, "no-store"]);
  const token = await answer.text();
  const { user_id, exp } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  assert.equal(user_id, "ada");
  assert.ok(Math.abs(exp - Date.now() / 1000 - 3600) < 60);

  const client = esm.connect(KEY, token, undefined, { baseUrl: server.api });
  assert.deepEqual((await client.setUser({ name: "Ada" })).data, { name: "Ada" });
  assert.equal((await client.user("eve").create().catch((error) => error)).code, "not_allowed");
});

test("nobody gets one who is not signed in, and there is nothing else to get", async () => {
  assert.equal((await fetch(`${empty.url}/token`)).status, 401);
  assert.equal((await fetch(`${endpoint.url}/token?id=eve`)).status, 404);
  assert.equal((await fetch(endpoint.url)).status, 404);
});
