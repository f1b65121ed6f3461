// The console: static files with hashes in their names, each with its brotli beside it, which the server sends as it is.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";

import { defineConfig } from "vite";

const compress = promisify(brotliCompress);

const precompressed = {
  name: "precompressed",
  apply: "build",
  async writeBundle({ dir }) {
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(html|js|css)$/.test(entry.name)) continue;
      const file = join(entry.parentPath ?? entry.path, entry.name);
      await writeFile(`${file}.br`, await compress(await readFile(file)));
    }
  },
};

/** A limit, as the core has it. */
async function limit(name) {
  const rules = await readFile(join(import.meta.dirname, "../core/src/rules/validate.rs"), "utf8");
  return new RegExp(`const ${name}: usize = ([\\d_]+);`).exec(rules)[1];
}

export default defineConfig(async () => ({
  root: import.meta.dirname,
  define: { MAX_DATA_BYTES: await limit("MAX_DATA_BYTES") },
  plugins: [precompressed],
  // `npx vite www` beside a running `cargo xtask demo`: changes show at once.
  server: { proxy: { "/api": "http://localhost:8000", "/klaim": "http://localhost:8000", "/_faults": "http://localhost:8000" } },
  build: {
    target: "es2022",
    // Data URLs of scripts and styles are against the page's own policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
}));
