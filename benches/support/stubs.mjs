// Transports that send nothing: both give the same small record at once.

import { payload, record } from "./payload.mjs";

const text = JSON.stringify({ ...record("ada", payload(100)), duration: "1.00ms" });
const answer = { "content-type": "application/json", "content-length": String(text.length) };

/** In place of the global `fetch`. */
export function stubFetch() {
  const headers = new Headers(answer);
  const response = {
    ok: true, status: 200, type: "basic", headers, body: null, text: async () => text, json: async () => JSON.parse(text),
  };
  globalThis.fetch = async () => response;
}

/** In place of the adapter of getstream's axios. */
export function stubAxios(client) {
  client.request.defaults.adapter = async (config) =>
    ({ data: text, status: 200, statusText: "OK", headers: answer, config, request: {} });
}
