// The contestants, with the one face that the benchmarks use. The same in Node and in a browser. Each is set up as a careful
// user would: a token in every request, JSON both ways, an error for a status that is none of success, and, but for bare
// `fetch`, a timeout.

/** The claims are all that the clients look at: nothing here checks a signature. */
const part = (value) => btoa(JSON.stringify(value)).replaceAll("=", "");
const TOKEN = `${part({ alg: "HS256", typ: "JWT" })}.${part({ user_id: "bench" })}.${"x".repeat(43)}`;
const AUTHORIZED = { authorization: TOKEN, "stream-auth-type": "jwt" };

/** Milliseconds; ours and getstream have the same by default. */
const TIMEOUT = 10_000;
/** How many times ky and ofetch try again; ours does by default. */
const RETRIES = 2;

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

/** `import ky from "ky"`. */
export function ky(api, base) {
  const client = api.create({
    prefix: `${base}/api/v1.0/`, searchParams: { api_key: "key" }, headers: AUTHORIZED, timeout: TIMEOUT, retry: RETRIES,
  });
  return {
    create: (id, data) => client.post("user/", { json: { id, data } }).json(),
    get: (id) => client.get(`user/${id}/`).json(),
  };
}

/** `import { ofetch } from "ofetch"`. */
export function ofetch(api, base) {
  const client = api.create({
    baseURL: `${base}/api/v1.0/`, query: { api_key: "key" }, headers: AUTHORIZED, timeout: TIMEOUT, retry: RETRIES,
  });
  return {
    create: (id, data) => client("user/", { method: "POST", body: { id, data } }),
    get: (id) => client(`user/${id}/`),
  };
}

async function send(base, method, path, body, signal) {
  const headers = body ? { ...AUTHORIZED, "content-type": "application/json" } : AUTHORIZED;
  const response = await fetch(`${base}/api/v1.0/${path}?api_key=key`, { method, headers, body: body && JSON.stringify(body), signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** By hand, with a timeout until the body is read. */
export function timed(_, base) {
  const call = async (method, path, body) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new DOMException("timed out", "TimeoutError")), TIMEOUT);
    try {
      return await send(base, method, path, body, controller.signal);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    create: (id, data) => call("POST", "user/", { id, data }),
    get: (id) => call("GET", `user/${id}/`),
  };
}

/** By hand: no check, no retry, no timeout. */
export function raw(_, base) {
  return {
    create: (id, data) => send(base, "POST", "user/", { id, data }),
    get: (id) => send(base, "GET", `user/${id}/`),
  };
}

export const contestants = { ours, getstream, ky, ofetch, timed, raw };

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
