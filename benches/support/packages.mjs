// The peers' packages as a bundler for pages finds them.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** The folder that a package is installed in; a package may hide its `package.json`. */
export function folderOf(name) {
  const folder = require.resolve.paths(name).map((place) => join(place, name)).find((it) => existsSync(join(it, "package.json")));
  if (folder === undefined) throw new Error(`${name} is not installed`);
  return folder;
}

const manifest = (name) => JSON.parse(readFileSync(join(folderOf(name), "package.json")));

export const versionOf = (name) => manifest(name).version;

/** The file that a page imports. */
function browserFile(name) {
  const { exports } = manifest(name);
  return join(folderOf(name), exports["."]?.browser ?? exports.default);
}

/** Programs are built in a folder that has only user-handle installed. */
export const aliases = { getstream: require.resolve("getstream"), ky: browserFile("ky"), ofetch: browserFile("ofetch") };
