// The page that can make the five calls, on each contestant: what a download is measured of.

import { page } from "../../tests/support/download.mjs";

const BASE = '"https://api.stream-io-api.com/api/v1.0/"';
const HEADERS = '{ authorization: document.body.dataset.token, "stream-auth-type": "jwt" }';
const OPTIONS = `headers: ${HEADERS}, timeout: 10_000, retry: 2`;

/** What listens to clicks, given `call`, which takes a method, a path, a query and a body. */
const program = (call) => `
  ${call}
  const data = { name: "Ada" };
  const calls = {
    create: () => call("POST", "user/", {}, { id: "ada", data }),
    getOrCreate: () => call("POST", "user/", { get_or_create: true }, { id: "ada", data }),
    get: () => call("GET", "user/ada/"), update: () => call("PUT", "user/ada/", {}, { data }), delete: () => call("DELETE", "user/ada/"),
  };
  document.onclick = ({ target }) => calls[target.id]?.().then((user) => { document.title = JSON.stringify(user.data); });
`;

const SEND = `
  const send = async (method, path, query, body, signal) => {
    const response = await fetch(${BASE} + path + "?" + new URLSearchParams({ api_key: "key", ...query }), {
      method, signal, body: body && JSON.stringify(body), headers: { ...${HEADERS}, "content-type": "application/json" },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    return answer;
  };
`;

export const programs = {
  ours: page("user-handle"),
  getstream: page("getstream"),
  ky: program(`
    import ky from "ky";
    const client = ky.create({ prefix: ${BASE}, ${OPTIONS} });
    const call = (method, path, query, json) => client(path, { method, json, searchParams: { api_key: "key", ...query } }).json();
  `),
  ofetch: program(`
    import { ofetch } from "ofetch";
    const client = ofetch.create({ baseURL: ${BASE}, ${OPTIONS} });
    const call = (method, path, query, body) => client(path, { method, body, query: { api_key: "key", ...query } });
  `),
  timed: program(`
    ${SEND}
    const call = async (method, path, query, body) => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(new DOMException("timed out", "TimeoutError")), 10_000);
      try {
        return await send(method, path, query, body, controller.signal);
      } finally {
        clearTimeout(timer);
      }
    };
  `),
  raw: program(`${SEND} const call = send;`),
};
