// The package under test, installed from the tarball that `npm pack` made: what users get, not what lies in the tree.

import { cpSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { isWasm } from "./form.mjs";
import { temporaryFolder, variable } from "./temporary.mjs";

const tarball = variable("USER_HANDLE_TARBALL");
const beside = (name) => join(dirname(tarball), name);
if (statSync(tarball).mtimeMs > statSync(beside("installed-package")).mtimeMs) {
  throw new Error("the package was packed after it was installed: run cargo xtask test, which does both");
}

/** A project that has the package installed: a copy of the one in which xtask has run `npm install`. */
export const project = temporaryFolder();
cpSync(beside("installed"), project, { recursive: true });

/** What is installed of it. */
export const dist = join(project, "node_modules", "user-handle", "dist");

/** The entries that are tested. */
const [entry, klaimEntry] = isWasm ? ["user-handle", "user-handle/klaim"] : ["user-handle/no-wasm", "user-handle/klaim/no-wasm"];
/** Their files in `dist`, without the ending. */
export const [file, klaimFile] = isWasm ? ["index", "klaim"] : ["no-wasm", "klaim-no-wasm"];

// `import` by name, as users do. `require` by file: from Node 20.19 on `require("user-handle")` gives the module as well,
// so that both share one state, and only older versions take index.cjs.
const reexport = (name) => `export * from "${name}";\nexport { default } from "${name}";\n`;
writeFileSync(join(project, "entry.js"), reexport(entry));
const require = createRequire(join(project, "entry.js"));
const commonJs = join(dist, `${file}.cjs`);

export const esm = await import(pathToFileURL(join(project, "entry.js")));
export const cjs = require(commonJs);

// Klaim, in the same two ways.
writeFileSync(join(project, "klaim-entry.js"), reexport(klaimEntry));
const klaimEsm = await import(pathToFileURL(join(project, "klaim-entry.js")));

/** The two faces of `user-handle/klaim`. */
export const klaimFaces = { import: klaimEsm, require: require(join(dist, `${klaimFile}.cjs`)) };

/** The two faces, for tests that run once for each. */
export const faces = { import: esm, require: cjs };

let copies = 0;

/** A copy of the package with a state of its own: no client yet, and a module that has not been started. */
export const fresh = (face = "import") => load(face === "import" ? `${file}.js` : `${file}.cjs`, face);

/** The same of any file in `dist`. */
export async function load(name, face) {
  const path = join(dist, name);
  if (face === "import") return import(`${pathToFileURL(path)}?copy=${(copies += 1)}`);
  delete require.cache[path];
  return require(path);
}
