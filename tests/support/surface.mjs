// What users see, next to what they saw before: the public types of each entry of the npm package, and the files of the
// package and the crates. What it was is in tests/surface; `cargo xtask surface --write` takes a change over.
//
// Run as a program, with `--write`, it writes: `node tests/support/surface.mjs --write`.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

import { entries } from "./entries.mjs";
import { project } from "./package.mjs";
import { temporaryFolder } from "./temporary.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const kept = join(root, "tests/surface");
const installed = join(project, "node_modules/user-handle");

/** What every failure ends with. */
export const MEND = "If that is meant, `cargo xtask surface --write` takes it over, and CHANGELOG.md says it.";

/** The public types of an entry, as API Extractor reports them: resolved, sorted, without comments. */
function types(name) {
  const folder = temporaryFolder();
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, "npm/package.json"),
    configObject: {
      projectFolder: join(root, "npm"),
      mainEntryPointFilePath: join(root, "npm", `${name}.d.ts`),
      compiler: { tsconfigFilePath: join(root, "npm/tsconfig.json") },
      newlineKind: "lf",
      apiReport: {
        enabled: true, reportFileName: `${name}.api.md`, reportFolder: folder, reportTempFolder: join(folder, "new"),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // What documentation lacks is typedoc's to say.
      messages: { extractorMessageReporting: { default: { logLevel: "none" } }, tsdocMessageReporting: { default: { logLevel: "none" } } },
    },
  });
  const complaints = [];
  const messageCallback = (message) => {
    if (message.logLevel === "error") complaints.push(message.text);
    message.handled = true;
  };
  Extractor.invoke(config, { localBuild: true, messageCallback });
  if (complaints.length > 0) throw new Error(`${name}.d.ts: ${complaints.join("; ")}`);
  return readFileSync(join(folder, "new", `${name}.api.md`), "utf8");
}

/** What the tarball installs. */
function installedFiles() {
  const found = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map((entry) => relative(installed, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/")).sort();
}

/** What `cargo package` packs. */
function packedFiles(crate, folder) {
  const listed = execFileSync("cargo", ["package", "--list", "--allow-dirty", "--offline", "--package", crate], {
    cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"],
  });
  // What cargo makes while it packs is not in the folder.
  return listed.trim().split("\n").filter((name) => existsSync(join(root, folder, name))).sort();
}

const contents = {
  "npm-files.json": installedFiles,
  "core-files.json": () => packedFiles("user-handle-core", "core"),
  "crate-files.json": () => packedFiles("user-handle", "."),
  "service-files.json": () => packedFiles("user-handle-service", "service"),
  "server-files.json": () => packedFiles("user-handle-server", "server"),
};

const read = (name) => (existsSync(join(kept, name)) ? readFileSync(join(kept, name), "utf8") : undefined);

/** The lines in which two files differ. A file that is not there is empty. */
function differences(before, now) {
  const files = [existsSync(before) ? before : "/dev/null", now];
  const { stdout } = spawnSync("git", ["diff", "--no-index", "--no-color", "--unified=0", ...files], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => /^[-+](?![-+])/.test(line));
}

/** By the name of the file in tests/surface, a function that gives what has changed, one line each. */
export const changes = {
  ...Object.fromEntries(entries.map((name) => [`${name}.api.md`, () => {
    const now = join(temporaryFolder(), `${name}.api.md`);
    writeFileSync(now, types(name));
    return differences(join(kept, `${name}.api.md`), now);
  }])),
  ...Object.fromEntries(Object.entries(contents).map(([name, files]) => [name, () => {
    const [before, now] = [JSON.parse(read(name) ?? "[]"), files()];
    return [
      ...before.filter((file) => !now.includes(file)).map((file) => `- ${file} is missing`),
      ...now.filter((file) => !before.includes(file)).map((file) => `+ ${file} is new`),
    ];
  }])),
};

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes("--write")) {
  mkdirSync(kept, { recursive: true });
  for (const name of entries) writeFileSync(join(kept, `${name}.api.md`), types(name));
  for (const [name, files] of Object.entries(contents)) writeFileSync(join(kept, name), `${JSON.stringify(files(), undefined, 2)}\n`);
}
