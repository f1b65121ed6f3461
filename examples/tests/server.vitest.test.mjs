// Vitest with a server of its own for each file of tests.
import { connect } from "user-handle";
import { startServer } from "user-handle-server";
import { afterAll, beforeAll, expect, test } from "vitest";

let server, client;
beforeAll(async () => {
  server = await startServer();
  client = connect(server.key, server.secret, undefined, { baseUrl: server.api });
});
afterAll(() => server.stop());

test("a user is kept", async () => {
  await client.user("ada").create({ name: "Ada" });
  expect((await client.user("ada").get()).data).toEqual({ name: "Ada" });
});
