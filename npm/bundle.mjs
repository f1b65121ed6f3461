// Bundles the package's JavaScript with esbuild. Called by `cargo xtask build` with a file that has a bundle on each line, as
// JSON (see `bundles` in xtask/src/package.rs), and the folder for what is made.

import { readFileSync } from "node:fs";

import { build } from "esbuild";

/** The classes that every entry has in common are one file, so that `instanceof` works across entries. */
const ERRORS = /\/src\/js\/errors\.js$/;

const resolver = ({ format, modules = {}, errors }) => ({
  name: "user-handle",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^user-handle:/ }, ({ path }) => ({ path: modules[path.slice("user-handle:".length)] }));
    if (errors === "inside") return;
    onResolve({ filter: /errors\.js$/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === "seen") return undefined;
      const resolved = await resolve(path, { kind, resolveDir, pluginData: "seen" });
      const extension = format === "cjs" ? "cjs" : "js";
      return ERRORS.test(resolved.path) ? { path: `./errors.${extension}`, external: true } : resolved;
    });
  },
});

const [, , input, folder] = process.argv;
for (const line of readFileSync(input, "utf8").trim().split("\n")) {
  const bundle = JSON.parse(line);
  const { entry, outfile: name, format, define, external = [], inject, packages, footer } = bundle;
  const outfile = `${folder}/${name}.${format === "cjs" ? "cjs" : "js"}`;
  const { minifyWhitespace = false, minifySyntax = true } = bundle;
  await build({
    bundle: true, target: "es2022", legalComments: "none", logLevel: "warning",
    entryPoints: [entry], outfile, format, define, external, inject, minifyWhitespace, minifySyntax, packages, footer,
    // For `node`, esbuild lists the exports where Node's `import` of a CommonJS module finds them.
    platform: format === "cjs" ? "node" : "neutral",
    plugins: [resolver(bundle)],
    // wasm-bindgen names a snippet once for each function that it imports straight from it; the values are the same.
    logOverride: { "duplicate-object-key": "silent" },
  });
}
