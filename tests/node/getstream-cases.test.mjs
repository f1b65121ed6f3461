// The cases of Stream's own tests, tests/support/getstream-cases.mjs, with that client and with this one: an import is the difference.

import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { project } from "../support/package.mjs";
import { SECRET, startServer } from "../support/server.mjs";

const program = readFileSync(new URL("../support/getstream-cases.mjs", import.meta.url), "utf8");
symlinkSync(fileURLToPath(new URL("../../node_modules/getstream", import.meta.url)), join(project, "node_modules/getstream"));

// An app for each, so that nobody is there before.
const keyOf = (name) => `canary-cases-${name}`;
const names = ["getstream", "user-handle"];
const server = await startServer("", undefined, names.flatMap((name) => ["--app", `${keyOf(name)}:${SECRET}`]));
after(() => server.stop());

for (const name of names) {
  const path = join(project, `cases-${name}.mjs`);
  writeFileSync(path, program.replace('from "getstream"', `from "${name}"`));
  Object.assign(process.env, { CASES_NAME: name, CASES_KEY: keyOf(name), CASES_SECRET: SECRET, STREAM_BASE_URL: server.api });
  await import(path);
}
