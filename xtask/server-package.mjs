// Packs the npm package `user-handle-server`, and for a platform the package that holds its binary. For `cargo xtask release`:
// `node xtask/server-package.mjs FOLDER` packs the first, and with `LICENCES PLATFORM BINARY` the second, such as of `linux-x64`.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const sources = join(root, "server/npm");
const manifest = JSON.parse(readFileSync(join(sources, "package.json"), "utf8"));
const LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"];

/** Packs what `fill` puts into a folder, and returns the path of the tarball in `out`. */
function packed(out, fill) {
  const folder = mkdtempSync(join(tmpdir(), "user-handle-pack-"));
  try {
    for (const name of LICENCES) copyFileSync(join(root, name), join(folder, name));
    fill(folder);
    // Rights are packed too, and those of the sources are the umask's of whoever has them.
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isFile()) chmodSync(join(folder, entry.name), 0o644);
    const args = ["pack", folder, "--silent", "--ignore-scripts", "--pack-destination", out];
    return join(out, execFileSync("npm", args, { encoding: "utf8" }).trim().split("\n").at(-1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The package that people install. */
export function packServer(out) {
  return packed(out, (folder) => {
    for (const name of readdirSync(sources)) copyFileSync(join(sources, name), join(folder, name));
  });
}

/** The package of a platform: the binary, and the licences of what is in it as a text. */
export function packPlatform(out, licences, platform, binary) {
  const name = `${manifest.name}-${platform}`;
  if (manifest.optionalDependencies[name] !== manifest.version) {
    throw new Error(`server/npm/package.json has no optional dependency ${name} of version ${manifest.version}`);
  }
  const [os, cpu] = platform.split("-");
  const { version, license, engines } = manifest;
  return packed(out, (folder) => {
    const program = join(folder, "bin", `user-handle-server${os === "win32" ? ".exe" : ""}`);
    mkdirSync(join(folder, "bin"));
    copyFileSync(binary, program);
    chmodSync(program, 0o755);
    writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), licences);
    writeFileSync(join(folder, "README.md"), `# ${name}\n\nThe binary of \`${manifest.name}\` for ${os} on ${cpu}. Install that package.\n`);
    // `preferUnplugged`: Yarn would leave the binary in an archive.
    const about = { name, version, description: `The binary of ${manifest.name} for ${os} on ${cpu}`, license, os: [os], cpu: [cpu], preferUnplugged: true, engines };
    writeFileSync(join(folder, "package.json"), `${JSON.stringify({ ...about, repository: manifest.repository }, undefined, 2)}\n`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [out, licences, platform, binary] = process.argv.slice(2);
  if (platform) packPlatform(out, readFileSync(licences, "utf8"), platform, binary);
  else packServer(out);
}
