// The package `user-handle-server` under test, installed from tarballs beside `user-handle`, with the binary under test.

import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { packPlatform, packServer } from "../../xtask/server-package.mjs";
import { temporaryFolder, variable } from "./temporary.mjs";

const packed = temporaryFolder();

/** The binary without what a debugger needs: most of it. */
function stripped() {
  const binary = join(packed, "user-handle-server");
  copyFileSync(variable("USER_HANDLE_SERVER"), binary);
  execFileSync("strip", [binary]);
  return binary;
}

export const serverTarball = packServer(packed);
export const platformTarball = packPlatform(packed, "none\n", `${process.platform}-${process.arch}`, stripped());

/** A project that has these installed, without a network. */
export function projectWith(...tarballs) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const flags = ["--offline", "--no-audit", "--no-fund", "--no-save"];
  execFileSync("npm", ["install", ...flags, ...tarballs], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  return folder;
}
