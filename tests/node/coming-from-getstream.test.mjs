// docs/coming-from-getstream.md: each row of its tables, through both clients.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";

import getstream from "getstream";

import { blocksOf, tableOf } from "../support/documents.mjs";
import { esm } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { SECRET, startServer } from "../support/server.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

const DOCUMENT = "docs/coming-from-getstream.md";

// An app for each, with the same secret, so that both see the same users and sign the same tokens.
const KEYS = { theirs: "canary-theirs", ours: "canary-ours" };
const server = await startServer("", undefined, Object.values(KEYS).flatMap((key) => ["--app", `${key}:${SECRET}`]));
const recorder = await startRecorder();
after(() => Promise.all([server.stop(), recorder.stop()]));

const token = esm.connect(KEYS.ours, SECRET).createUserToken("ada");

const both = (credentials, api) => ({
  theirs: getstream.connect(KEYS.theirs, credentials, "1234", { urlOverride: { api } }),
  ours: esm.connect(KEYS.ours, credentials, "1234", { urlOverride: { api } }),
});

/** Evaluates an expression of a table with these names. */
const evaluate = (expression, names) => new Function(...Object.keys(names), `return (${expression});`)(...Object.values(names));

/** What stands between backticks in a cell. */
const quoted = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);

/** A result as the reader sees it: without what differs from call to call. */
function seen(result) {
  if (typeof result !== "object" || result === null) return result;
  const { id, data, full } = result;
  const plain = full === undefined ? result : { id, data, full };
  return JSON.parse(JSON.stringify(plain, (name, value) => (/_at$|^duration$|^flag_id$/.test(name) ? typeof value : value)));
}

for (const [title, credentials] of [["calls with the secret", SECRET], ["calls with a token", token]]) {
  describe(title, () => {
    const { theirs, ours } = both(credentials, server.api);
    for (const [cell] of tableOf(DOCUMENT, title)) {
      const [call] = quoted(cell);
      test(call, async () => {
        const expected = await evaluate(call, { client: theirs });
        assert.notEqual(expected, undefined);
        assert.deepEqual(seen(await evaluate(call, { client: ours })), seen(expected));
      });
    }
  });
}

describe("errors", async () => {
  const caught = {};
  const { theirs, ours } = both(token, server.api);
  for (const [name, client] of Object.entries({ theirs, ours })) {
    caught[name] = await client.user("nobody").get().catch((error) => error);
  }
  for (const [cell, ...answers] of tableOf(DOCUMENT, "errors")) {
    const [expression] = quoted(cell);
    test(expression, () => {
      const told = (error, { StreamApiError }) => inspect(evaluate(expression, { error, StreamApiError, token }));
      assert.deepEqual([told(caught.theirs, getstream), told(caught.ours, esm)], answers.flatMap(quoted));
    });
  }
});

describe("what differs on purpose", () => {
  recorder.answer = ({ path }) =>
    path.endsWith("/users/") ? { body: { created_users: [], duration: "1ms" } } : { body: record("ada") };

  /** A call does what the cell says: it sends this, or comes to this text, be it a code, a part of a message or a result. */
  async function does(cell, client, call) {
    recorder.requests.length = 0;
    const [text, ...more] = quoted(cell);
    // Some throw at once.
    const outcome = await (async () => evaluate(call, { client }))().then((value) => ({ value }), (error) => ({ error }));
    const [request] = recorder.requests;
    if (cell.startsWith("sends")) {
      assert.equal(`${request?.method} ${request?.path}`, text.replace(" ", " /api/v1.0/"));
      if (cell.includes("with the key")) assert.equal(request.query.api_key, more[0]);
      else assert.equal(request.query.api_key, client.apiKey);
      if (more[0]?.startsWith("{")) assert.equal(request.body, more[0]);
      return;
    }
    assert.equal(request, undefined, "nothing is sent");
    const { value, error } = outcome;
    assert.ok([value, error?.code].includes(text) || error?.message.includes(text), inspect(outcome));
  }

  for (const [cell, theirs, ours] of tableOf(DOCUMENT, "differences")) {
    const [call] = quoted(cell);
    test(call, async () => {
      const clients = both(SECRET, recorder.api);
      await does(theirs, clients.theirs, call);
      await does(ours, clients.ours, call);
    });
  }
});

test("the line for the shell changes imports, and nothing else", () => {
  const { code } = blocksOf(DOCUMENT).find(({ language }) => language === "sh");
  const folder = temporaryFolder();
  mkdirSync(join(folder, "src/deep"), { recursive: true });
  const programs = {
    "deep/a.js": (name) => `import stream from "${name}";
import stream, { connect } from '${name}';
import { StreamClient } from "${name}";
import * as all from "${name}";
import{connect}from"${name}";import "${name}";
import {
  connect,
  StreamUser,
} from "${name}"; export * from "${name}"; export { connect } from '${name}';
const later = await import("${name}"), other = await import( '${name}' );
`,
    "deep/b.cjs": (name) => `const stream = require("${name}"), { connect } = require('${name}');
const { StreamClient } = require("${name}").default;
jest.mock("${name}"); vi.mock("${name}", () => ({ connect }));
`,
    "c.ts": (name) => `import type { DefaultGenerics, StreamUser } from "${name}";
import { type UR, connect } from '${name}';
import stream = require("${name}");
type Client = import("${name}").StreamClient;
declare module "${name}" {}
export type { UserAPIResponse } from "${name}";
`,
  };
  // Neither other texts, nor other packages, nor files inside of that one.
  const others = `import "other"; const text = "getstream.io", name = "getstream", list = ['getstream']; // import of getstream
import { Client } from "getstream/lib/client"; import Feed from "react-getstream"; const old = require("getstream/src/getstream");
`;
  for (const [name, program] of Object.entries(programs)) writeFileSync(join(folder, "src", name), program("getstream") + others);
  writeFileSync(join(folder, "src/untouched.ts"), others);
  execFileSync("sh", ["-c", code], { cwd: folder });
  for (const [name, program] of Object.entries(programs)) {
    assert.equal(readFileSync(join(folder, "src", name), "utf8"), program("user-handle") + others, name);
    assert.equal(readFileSync(join(folder, "src", `${name}.before`), "utf8"), program("getstream") + others, name);
  }
  assert.deepEqual(readdirSync(join(folder, "src")).sort(), ["c.ts", "c.ts.before", "deep", "untouched.ts"]);
});
