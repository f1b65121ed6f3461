// The package `user-handle-server` under test, installed from tarballs beside `user-handle`, with the binary under test.

import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { packPlatform, packServer } from "../../xtask/server-package.mjs";
import { temporaryFolder, variable } from "./temporary.mjs";

/** Packs both: what people install, and the package of this platform, whose binary is that under test. */
export function packedServer() {
  const folder = temporaryFolder();
  const binary = join(folder, "user-handle-server");
  copyFileSync(variable("USER_HANDLE_SERVER"), binary);
  // Most of it is for debuggers.
  execFileSync("strip", [binary]);
  const platform = packPlatform(folder, "none\n", `${process.platform}-${process.arch}`, binary);
  return { server: packServer(folder), platform };
}

/** A project that has these installed, without a network. */
export function projectWith(...tarballs) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const flags = ["--offline", "--no-audit", "--no-fund", "--no-save"];
  execFileSync("npm", ["install", ...flags, ...tarballs], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  return folder;
}
