// Jest, with failures: one request in five is answered with 503, and the client tries again.
const { connect } = require("user-handle");
const { startServer } = require("user-handle-server");

let server, client;
beforeAll(async () => {
  server = await startServer({ faults: "seed=7,rate=0.2,kinds=503" });
  client = connect(server.key, server.secret, undefined, { baseUrl: server.api, retries: 5 });
});
afterAll(() => server.stop());

test("a user is kept, whatever fails on the way", async () => {
  await client.user("ada").getOrCreate({ name: "Ada" });
  expect((await client.user("ada").get()).data).toEqual({ name: "Ada" });
});
