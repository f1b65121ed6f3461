// The package from a CDN, by the page that the guide shows: no bundler, the files of another origin, an import map.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { after, test } from "node:test";

import { openPage, startBrowser } from "../support/browser.mjs";
import { blocksOf } from "../support/documents.mjs";
import { esm, project } from "../support/package.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const installed = join(project, "node_modules/user-handle");
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
const CDN = "https://cdn.jsdelivr.net";
const ROOT = `/npm/user-handle@${manifest.version}/`;

/** Serves what `answer` gives: a type and a body. */
async function serve(answer) {
  const server = createServer(async (request, response) => {
    const [type, body] = await answer(request.url).catch(() => ["", undefined]);
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type, "access-control-allow-origin": "*" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

const [server, browser] = await Promise.all([startServer(), startBrowser()]);
after(() => Promise.all([server.stop(), browser.close()]));

test("a page with an import map gets the package from a CDN", async () => {
  const [{ code }] = blocksOf("docs/guides/web-app.md").filter((block) => block.code.includes("importmap"));
  assert.ok(code.includes(`${CDN}${ROOT}dist/browser.js`), "the guide's page names another version");
  const cdn = await serve(async (url) => {
    assert.ok(url.startsWith(ROOT), url);
    return ["text/javascript", await readFile(join(installed, normalize(url.slice(ROOT.length))))];
  });
  const token = esm.connect(KEY, SECRET, undefined, { baseUrl: server.api }).createUserToken("ada");
  const html = code.replace(CDN, cdn).replace('"demo-key"', JSON.stringify(KEY))
    .replace("{ local: true }", JSON.stringify({ baseUrl: server.api }));
  const site = await serve(async (url) => (url === "/token" ? ["text/plain", token] : ["text/html; charset=utf-8", html]));
  const page = await openPage(browser);
  await page.goto(site);
  await page.waitForFunction(() => document.querySelector("p").textContent === "Signed in as Ada.");
});

test("the fields that CDNs look at name a file that is there", () => {
  for (const field of ["unpkg", "jsdelivr"]) assert.ok(readFileSync(join(installed, manifest[field])).length > 0, field);
});
