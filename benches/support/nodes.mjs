// Other versions of Node than that which runs the benchmarks: those that the matrix tests, installed once.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The path of the program of this major version. */
export function nodeOf(major) {
  const { variants } = JSON.parse(readFileSync(join(root, "ecosystem/node/package.json"))).matrix;
  const { node: version } = variants[`node-${major}`].dependencies;
  if (process.versions.node === version) return process.execPath;
  const folder = join(root, `target/tools/node-${version}`);
  const program = join(folder, "node_modules/node/bin/node");
  if (!existsSync(program)) {
    console.error(`bench: installing Node ${version}; once`);
    mkdirSync(folder, { recursive: true });
    // The package's install script fetches the program from npm.
    const manifest = { private: true, dependencies: { node: version }, allowScripts: { node: true } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    execFileSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  }
  return program;
}
