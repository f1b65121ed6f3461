// The examples, each as its first lines say, against the stand-in server.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { project } from "../support/package.mjs";
import { startServer } from "../support/server.mjs";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));
const server = await startServer("--app demo-key:demo-secret-that-everybody-may-know --klaim-key demo-klaim-key");
after(() => server.stop());

/** What each of them prints, and, where there is more to see, a check of that. */
const EXPECTED = {
  "klaim-plans.mjs": { prints: /^moved ada@example\.com, bob@example\.com, eve@example\.com\n$/ },
  "quickstart.mjs": { prints: /not_found[^]*KlaimError email_exists: add of a new user[^]*\neve\/\d+ \{ plan: 'pro' \} 0\n/ },
  "activities.mjs": { prints: /actor: 'SU:ada'[^]*\{ name: 'Ada' \} ReferenceNotFound\n$/ },
  "import-ndjson.mjs": {
    prints: /^3 users, \d+ per second\n2 stored, 1 failed\n$/,
    complains: /^line 2 \(no good\): users\[1\]\.id may only hold letters/,
    before() {
      writeFileSync(join(project, "users.ndjson"), '{"id":"one"}\n{"id":"no good"}\n{"id":"two","data":{"n":2}}\n');
    },
    after() {
      assert.equal(readFileSync(join(project, "users.ndjson.checkpoint"), "utf8"), "3");
    },
  },
};

/** Those that do not end by themselves, and where they are run. */
const ELSEWHERE = { "edge-function.mjs": "edge.test.mjs", "token-endpoint.mjs": "token-endpoint.test.mjs" };

const names = readdirSync(examples).filter((name) => name.endsWith(".mjs"));

for (const name of names.filter((name) => !(name in ELSEWHERE))) {
  test(name, () => {
    const { prints, complains = /^$/, before, after: finish } = EXPECTED[name];
    before?.();
    copyFileSync(join(examples, name), join(project, name));
    const env = { ...process.env, USER_HANDLE_URL: server.api, USER_HANDLE_KLAIM_URL: server.klaim, NO_COLOR: "1" };
    const { stdout, stderr, status } = spawnSync(process.execPath, [name], { cwd: project, encoding: "utf8", env });
    assert.equal(status, 0, stderr);
    assert.match(stdout, prints);
    assert.match(stderr, complains);
    finish?.();
  });
}

test("they are short", () => {
  for (const name of names) assert.ok(readFileSync(join(examples, name), "utf8").split("\n").length <= 41, name);
});

test("those that do not end are run elsewhere", () => {
  for (const [name, file] of Object.entries(ELSEWHERE)) {
    assert.ok(names.includes(name));
    assert.ok(existsSync(new URL(file, import.meta.url)), file);
  }
});
