// docs/what-happens-when.md: each cell of its table is a call that is made here. `UPDATE_DOCS=1` writes the table anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { esm } from "../support/package.mjs";
import { record } from "../support/recorder.mjs";

const PAGE = fileURLToPath(new URL("../../docs/what-happens-when.md", import.meta.url));
const [START, END] = ["<!-- outcomes -->\n", "<!-- /outcomes -->"];

const operations = {
  create: (client, options) => client.user("ada").create({}, options),
  getOrCreate: (client, options) => client.user("ada").getOrCreate({}, options),
  get: (client, options) => client.user("ada").get(options),
  update: (client, options) => client.user("ada").update({}, options),
  delete: (client, options) => client.user("ada").delete(options),
  addUsers: (client, options) => client.addUsers([{ id: "ada" }], true, options),
  getUsers: (client, options) => client.getUsers(["ada"], options),
  deleteUsers: (client, options) => client.deleteUsers(["ada"], options),
};

const answer = (status, body = { detail: "" }) => () => new Response(JSON.stringify(body), { status, headers: { "retry-after": "0" } });
const until = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const whole = { ...record("ada"), created_users: [], users: [], deleted_user_ids: [] };

// What each attempt ends with, and what to do about it. A list ends with a success behind it.
const failures = [
  ["no connection was made, and Node says so", "start or reach the service; nothing was done",
    () => { throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }); }],
  ["the answer was lost, or in a browser no connection was made", "where † stands, read the user before you write again",
    () => { throw new TypeError("fetch failed"); }],
  ["no answer in time", "as above; raise `timeout` where the service is slow", (signal) => until(signal), { timeout: 5 }],
  ["the answer was lost once", "nothing", [() => { throw new TypeError("fetch failed"); }]],
  ["the answer was lost once, then the service says 404", "nothing, where the user is to be gone",
    [() => { throw new TypeError("fetch failed"); }, answer(404)]],
  ["400", "mend the input", answer(400)],
  ["401", "check the key and the region; a token provider is asked once more", answer(401)],
  ["403", "check that the token is this app's and this user's", answer(403, { detail: "not allowed" })],
  ["404", "create the user", answer(404)],
  ["409", "`getOrCreate`, or `update`", answer(409)],
  ["413", "send less", answer(413)],
  ["429", "wait for `retryAfterMs`; send less often", answer(429)],
  ["500, 502, 503 or 504", "try later; where † stands, read before you write again", answer(503)],
  ["501, or another 5xx", "report it", answer(501)],
  ["a success that is no JSON", "look for a proxy or a sign-in page; where † stands, read", () => new Response("<html>")],
];

async function outcome(operation, script, options) {
  const steps = Array.isArray(script) ? [...script] : undefined;
  const fetch = async (_, { signal }) => {
    const step = steps ? (steps.shift() ?? answer(200, whole)) : script;
    return step(signal);
  };
  const client = esm.connect("key", "secret", undefined, { fetch });
  let attempts = 0;
  client.on("request", ({ attempt }) => { attempts = attempt; });
  const times = () => (attempts === 1 ? "" : ` ×${attempts}`);
  try {
    const result = await operations[operation](client, options);
    return `done${result.alreadyGone ? ", `alreadyGone`" : ""}${times()}`;
  } catch (error) {
    return `\`${error.code}\`${times()}${error.mayHaveBeenApplied ? " †" : ""}`;
  }
}

describe("what happens when", () => {
  const { random } = Math;
  // No wait between attempts.
  before(() => { Math.random = () => 0; });

  test("is as the page says", async () => {
    const names = Object.keys(operations);
    const lines = [["what happens", ...names, "what to do"], ["---", ...names.map(() => "---"), "---"]];
    for (const [title, advice, script, options] of failures) {
      const cells = await Promise.all(names.map((name) => outcome(name, script, options)));
      lines.push([title, ...cells, advice]);
    }
    Math.random = random;
    const table = lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
    const page = readFileSync(PAGE, "utf8");
    const [head, rest] = page.split(START);
    const [written, tail] = rest.split(END);
    if (process.env.UPDATE_DOCS) writeFileSync(PAGE, `${head}${START}${table}${END}${tail}`);
    else assert.equal(written, table);
  });
});
