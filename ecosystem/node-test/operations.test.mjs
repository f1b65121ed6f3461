import assert from "node:assert/strict";
import { test } from "node:test";
import * as api from "user-handle";
import { run } from "./program.mjs";

test("operations", async () => assert.equal(await run(api, process.env.MATRIX_SERVER), "ok"));
