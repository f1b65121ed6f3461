// `cargo xtask matrix [NAME...] [--list] [--write]`: installs the packed npm package in a fresh project for each environment,
// as a user would, and runs the same program there against the stand-in server. README.md says what an environment is.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { packedServer } from "../tests/support/server-package.mjs";
import { startServer } from "../tests/support/server.mjs";
import { atExit, variable } from "../tests/support/temporary.mjs";

/** In the order of the table. */
const KINDS = ["runtime", "browser", "bundler", "test runner", "framework", "types", "surroundings"];
/** In seconds; a step that takes longer is ended, unless the fixture says how many it may take. */
const DEADLINE = 180;
/** In milliseconds: how long a step that is told to end may take to end its browser. */
const GRACE = 5_000;
/** One more environment than there are processors, up to eight: each waits now and then, for downloads, a server or a browser. */
const AT_A_TIME = Math.min(availableParallelism() + 1, 8);
/** The files that all environments have. */
const PROGRAMS = ["in-node.cjs", "in-node.mjs", "in-page.cjs", "in-page.mjs", "program.mjs"];
const INSTALL = "install --prefer-offline --no-audit --no-fund --no-update-notifier --loglevel=error";
/** How tools are told to call nobody. */
const QUIET = ["DO_NOT_TRACK", "NEXT_TELEMETRY_DISABLED", "ASTRO_TELEMETRY_DISABLED", "NUXT_TELEMETRY_DISABLED"];

const [KEY, SECRET, KLAIM_KEY] = ["matrix-key", "matrix-secret", "matrix-klaim-key"];
const APP = `${KEY}:${SECRET}`;

const here = fileURLToPath(new URL(".", import.meta.url));
const target = fileURLToPath(new URL("../target/", import.meta.url));
const out = join(target, "matrix");

/** Whether an environment has the package of the server too. */
const needsServer = ({ manifest }) => manifest.dependencies["user-handle-server"] === "packed";

/** The environments of a folder: one, or several that differ in versions. */
function environmentsOf(fixture) {
  const manifest = JSON.parse(readFileSync(join(here, fixture, "package.json"), "utf8"));
  const { matrix: { variants = { [fixture]: {} }, ...about }, ...rest } = manifest;
  const kind = KINDS.indexOf(about.kind);
  if (kind < 0) throw new Error(`${fixture}/package.json: matrix.kind is none of ${KINDS.join(", ")}`);
  return Object.entries(variants).map(([name, variant]) => {
    const { tool = fixture, needs = [], deadline = DEADLINE, example, files = [], scripts } = { ...about, ...variant };
    const dependencies = { ...manifest.dependencies, ...variant.dependencies };
    return {
      name, fixture, kind, needs, deadline, example, files, version: dependencies[tool] ?? "", manifest: { ...rest, dependencies },
      scripts: Object.keys(manifest.scripts).filter((script) => scripts?.includes(script) ?? true),
    };
  });
}

/** The environments of these names, or of these folders; all where none is named. */
function chosen(names) {
  const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "support");
  const all = folders.map(({ name }) => name).sort().flatMap(environmentsOf).sort((a, b) => a.kind - b.kind);
  const isCalled = ({ name, fixture }, wanted) => wanted === name || wanted === fixture;
  const unknown = names.find((name) => !all.some((environment) => isCalled(environment, name)));
  if (unknown) throw new Error(`there is no environment ${unknown}; \`cargo xtask matrix --list\` names them`);
  return all.filter((environment) => names.length === 0 || names.some((name) => isCalled(environment, name)));
}

/** A fresh project: the fixture, the programs, and what is packed as further dependencies. */
function project({ fixture, example, files, manifest }, folder, tarball) {
  rmSync(folder, { recursive: true, force: true });
  if (example) cpSync(join(here, "../examples", example), folder, { recursive: true });
  cpSync(join(here, fixture), folder, { recursive: true });
  for (const name of PROGRAMS) cpSync(join(here, name), join(folder, name));
  for (const path of files) cpSync(join(here, "..", path), join(folder, basename(path)));
  // Those that have `require` get the same program as a CommonJS module.
  const program = readFileSync(join(here, "program.mjs"), "utf8");
  writeFileSync(join(folder, "program.cjs"), program.replace("export async function run", "exports.run = async function run"));
  const dependencies = { ...manifest.dependencies, "user-handle": `file:${tarball}` };
  if (needsServer({ manifest })) {
    const { server: wrapper, platform } = serverTarballs;
    Object.assign(dependencies, { "user-handle-server": `file:${wrapper}`, [basename(platform).replace(/-\d.*/, "")]: `file:${platform}` });
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ ...manifest, dependencies }, undefined, 2)}\n`);
}

/**
 * What a script is given. Each environment has a user of its own on a server and another in a page: a framework renders a page
 * again, where the program runs too, while the page that it reloads is still at work.
 */
function variablesOf({ name }, server) {
  const [served, visited] = ["server", "page"].map((where) => `${name.replaceAll(/[^A-Za-z0-9]/g, "-")}-${where}`);
  const token = execFileSync(variable("USER_HANDLE_SERVER"), ["token", "--app", APP, "--user", visited], { encoding: "utf8" }).trim();
  const given = (id, credential) =>
    `baseUrl=${server.api}&key=${KEY}&id=${id}&credential=${credential}&klaimUrl=${server.klaim}&klaimKey=${KLAIM_KEY}`;
  const { CI: _, ...inherited } = process.env;
  return {
    ...inherited, NO_COLOR: "1", ...Object.fromEntries(QUIET.map((quiet) => [quiet, "1"])),
    MATRIX: join(here, "support"), MATRIX_NAME: name, MATRIX_SERVER: given(served, SECRET), MATRIX_PAGE: given(visited, token),
  };
}

/** Runs npm with all output in a log. Whatever a step leaves running is ended. */
async function npm(args, { cwd, env, log, deadline }) {
  const file = openSync(log, "w");
  const child = spawn("npm", args, { cwd, env, detached: true, stdio: ["ignore", file, file] });
  closeSync(file);
  /** Whether there was something to send the signal to. */
  const send = (signal) => {
    try {
      return process.kill(-child.pid, signal);
    } catch {
      return false;
    }
  };
  const forget = atExit(() => send("SIGTERM"));
  let late = false;
  const timer = setTimeout(async () => {
    late = true;
    send("SIGTERM");
    for (let waited = 0; waited < GRACE && send(0); waited += 100) await sleep(100);
    send("SIGKILL");
  }, deadline * 1_000);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  if (!late) send("SIGKILL");
  forget();
  if (late) throw new Error(`killed after ${deadline} s`);
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}`);
}

