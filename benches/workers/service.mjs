// Answers as the service does, as fast as Node's own server can; and serves the pages of the browser's benchmarks.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

import { payload, record } from "../support/payload.mjs";
import { answerWith } from "../support/processes.mjs";

const { pages } = JSON.parse(process.argv[2]);
const DATA = payload(100);
const TYPES = { ".js": "text/javascript", ".html": "text/html" };
let requests = 0;
/** Milliseconds that an answer takes, at least and at most. */
let latency = [0, 0];
/** Whether answers are compressed. */
let gzip = false;

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function answer(request, url) {
  const [, , , kind, id] = url.pathname.split("/");
  if (kind === "users") {
    const ids = (url.searchParams.get("ids") ?? "").split(",");
    if (request.method === "GET") return { users: ids.map((it) => record(it, DATA)), duration: "1.00ms" };
    const { users } = await bodyOf(request);
    return { created_users: users.map((user) => record(user.id, user.data ?? {})), duration: "1.00ms" };
  }
  if (request.method === "GET") return { ...record(id, DATA), duration: "1.00ms" };
  const user = await bodyOf(request);
  return { ...record(user.id ?? id, user.data), duration: "1.00ms" };
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://service");
  try {
    if (url.pathname.startsWith("/pages/")) {
      const name = url.pathname.slice("/pages/".length);
      response.setHeader("content-type", TYPES[extname(name)] ?? "text/plain");
      response.setHeader("cache-control", "no-store");
      response.setHeader("content-encoding", "br");
      response.end(await readFile(join(pages, `${name}.br`)));
      return;
    }
    requests += 1;
    const text = JSON.stringify(await answer(request, url));
    const wait = latency[0] + Math.random() * (latency[1] - latency[0]);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const body = gzip ? gzipSync(text) : Buffer.from(text);
    response.writeHead(request.method === "POST" ? 201 : 200, {
      "content-type": "application/json", "content-length": body.length, ...(gzip && { "content-encoding": "gzip" }),
    });
    response.end(body);
  } catch (error) {
    response.writeHead(404, { "content-type": "application/json" });
    response.end(JSON.stringify({ detail: String(error), code: 16, exception: "DoesNotExistException" }));
  }
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  answerWith({ url: `http://127.0.0.1:${server.address().port}` }, (message) => {
    ({ latency = [0, 0], gzip = false } = message);
    const counted = requests;
    requests = 0;
    return { requests: counted };
  });
});
