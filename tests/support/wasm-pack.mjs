// What wasm-pack has built, as `cargo xtask test` leaves it: a folder for each target.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { temporaryFolder, variable } from "./temporary.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const TARGETS = ["web", "bundler", "nodejs"];

/** The folder of a target. */
export const built = (target) => join(variable("WASM_PACK_OUT"), target);

/** A project with the example in it, and beside that `pkg/` as a build for `target` leaves it. */
export function withExample(target) {
  const folder = temporaryFolder();
  cpSync(built(target), join(folder, "pkg"), { recursive: true });
  cpSync(join(root, "examples/wasm-pack"), join(folder, "examples/wasm-pack"), { recursive: true });
  return folder;
}

/** A project that has installed what `npm pack` makes of a target. */
export function withInstalled(target, type = "module") {
  const folder = temporaryFolder();
  const quiet = { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type }));
  const tarball = execFileSync("npm", ["pack", built(target), "--silent", "--ignore-scripts"], quiet).trim();
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--no-save", `./${tarball}`], quiet);
  return folder;
}
