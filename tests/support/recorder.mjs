// A loopback server that notes what it is sent, and answers what a test says.

import { once } from "node:events";
import { createServer } from "node:http";

/** A user as the service answers it. */
export const record = (id, data = {}) => ({
  created_at: "2026-11-21T07:00:00.000000Z",
  updated_at: "2026-11-21T07:00:00.000000Z",
  id,
  data,
  duration: "0.10ms",
});

/** The user whom a request is about, as the service answers it. */
export function recordOf({ path, body }) {
  const [, id] = /\/user\/([^/]+)\//.exec(path) ?? /"id":"([^"]+)"/.exec(body) ?? [undefined, "ada"];
  return record(id);
}

/**
 * Starts a recorder. `recorder.answer` is called with each request and gives one of
 * `{ status, headers, body, cut }` (a body that is not a string is sent as JSON, and without one the user whom the request is about; with `cut` the connection breaks inside it),
 * `"silence"` (nothing is ever answered) and `"reset"` (the connection breaks before the answer).
 */
export async function startRecorder() {
  const recorder = { requests: [], answer: () => ({}), url: "", api: "", arrived, stop };
  const waiting = [];
  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    recorder.requests.push(request);
    waiting.splice(0).forEach((resolve) => resolve(request));
    reply(response, await recorder.answer(request), request);
  });

  /** The next request, once it has arrived. */
  function arrived() {
    return new Promise((resolve) => waiting.push(resolve));
  }

  async function stop() {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  recorder.url = `http://127.0.0.1:${server.address().port}`;
  recorder.api = `${recorder.url}/api/`;
  return recorder;
}

async function read(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url, "http://recorder");
  return {
    method: incoming.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    target: incoming.url,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

function reply(response, answer, request) {
  if (answer === "silence") return;
  if (answer === "reset") {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body = recordOf(request), cut = false } = answer;
  if (cut) {
    response.writeHead(status, { "content-type": "application/json", ...headers, "content-length": 1000 });
    response.write('{"id":', () => response.destroy());
    return;
  }
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
