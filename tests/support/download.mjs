// What a page downloads: built by two bundlers, everything included, compressed as the best servers do.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import * as esbuild from "esbuild";
import { build as vite } from "vite";

import { project } from "./package.mjs";
import { temporaryFolder } from "./temporary.mjs";

const require = createRequire(import.meta.url);

/** A page that can make the five calls through a client. */
export const page = (from) => `
  import { connect } from "${from}";
  const user = connect("key", document.body.dataset.token, "1").user("ada");
  const calls = {
    create: () => user.create({ name: "Ada" }), getOrCreate: () => user.getOrCreate({ name: "Ada" }),
    get: () => user.get(), update: () => user.update({ name: "Ada" }), delete: () => user.delete(),
  };
  document.onclick = ({ target }) => calls[target.id]?.().then(() => { document.title = JSON.stringify(user.data); });
`;

export const bundlers = {
  async esbuild(entry, outdir, alias) {
    // As its documentation has it for a page.
    const options = { bundle: true, minify: true, format: "esm", platform: "browser", logLevel: "error" };
    await esbuild.build({ ...options, entryPoints: [entry], outdir, alias, define: { "process.env.NODE_ENV": '"production"', global: "globalThis" } });
  },
  async vite(entry, outDir, alias) {
    await vite({
      root: project, configFile: false, logLevel: "error", resolve: { alias }, define: { global: "globalThis" },
      build: { outDir, emptyOutDir: true, reportCompressedSize: false, rolldownOptions: { input: entry } },
    });
  },
};

/**
 * The bytes of a page's files, compressed: of a page on this client, an entry of `user-handle` or `getstream`, or of another program.
 * `alias` has files in place of modules.
 */
export async function download(bundler, client, program = page(client), alias = {}) {
  const entry = join(project, `page-${client.replace("/", "-")}.js`);
  writeFileSync(entry, program);
  const out = temporaryFolder();
  await bundlers[bundler](entry, out, { getstream: require.resolve("getstream"), ...alias });
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const bytes = files.map((file) => readFileSync(join(file.parentPath ?? file.path, file.name)));
  const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
  return { raw: sum(bytes.map(({ length }) => length)), brotli: sum(bytes.map((it) => brotliCompressSync(it).length)) };
}
