// The program that the playground begins with.
import { connect, isUserHandleError } from "user-handle";
import { mockService, userToken } from "user-handle/testing";

const service = mockService({ users: [{ id: "eve", data: { name: "Eve" } }] });
const client = connect("key", userToken("ada"), undefined, { fetch: service.fetch });

const ada = client.user("ada");
await ada.getOrCreate({ name: "Ada" });
await ada.update({ name: "Ada Lovelace", born: 1815 });
console.log((await ada.get()).data);

// What the service would refuse is refused before anything is sent.
try {
  await ada.update({ born: NaN });
} catch (error) {
  console.log(error.code, "·", error.message);
}

// A failure on demand: the client waits, and tries again.
client.on("retry", ({ error }) => console.log(error.code, "· once more"));
service.fail({ status: 503 });
console.log((await client.user("eve").get()).data);

// Others may be read, but not changed, with a user token.
const refused = await client.user("eve").delete().catch((error) => error);
console.log(isUserHandleError(refused), refused.code, refused.status);

console.log(service.requests.map(({ method, path }) => `${method} ${path}`));
