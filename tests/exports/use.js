// A program, and a service of its own.

const users = new Map();

const answer = (status, value) => new Response(JSON.stringify(value), { status });

/** The users API, as far as the program needs it. */
async function service(url, { method, body }) {
  const id = /\/user\/(.+)\//.exec(url)?.[1];
  if (method === "POST") {
    const { id, data } = JSON.parse(body);
    if (!users.has(id)) users.set(id, { id, created_at: "then", updated_at: "then", data });
    return answer(201, { ...users.get(id), duration: "1.00ms" });
  }
  if (!users.has(id)) return answer(404, { detail: "", status_code: 404, code: 16, exception: "DoesNotExistException" });
  if (method === "PUT") users.get(id).data = JSON.parse(body).data;
  if (method === "DELETE") {
    users.delete(id);
    return answer(200, { duration: "1.00ms" });
  }
  return answer(200, { ...users.get(id), duration: "1.00ms" });
}

// A secret is refused in browsers, unless this is said.
export const options = () => ({ baseUrl: "http://localhost/api/", browser: false, fetch: service });

function equal(found, expected) {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

export async function useClient(client) {
  const events = [];
  const stop = client.on("request", ({ operation }) => events.push(operation));
  const ends = [];
  client.on("end", ({ operation, error }) => ends.push([operation, error?.code]));
  const bob = client.user("bob");
  equal([bob.id, bob.data, bob], ["bob", undefined, { id: "bob" }]);
  const made = await bob.getOrCreate({ name: "Bob" });
  equal([made.data, bob.data, bob.full.created_at], [{ name: "Bob" }, { name: "Bob" }, "then"]);
  await made.update({ name: "Bobby" });
  equal((await client.users.get("bob")).data, { name: "Bobby" });
  equal(await bob.delete(), { duration: "1.00ms" });
  stop();
  const missing = await bob.get().catch((error) => error);
  equal([missing instanceof Error, missing.name, missing.code, missing.status], [true, "StreamApiError", "not_found", 404]);
  equal(events, ["getOrCreate", "update", "get", "delete"]);
  equal(ends, [["getOrCreate", null], ["update", null], ["get", null], ["delete", null], ["get", "not_found"]]);
  client.off("end");
}

export async function useHandle(user) {
  const ada = await user.create({ name: "Ada" });
  equal([ada.ref(), ada.data, user.data], ["SU:ada", { name: "Ada" }, { name: "Ada" }]);
  const refused = await user.update({ born: NaN }).catch((error) => error);
  equal([refused.name, refused.code, refused.path], ["ValidationError", "unrepresentable_value", "data.born"]);
}
