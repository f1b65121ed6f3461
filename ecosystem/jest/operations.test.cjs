const api = require("user-handle");
const { run } = require("./program.cjs");

test("operations", async () => {
  expect(await run(api, process.env.MATRIX_SERVER)).toBe("ok");
});
