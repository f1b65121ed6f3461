// React Native's preset gives tests its own conditions, so that they run what Metro would bundle.

const { readFileSync } = require("node:fs");
const api = require("user-handle");
const klaim = require("user-handle/klaim");
const { run } = require("./program.cjs");

test("the file is the one for React Native", () => {
  expect(readFileSync(require.resolve("user-handle"), "utf8")).toContain("this build of the package has no WebAssembly");
});

test("the five operations", async () => {
  expect(await run(api, process.env.MATRIX_PAGE, klaim)).toBe("ok");
});
