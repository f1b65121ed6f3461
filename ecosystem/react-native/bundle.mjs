// bundle.mjs entry out [main-fields]: bundles a program as React Native does, with Metro and its preset; with `main-fields` as
// older versions did, which do not know `exports`.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import Metro from "metro";

const [entry, out, fields] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const defaults = await Metro.loadConfig({ cwd: fileURLToPath(new URL(".", import.meta.url)) });
const config = {
  ...defaults,
  resolver: {
    ...defaults.resolver,
    // Those of @react-native/metro-config.
    resolverMainFields: ["react-native", "browser", "main"],
    unstable_conditionNames: ["react-native"],
    unstable_enablePackageExports: fields === undefined,
  },
  transformer: { ...defaults.transformer, babelTransformerPath: require.resolve("@react-native/metro-babel-transformer") },
};
mkdirSync(dirname(out), { recursive: true });
await Metro.runBuild(config, { entry, out, platform: "android", dev: false, minify: false });

// Metro has found by itself what needs no WebAssembly.
const made = readFileSync(out, "utf8");
assert.match(made, /this build of the package has no WebAssembly/);
assert.doesNotMatch(made, /WebAssembly could not be started here/);
