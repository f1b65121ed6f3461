import * as api from "user-handle";
import { expect, test } from "vitest";
import { run } from "./program.mjs";

test("operations", async () => {
  expect(await run(api, process.env.MATRIX_PAGE)).toBe("ok");
});
