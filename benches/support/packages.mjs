// The peers' packages as a bundler for pages finds them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The folder that a package is installed in; a package may hide its `package.json`. */
export function folderOf(name) {
  for (const place of require.resolve.paths(name)) {
    const folder = join(place, name);
    try {
      readFileSync(join(folder, "package.json"));
      return folder;
    } catch {
      // It is in one further up.
    }
  }
  throw new Error(`${name} is not installed`);
}

/** The file that a page imports. */
function browserFile(name) {
  const folder = folderOf(name);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json")));
  return join(folder, exports["."]?.browser ?? exports["."]?.default ?? exports.default);
}

/** Programs are built in a folder that has only user-handle installed. */
export const aliases = { getstream: require.resolve("getstream"), ky: browserFile("ky"), ofetch: browserFile("ofetch") };
