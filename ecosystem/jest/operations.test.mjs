import * as api from "user-handle";
import { run } from "./program.mjs";

test("operations", async () => {
  expect(await run(api, process.env.MATRIX_SERVER)).toBe("ok");
});
