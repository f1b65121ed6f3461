// Stream's SDKs against the server: those for JavaScript and Python are run, the others replayed. docs/compatible.md is made of it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, describe, test } from "node:test";

import { SECRET as SHORT, startServer } from "../support/server.mjs";
import { check } from "./check.mjs";
import { javascript, withToken } from "./javascript.mjs";
import { OPERATIONS } from "./operations.mjs";
import { python, pythonVersion } from "./python.mjs";
import { factsOf, replay, sign } from "./replay.mjs";
import { render } from "./table.mjs";

const PAGE = new URL("../../docs/compatible.md", import.meta.url);
const REPLAYED = ["ruby", "php", "go", "java", "net"];

// PyJWT warns of secrets that are shorter. Each SDK has an app of its own, in which nobody is yet.
const SECRET = `${SHORT}-as-long-as-the-hash-of-it`;
const keyOf = (name) => `compatible-${name}`;
const names = ["javascript", "python-sync", "python-async", ...REPLAYED];
const server = await startServer("", undefined, names.flatMap((name) => ["--app", `${keyOf(name)}:${SECRET}`]));
after(() => server.stop());
const targetOf = (name) => ({ url: server.url, key: keyOf(name), secret: SECRET });

const columns = [];

describe("JavaScript, run", () => {
  const { version } = createRequire(import.meta.url)("getstream/package.json");
  const cells = {};
  columns.push({ language: "JavaScript", sdk: "getstream", version, source: "https://github.com/GetStream/stream-js", how: "run", cells });
  const outcomeOf = javascript(targetOf("javascript"));
  for (const [operation, { title }] of Object.entries(OPERATIONS)) {
    test(title, async () => {
      check(operation, await outcomeOf(operation));
      cells[operation] = "run";
    });
  }
});

describe("Python, run", () => {
  const cells = {};
  const source = "https://github.com/GetStream/stream-python";
  columns.push({ language: "Python", sdk: "stream-python", version: pythonVersion(), source, how: "run, sync and async", cells });
  const [sync, async] = ["sync", "async"].map((kind) => python(kind, targetOf(`python-${kind}`)));
  for (const operation of Object.keys(OPERATIONS).filter((name) => sync[name])) {
    test(OPERATIONS[operation].title, () => {
      check(operation, sync[operation]);
      check(operation, async[operation]);
      cells[operation] = "run";
    });
  }
});

for (const name of REPLAYED) {
  const facts = factsOf(name);
  describe(`${facts.language}, replayed`, () => {
    const cells = {};
    columns.push({ ...facts, how: "replayed", cells });
    for (const operation of Object.keys(OPERATIONS)) {
      const call = facts.calls.find((one) => one.operation === operation);
      if (!call && operation !== "userToken") continue;
      test(`${OPERATIONS[operation].title}: ${call?.call ?? "its token in JavaScript's"}`, async () => {
        if (call) await replay(facts, call, targetOf(name));
        else check(operation, await withToken(targetOf(name), sign(facts.tokenHeader, { user_id: "eve" }, SECRET)));
        cells[operation] = "replayed";
      });
    }
    test("each call is of an operation, once", () => {
      const operations = facts.calls.map(({ operation }) => operation);
      assert.deepEqual(operations, Object.keys(OPERATIONS).filter((operation) => operations.includes(operation)));
    });
  });
}

test("docs/compatible.md is what was run", () => {
  const page = render(columns);
  if (process.env.WRITE_COMPATIBLE) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page, "this writes it: WRITE_COMPATIBLE=1 cargo xtask test --only compatible");
});
