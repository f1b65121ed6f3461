// Origins for pages: each answer carries a policy, and connections are allowed to the API alone.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const api = new URL(new URLSearchParams(process.env.MATRIX_PAGE).get("baseUrl")).origin;

export const STRICT = `script-src 'self' 'wasm-unsafe-eval'; connect-src ${api}`;
/** For frameworks, whose pages start with inline scripts, and which fetch their own routes. */
export const INLINE = `script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self' ${api}`;
/** No WebAssembly. */
export const NO_WASM = "script-src 'self'";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css" };

/** Serves a folder; `index` is its start page where the folder has none. */
export function startSite(folder, policy, index) {
  return start(async (request, response) => {
    const path = normalize(new URL(request.url, "http://site").pathname);
    const file = path.endsWith("/") ? join(path, "index.html") : path;
    const read = () => readFile(join(folder, file));
    const content = path === "/" && index !== undefined ? index : await read().catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": policy,
    });
    response.end(content);
  });
}

/** Headers that belong to one connection, and those of what `fetch` has decompressed. */
const HOP = ["host", "connection", "accept-encoding", "content-encoding", "content-length", "transfer-encoding"];
const without = (headers) => Object.fromEntries([...headers].filter(([name]) => !HOP.includes(name)));

/** Answers as another origin does, with the policy. */
export function startProxy(origin, policy) {
  return start(async (request, response) => {
    const headers = without(Object.entries(request.headers));
    const answer = await fetch(`${origin}${request.url}`, { headers, redirect: "manual" });
    response.writeHead(answer.status, { ...without(answer.headers), "content-security-policy": policy });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
}

/** Starts a server that lives as long as this process; gives its origin. */
async function start(answer) {
  const server = createServer((request, response) =>
    answer(request, response).catch((error) => {
      console.error(`${request.url}: ${error}`);
      response.destroy();
    }),
  );
  server.listen(0, "localhost");
  await once(server, "listening");
  server.unref();
  return `http://localhost:${server.address().port}`;
}
