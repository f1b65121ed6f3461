// What the guide says that a proxy has to do besides: `/metrics` is closed, the name that a client asked for is passed on, and so is a
// batch of 1 000 users as large as they may be.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { connect } from "user-handle";

const host = process.env.BEHIND;
const [servername, port] = host.split(":");
const { baseUrl, key, credential, id } = Object.fromEntries(new URLSearchParams(process.env.MATRIX_SERVER));

/** The status of what a page of the proxy's name is answered with. */
async function statusOf(path, from) {
  const headers = { host, origin: `https://${from}` };
  const sent = request({ host: "localhost", port, path, servername, headers }).end();
  const [answer] = await once(sent, "response");
  answer.resume();
  return answer.statusCode;
}

for (const path of ["/metrics", "/metrics/"]) assert.equal(await statusOf(path, host), 403);
assert.equal(await statusOf("/openapi.json", host), 200);
assert.equal(await statusOf("/openapi.json", "elsewhere.example"), 403);

const users = Array.from({ length: 1_000 }, (_, n) => ({ id: `${id}-${n}`, data: { text: "x".repeat(10_200) } }));
const client = connect(key, credential, undefined, { baseUrl });
await client.addUsers(users);
assert.equal((await client.user(users[999].id).get()).data.text.length, 10_200);
console.log("ok");
