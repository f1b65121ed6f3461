// Jest's jsdom has no fetch: importing is safe, and connecting says what is missing.
const { connect, SiteError, ValidationError } = require("user-handle");

test("import", () => {
  expect(new Error("mine") instanceof ValidationError).toBe(false);
});

test("connect", () => {
  let error;
  try {
    connect("key", null);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SiteError);
  expect(`${error.code}: ${error.message}; ${error.hint}`).toBe(
    "wrong_side: this runtime has no fetch; use Node 18 or newer, or define globalThis.fetch",
  );
});
