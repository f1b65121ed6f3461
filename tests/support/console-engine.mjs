// The console's tour in one engine, as tests.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startDemo } from "./console.mjs";
import { TASKS, Visitor } from "./console-tour.mjs";
import { ENGINES } from "./engines.mjs";
import { esm } from "./package.mjs";

/** Each task is a test, on one server and one browser. */
export const tour = (name) =>
  test(`every task of the console in ${name}`, async (context) => {
    const token = esm.connect("demo-key", "demo-secret-that-everybody-may-know").createUserToken("bob");
    const server = await startDemo();
    try {
      await ENGINES[name](async (engine) => {
        const visitor = new Visitor(engine);
        for (const [task, carryOut] of Object.entries(TASKS)) {
          await context.test(task, () => carryOut(visitor, { url: server.url, token }));
        }
        assert.deepEqual(await engine.problems(), [], "the page has nothing to complain of");
      });
    } finally {
      await server.stop();
    }
  });
