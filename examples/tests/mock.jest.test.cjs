// Jest with the service in memory, in its environments `node` and `jsdom`.
const { connect } = require("user-handle");
const { mockService, userToken } = require("user-handle/testing");

/** What is tested; yours is required. */
async function rename(client, name) {
  const user = await client.setUser();
  await user.update({ ...user.data, name });
}

let service, client;
beforeEach(() => {
  service = mockService({ users: [{ id: "ada", data: { name: "Ada", born: 1815 } }] });
  client = connect("key", userToken("ada"), undefined, { fetch: service.fetch });
});

test("a new name leaves the rest as it is", async () => {
  await rename(client, "Ada Lovelace");
  expect(service.user("ada").data).toEqual({ name: "Ada Lovelace", born: 1815 });
});

test("a failure that passes is not seen", async () => {
  service.fail({ status: 503 });
  await rename(client, "Ada Lovelace");
  expect(service.requests).toHaveLength(3);
});
