import { afterEach, expect, test, vi } from "vitest";
import { isMocked, record } from "./mocked.mjs";

afterEach(() => vi.unstubAllGlobals());

test("a fetch that vi.fn replaced", async () => {
  const fake = vi.fn(async (url) =>
    url.includes("/eve/") ? Response.json({ detail: "none" }, { status: 404 }) : Response.json(record),
  );
  vi.stubGlobal("fetch", fake);
  await isMocked();
  expect(fake).toHaveBeenCalledTimes(3);
});
