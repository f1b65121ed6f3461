// The contestants, with the one face that the benchmarks use. The same in Node and in a browser.

/** The claims are all that the clients look at: nothing here checks a signature. */
const part = (value) => btoa(JSON.stringify(value)).replaceAll("=", "");
const TOKEN = `${part({ alg: "HS256", typ: "JWT" })}.${part({ user_id: "bench" })}.${"x".repeat(43)}`;

/** `import * as api from "user-handle"`; `options` are those of `connect`. */
export function ours(api, base, options) {
  const client = api.connect("key", TOKEN, "1", { baseUrl: `${base}/api/`, ...options });
  return {
    client,
    create: (id, data) => client.user(id).create(data),
    get: (id) => client.user(id).get(),
  };
}

/** `import getstream from "getstream"`. */
export function getstream(api, base) {
  const client = api.connect("key", TOKEN, "1", { urlOverride: { api: `${base}/api/` } });
  return {
    client,
    create: (id, data) => client.user(id).create(data),
    get: (id) => client.user(id).get(),
  };
}

/** By hand: no check, no retry, no timeout. */
export function raw(_, base) {
  const call = async (method, path, body) => {
    const headers = { authorization: TOKEN, "stream-auth-type": "jwt" };
    if (body) headers["content-type"] = "application/json";
    const response = await fetch(`${base}/api/v1.0/${path}?api_key=key`, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.json();
  };
  return {
    create: (id, data) => call("POST", "user/", { id, data }),
    get: (id) => call("GET", `user/${id}/`),
  };
}

export const contestants = { ours, getstream, raw };

let serial = 0;

/** Makes so many calls, so many at a time, each on a user of its own. */
export async function makeCalls(client, { operation, data, calls, concurrency }) {
  let left = calls;
  async function lane() {
    while (left > 0) {
      left -= 1;
      serial += 1;
      await client[operation](`user-${serial}`, data);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane));
}
