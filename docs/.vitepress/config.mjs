// The site that `cargo xtask docs` makes of the documents: with a search, in light and dark, and without a request to another host.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { defineConfig } from "vitepress";

import { anchorOf, emptyHeads, excluded, pages, root, siteLinks } from "./pages.mjs";
import { mendedSearch } from "./search.mjs";

/** What the playground runs: the package as it is built. */
const PACKAGE = ["browser.js", "errors.js", "testing.js"];

/** Holds in each page, also where a host sends no policy. Styles of code are attributes. */
const POLICY = "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

const page = (text, name) => ({ text, link: `/${name}` });

export default defineConfig({
  title: "user-handle",
  description: "Users of Stream's Activity Feeds v2, and of Klaim, from JavaScript and Rust",
  lang: "en",
  srcDir: root,
  srcExclude: excluded,
  rewrites: pages,
  outDir: join(root, "target/site"),
  cacheDir: join(root, "target/vitepress"),
  metaChunk: true,
  vite: { plugins: [mendedSearch] },
  head: [
    ["meta", { "http-equiv": "Content-Security-Policy", content: POLICY }],
    ["link", { rel: "icon", href: "data:," }],
  ],
  ignoreDeadLinks: [/^\/(api|rust)\//],

  markdown: {
    anchor: { slugify: anchorOf },
    config: (md) => md.use(siteLinks).use(emptyHeads),
    languageAlias: { "rust,no_run": "rust", "rust,ignore": "rust", caddyfile: "nginx", haproxy: "ini" },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },

  // Pages have no inline script, so that the policy need not allow any.
  transformHtml: (html) => html.replaceAll(/<script id="(check-[\w-]+)">.*?<\/script>/gs, '<script src="/start/$1.js"></script>'),
  buildEnd({ outDir, site }) {
    mkdirSync(join(outDir, "start"));
    for (const [tag, { id }, code] of site.head) if (tag === "script") writeFileSync(join(outDir, "start", `${id}.js`), code);
    for (const name of PACKAGE) cpSync(join(root, "pkg/dist", name), join(outDir, "package", name));
  },

  themeConfig: {
    outline: [2, 3],
    externalLinkIcon: true,
    search: {
      provider: "local",
      options: {
        // The tables of measurements would be most of what is found.
        _render: (text, env, md) => (env.relativePath.startsWith("docs/evidence/") ? "" : md.render(text, env)),
      },
    },
    nav: [
      page("Guides", "documents"),
      page("Playground", "playground"),
      { text: "Reference", items: [
        { text: "npm packages", link: "/api/index.html", target: "_self" },
        { text: "Crate user-handle", link: "/rust/user_handle/index.html", target: "_self" },
        { text: "Crate user-handle-core", link: "/rust/native/user_handle_core/index.html", target: "_self" },
        page("Server", "server"),
      ] },
      page("Changelog", "changelog"),
    ],
    sidebar: [
      { text: "Start", items: [page("What it is", ""), page("All documents", "documents"), page("Playground", "playground")] },
      { text: "Guides", items: [
        page("In a web app", "guides/web-app"),
        page("Next.js", "guides/nextjs"),
        page("In Node", "guides/node"),
        page("At the edge", "guides/edge"),
        page("In React Native", "guides/react-native"),
        page("In Rust", "guides/rust"),
        page("With wasm-pack", "guides/wasm-pack"),
        page("Test your code", "guides/testing"),
        page("Behind proxies", "guides/proxies"),
        page("In containers", "guides/containers"),
        page("Coming from getstream", "coming-from-getstream"),
        page("Klaim", "klaim"),
      ] },
      { text: "The server", items: [
        page("Run it", "guides/self-hosting"),
        page("Two servers, one database", "two-servers"),
        page("Stream's SDKs", "compatible"),
        page("Reference", "server"),
      ] },
      { text: "Look up", items: [page("What happens when", "what-happens-when"), page("Versions and support", "guides/versions")] },
      { text: "Evidence", items: [
        page("Faults", "evidence/faults"),
        page("Runtimes", "evidence/runtimes"),
        page("Benchmarks", "evidence/benchmarks"),
        page("Load", "evidence/load"),
        page("A cluster that fails over", "evidence/cluster"),
      ] },
      { text: "Project", items: [
        page("Design", "design"),
        page("Contributing", "contributing"),
        page("Development", "development"),
        page("Changelog", "changelog"),
        page("Security", "security"),
      ] },
    ],
  },
});
