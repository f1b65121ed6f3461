// The package is imported, and a client is open, before `fetch` is replaced.
import assert from "node:assert/strict";
import { connect, StreamApiError } from "user-handle";

const baseUrl = "https://mocked.example/api/";
const client = connect("key", null, undefined, { baseUrl, retries: 0 });

export const record = {
  created_at: "2026-11-21T07:00:00.000000Z",
  updated_at: "2026-11-21T07:00:00.000000Z",
  id: "ada",
  data: { name: "Mocked" },
  duration: "0.10ms",
};

/** Asserts that the calls are answered by the mock: a user, and 404 for the user `eve`. */
export async function isMocked() {
  const ada = await client.user("ada").get();
  assert.deepEqual(ada.data, { name: "Mocked" });
  await ada.update({ name: "Mocked" });
  await assert.rejects(client.user("eve").get(), (error) => error instanceof StreamApiError && error.code === "not_found");
  console.log("ok");
}
