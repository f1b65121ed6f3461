// Chromium, and pages for it that import the package as it is installed: no bundler, and a strict policy.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import puppeteer from "puppeteer-core";

import { PATIENCE } from "./patience.mjs";
import { variable } from "./temporary.mjs";

export const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" };

/** Chromium. */
export function startBrowser(flags = []) {
  return launch({
    executablePath: variable("CHROME"),
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...flags,
    ],
  });
}

/** Firefox. */
export const startFirefox = (options) => launch({ browser: "firefox", executablePath: variable("FIREFOX"), ...options });

const launch = (options) => puppeteer.launch({ timeout: PATIENCE, protocolTimeout: PATIENCE, ...options });

/** A page that waits for as long as it takes. */
export async function openPage(browser) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  return page;
}

/**
 * Serves `folder` below `/package/`, and these pages (path to text), on an origin of its own. Everything comes with the
 * policy; below `/no-wasm/` with one that forbids WebAssembly.
 */
export async function servePages(folder, pages) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://pages").pathname;
    try {
      const name = path.replace(/^\/no-wasm/, "");
      const inside = /^\/package\/(.+)$/.exec(name)?.[1];
      const content = pages[name] ?? (await readFile(join(folder, normalize(inside ?? "none"))));
      const policy = path === name ? POLICY : "script-src 'self'";
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain", "content-security-policy": policy });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
