const assert = require("node:assert/strict");
const { test } = require("node:test");
const api = require("user-handle");
const { run } = require("./program.cjs");

test("operations", async () => assert.equal(await run(api, process.env.MATRIX_SERVER), "ok"));
