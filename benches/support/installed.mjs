// What an install of a package puts on disk.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folders of a package and of all that it depends on, directly or not, found as Node finds them. */
function closure(name, from, found = new Set()) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, "node_modules", name);
    const manifest = read(join(place, "package.json"));
    if (manifest) {
      if (!found.has(place)) {
        found.add(place);
        for (const dependency of Object.keys(manifest.dependencies ?? {})) closure(dependency, place, found);
      }
      return found;
    }
    if (folder === dirname(folder)) throw new Error(`${name} is not installed`);
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** The sizes of a package's files in bytes, without those of the packages in its `node_modules`. */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : files(path);
    return [readFileSync(path).length];
  });
}

/** Of the package that `from` finds under this name. */
export function installed(name, from) {
  const folders = [...closure(name, from)];
  const sizes = folders.flatMap(files);
  return { packages: folders.length, files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
