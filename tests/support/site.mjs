// The site of the documents: its files, its links, and a server for it.

import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

import { variable } from "./temporary.mjs";

export const folder = variable("DOCUMENTS_SITE");

/** The API reference, whose links typedoc checks. */
const API = /^api\//;

/** What `cargo xtask docs` adds, and the tests do not build. */
const CRATES = /^\/rust\/(native\/)?user_handle\w*\/index\.html$/;

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json" };

/** The pages, by their paths in the site. */
export const pages = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html") && !API.test(name));

const html = (page) => readFileSync(join(folder, page), "utf8");
const ids = (text) => new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));

/** The links, scripts and pictures of a page that lead nowhere. */
export function lostLinks(page) {
  const text = html(page);
  const targets = [...text.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, target]) => target.replaceAll("&amp;", "&"));
  return targets.filter((target) => {
    const { origin, pathname, hash } = new URL(target, `http://site/${page}`);
    if (origin !== "http://site" || CRATES.test(pathname)) return false;
    const file = pathname === "/" ? "index.html" : decodeURI(pathname.slice(1));
    if (!existsSync(join(folder, file))) return true;
    return hash !== "" && !ids(file === page ? text : html(file)).has(decodeURIComponent(hash.slice(1)));
  });
}

/** What a page has of scripts that are written into it. */
export const inlineScripts = (page) => [...html(page).matchAll(/<script(?![^>]*\ssrc=)[^>]*>/g)].map(([tag]) => tag);

/** Serves it on an origin of its own. */
export async function serveSite() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    try {
      const file = pathname === "/" ? "index.html" : pathname.slice(1);
      const content = await readFile(join(folder, file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    url: `http://localhost:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
