// The commands of the documents that are about the server: it starts with the flags of each, and the others run in bash,
// against a server that has the demo's app, and print what is said below them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";

import { blocksOf, documents } from "../support/documents.mjs";
import { startServer } from "../support/server.mjs";
import { temporaryFolder, variable } from "../support/temporary.mjs";

/**
 * What bash knows in a block: `curl`, for which port 8000 is that of the test's server, and the server, which is not started
 * there: its variables and flags are noted. Building is done already.
 */
const SHELL = `
set -eu
cargo() {
  if [ "$1" = run ]; then
    while [ "$1" != -- ]; do shift; done
    user-handle-server "\${@:2}"
  fi
}
curl() {
  local arguments=("\${@//127.0.0.1:8000/$HOST}")
  command curl --silent --show-error --fail "\${arguments[@]//localhost:8000/$HOST}"
  echo
}
user-handle-server() {
  case "\${1:-}" in
    token | backup | check | restore) "$SERVER" "$@" ;;
    *) { echo start; env | grep ^USER_HANDLE_ | sed 's/^/variable /'; printf 'flag %s\\n' "$@"; } >> "$STARTS" ;;
  esac
}
`;

/**
 * The starts that bash noted, without the flags and variables that each start of a test has of its own, and with this folder
 * to serve: the console need not be built.
 */
function startsOf(noted, www) {
  return noted.split(/^start\n/m).slice(1).map((start) => {
    const all = (kind) => [...start.matchAll(new RegExp(`^${kind} (.+)$`, "gm"))].map(([, text]) => text);
    const flags = all("flag");
    for (const own of ["--listen", "--database"]) if (flags.includes(own)) flags.splice(flags.indexOf(own), 2);
    if (flags.includes("--www")) flags[flags.indexOf("--www") + 1] = www;
    const variables = Object.fromEntries(all("variable").map((text) => text.split(/=(.*)/, 2)));
    delete variables.USER_HANDLE_DATABASE;
    return { flags, variables };
  });
}

/** The blocks for a shell that are about the server, each with the lines that it prints. */
function commandsOf(name) {
  const blocks = blocksOf(name);
  return blocks.flatMap((block, index) => {
    if (block.language !== "sh" || !/^(\w+=\$\()?(user-handle-server|curl|cargo run -p user-handle-server)\b/m.test(block.code)) return [];
    const prints = /\bcurl|user-handle-server (token|backup|restore)/.test(block.code) && blocks[index + 1]?.language === "text";
    return [{ ...block, says: prints ? blocks[index + 1].code.trim().split("\n") : [] }];
  });
}

/** The line as a pattern; `…` stands for anything. */
const pattern = (line) => new RegExp(`^${line.split("…").map((text) => text.replaceAll(/[^\w\s]/g, "\\$&")).join(".*")}$`, "m");

for (const name of documents.filter((name) => commandsOf(name).length > 0)) {
  describe(name, async () => {
    const folder = temporaryFolder();
    const starts = join(folder, "starts");
    const start = () => startServer("", join(folder, "users.db"), []);
    let server = await start();
    after(() => server.stop());

    for (const { title, code, says } of commandsOf(name)) {
      test(title, async () => {
        // Nobody may have the file open then.
        const isRestore = code.includes("user-handle-server restore");
        if (isRestore) await server.stop();
        writeFileSync(starts, "");
        const env = {
          PATH: process.env.PATH, SERVER: variable("USER_HANDLE_SERVER"), STARTS: starts,
          HOST: new URL(server.url).host, USER_HANDLE_DATABASE: `sqlite:${server.database}`,
        };
        const bash = ["--noprofile", "--norc", "-c", SHELL + code];
        const { stdout, stderr } = await promisify(execFile)("bash", bash, { cwd: folder, env });
        if (isRestore) server = await start();
        assert.equal(stderr, "");
        for (const line of says) assert.match(stdout, pattern(line));

        for (const { flags, variables } of startsOf(readFileSync(starts, "utf8"), folder)) {
          const started = await startServer("", ":memory:", flags, variables);
          assert.equal(await started.stop(), 0, `${flags} ${Object.keys(variables)}`);
        }
      });
    }
  });
}
