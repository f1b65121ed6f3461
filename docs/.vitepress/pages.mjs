// Which documents of the repository are pages of the site, and where their links lead there.

import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Documents outside `docs`, by their paths, and the pages that they become. */
const ELSEWHERE = {
  "README.md": "index.md",
  "docs/README.md": "documents.md",
  "server/README.md": "server.md",
  "ecosystem/README.md": "ecosystem.md",
  "CHANGELOG.md": "changelog.md",
  "CODE_OF_CONDUCT.md": "code-of-conduct.md",
  "CONTRIBUTING.md": "contributing.md",
  "DESIGN.md": "design.md",
  "RELEASING.md": "releasing.md",
  "SECURITY.md": "security.md",
};

/** What typedoc is given, and no page. */
const TYPEDOC = "docs/reference.md";

const inDocs = readdirSync(new URL("..", import.meta.url), { recursive: true })
  .map((name) => posix.join("docs", name.replaceAll("\\", "/")))
  .filter((name) => name.endsWith(".md") && name !== TYPEDOC && !(name in ELSEWHERE));

/** The page of each document, by their paths. */
export const pages = { ...ELSEWHERE, ...Object.fromEntries(inDocs.map((name) => [name, name.replace("docs/", "")])) };

const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const withPages = folders.filter((folder) => folder === "docs" || `${folder}/README.md` in ELSEWHERE);

/** Patterns of what has no pages. */
export const excluded = [
  TYPEDOC,
  ...folders.filter((folder) => !withPages.includes(folder)).map((folder) => `${folder}/**`),
  ...withPages.filter((folder) => folder !== "docs").map((folder) => `${folder}/*/**`),
];

const documentOf = Object.fromEntries(Object.entries(pages).map(([document, page]) => [page, document]));

/** The types, and where typedoc describes them. */
const TYPES = {
  "npm/index.d.ts": "user-handle",
  "npm/klaim.d.ts": "user-handle_klaim",
  "npm/react.d.ts": "user-handle_react",
  "npm/testing.d.ts": "user-handle_testing",
  "server/npm/index.d.ts": "user-handle-server",
};

/**
 * Where a link of a page leads: its address on the site, and whether that is outside the pages. Nothing where it leads to a file
 * that the site does not have.
 */
export function targetOf(href, page) {
  if (/^(#|[a-z]+:|\/)/.test(href)) return { href };
  const [, path, hash = ""] = /^([^#]*)(#.*)?$/.exec(href);
  // For the search, VitePress names documents, and else pages.
  const document = posix.join(posix.dirname(documentOf[page] ?? page), path);
  if (pages[document]) return { href: `/${pages[document]}${hash}` };
  if (TYPES[document]) return { href: `/api/modules/${TYPES[document]}.html`, isOutside: true };
  return undefined;
}

/** Links that lead to files the site does not have are their text; the others lead where `targetOf` says. */
export function siteLinks(md) {
  md.core.ruler.push("site links", ({ tokens, env }) => {
    for (const token of tokens) if (token.children) token.children = resolved(token.children, env.relativePath);
  });
}

function resolved(tokens, page) {
  const open = [];
  return tokens.filter((token) => {
    if (token.type === "link_close") return open.pop();
    if (token.type !== "link_open") return true;
    const target = targetOf(token.attrGet("href"), page);
    open.push(target);
    if (target) token.attrSet("href", target.href);
    if (target?.isOutside) token.attrSet("target", "_self");
    return target;
  });
}

/** A cell of a table's head that is empty heads nothing. */
export function emptyHeads(md) {
  md.core.ruler.push("empty heads", ({ tokens }) => {
    tokens.forEach(({ type, content }, at) => {
      if (type === "inline" && content === "" && tokens[at - 1].type === "th_open") tokens[at - 1].tag = tokens[at + 1].tag = "td";
    });
  });
}

/** The anchor of a heading, as GitHub makes it: the links of the documents are for both. */
export const anchorOf = (heading) => heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