/** The rows of one environment. Its folder is kept if a step failed. */
async function run(environment, server, tarball) {
  const { name, scripts, deadline } = environment;
  const [cwd, log] = [join(out, name), join(out, `${name}.log`)];
  const step = { cwd, log, deadline, env: variablesOf(environment, server) };
  const rows = [];
  /** Does something, and makes a row of it. */
  const row = async (what, work) => {
    const start = performance.now();
    let version = environment.version;
    let error;
    try {
      version = (await work()) || version;
    } catch (caught) {
      error = caught;
    }
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const end = error ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-25).map((line) => `\n    ${line}`).join("") : "";
    const told = `matrix: ${name} ${what}: ${error ? `FAILED: ${error.message}${end}` : "ok"} in ${seconds} s`;
    console.log(told);
    return { cells: [`${name} ${what}`, version, error ? "FAILED" : "ok", seconds], passed: !error, told };
  };
  mkdirSync(out, { recursive: true });
  writeFileSync(log, "");
  const installed = await row("install", () => {
    project(environment, cwd, tarball);
    return npm(INSTALL.split(" "), step);
  });
  if (!installed.passed) return [installed];
  for (const script of scripts) {
    rows.push(await row(script, async () => {
      await npm(["run", "--silent", script], step);
      const text = readFileSync(log, "utf8");
      if (!/^\s*ok\s*$/m.test(text)) throw new Error("it did not print `ok`");
      // A script of a browser prints the version.
      return environment.version || /^version (.*)$/m.exec(text)?.[1].trim();
    }));
  }
  // Hundreds of megabytes each; what npm downloaded stays in its cache.
  if (rows.every(({ passed }) => passed)) rmSync(cwd, { recursive: true, force: true });
  return rows;
}

/** The table as Markdown, in columns for those who read it as text. */
function markdown(rows) {
  const lines = [["environment", "version", "result", "seconds"], ...rows.map(({ cells }) => cells)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, at) => (at === 3 ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join(" | ")} |\n`;
  const dashes = widths.map((width, at) => (at === 3 ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(lines[0]), line(dashes), ...lines.slice(1).map(line)].join("");
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: "boolean" }, needs: { type: "boolean" }, write: { type: "boolean" } },
});
const environments = chosen(positionals);
if (values.write && positionals.length > 0) throw new Error("--write is for all environments");
if (values.list || values.needs) {
  const words = values.list ? environments.map(({ name }) => name) : new Set(environments.flatMap(({ needs }) => needs));
  for (const word of words) console.log(word);
  process.exit();
}

const tarball = variable("USER_HANDLE_TARBALL");
const start = performance.now();
const serverTarballs = environments.some(needsServer) ? packedServer() : undefined;
const server = await startServer("", ":memory:", ["--app", APP, "--klaim-key", KLAIM_KEY]);
const done = [];
const waiting = [...environments.entries()];
await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) done[next[0]] = await run(next[1], server, tarball);
}));
await server.stop();

const rows = done.flat();
const table = markdown(rows);
writeFileSync(join(target, "matrix.md"), table);
const failures = rows.filter(({ passed }) => !passed);
const minutes = ((performance.now() - start) / 60_000).toFixed(1);
// Once more at the end, where a long log is read.
console.log(`\n${[table, ...failures.map(({ told }) => told)].join("\n")}`);
console.log(`matrix: ${rows.length - failures.length} passed, ${failures.length} failed in ${minutes} minutes; the table is in target/matrix.md`);
if (values.write) {
  const file = fileURLToPath(new URL("../docs/evidence/runtimes.md", import.meta.url));
  const parts = /^(.*<!-- matrix -->\n).*(<!-- \/matrix -->.*)$/s.exec(readFileSync(file, "utf8"));
  if (!parts) throw new Error("docs/evidence/runtimes.md has no lines `<!-- matrix -->` and `<!-- /matrix -->`");
  writeFileSync(file, `${parts[1]}${table}${parts[2]}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
