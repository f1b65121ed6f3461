// Vitest with the service in memory: no server, no network.
import { connect } from "user-handle";
import { mockService, userToken } from "user-handle/testing";
import { beforeEach, expect, test } from "vitest";

/** What is tested; yours is imported. */
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

test("without a network, the caller is told and nothing has changed", async () => {
  service.fail("network", { times: Infinity });
  await expect(rename(client, "Ada Lovelace")).rejects.toMatchObject({ code: "network" });
  expect(service.user("ada").data.name).toBe("Ada");
});
