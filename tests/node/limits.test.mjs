// Documents, types and the server's description repeat the limits, defaults and codes of the core for those who read them; here each is compared with its constant.

import assert from "node:assert/strict";
import { test } from "node:test";

import { documents, textOf } from "../support/documents.mjs";
import { startServer } from "../support/server.mjs";

/** What readers see, beside the documents: the types, and the doc comments of Rust. */
const SOURCES = ["npm/index.d.ts", "npm/klaim.d.ts", "npm/testing.d.ts", "src/stream/classes.d.ts", "src/stream/classes.rs",
  "src/stream/typed/users.rs", "core/src/rules/error.rs", "server/src/stream/admin.rs", "server/src/klaim/admin.rs", "service/src/stream/responses.rs",
  "service/src/klaim/responses.rs", "service/src/listing.rs", "www/src/user/list.tsx"];

/** Where the constants are. */
const FILES = {
  validate: "core/src/rules/validate.rs",
  options: "core/src/rules/options.rs",
  list: "service/src/listing.rs",
  stored: "service/src/store/listing.rs",
};

/** How each limit is written where it is told, and its constant. */
const TOLD = [
  [/`A-Z a-z 0-9 - _`, at most ([\d ]+)/g, "validate", "MAX_ID_LENGTH"],
  [/letters, digits, `-` and `_`, at most ([\d ]+)/g, "validate", "MAX_ID_LENGTH"],
  [/([\d ]+\d) bytes\)? (?:of|as UTF-8) JSON/g, "validate", "MAX_DATA_BYTES"],
  [/([\d ]+\d) bytes of data a user/g, "validate", "MAX_DATA_BYTES"],
  [/(?:up to|over|a batch \|) ([\d ]+\d) (?:users|members|in a batch)/gi, "validate", "MAX_BATCH"],
  [/of JSON, (\d+) levels/g, "validate", "MAX_DEPTH"],
  [/one attempt(?:, body included\. Default| \(|, )\s?([\d ]+\d)/g, "options", "DEFAULT_TIMEOUT_MS"],
  [/whole call(?:, attempts and waits included\. Default| \(|, )\s?([\d ]+\d)/g, "options", "DEFAULT_DEADLINE_MS"],
  [/attempts after the first \((\d+)/g, "options", "DEFAULT_RETRIES"],
  [/1 to (\d+) users on a page/g, "list", "MAX_LIMIT"],
  [/(?:users on a page|many users), (\d+) unless given/g, "list", "DEFAULT_LIMIT"],
  [/([\d ]*\d) users are looked at/g, "stored", "MAX_EXAMINED"],
  [/they are over ([\d ]+\d)/g, "stored", "MAX_COUNTED"],
  [/more than \$\{grouped\(([\d_]+)\)/g, "stored", "MAX_COUNTED"],
];

/** The same in the server's description of itself. */
const DESCRIBED = [
  [/"maxLength":(\d+),"pattern":"\^\[A-Za-z0-9_-\]\+\$"/g, "MAX_ID_LENGTH"],
  [/\[A-Za-z0-9_-\]\{[01],(\d+)\}/g, "MAX_ID_LENGTH"],
  [/At most ([\d ]+) bytes of JSON/g, "MAX_DATA_BYTES"],
  [/(?:at most|up to) (\d \d{3})\b/g, "MAX_BATCH"],
];

const valueOf = (file, name) => numberOf(new RegExp(`const ${name}: \\w+ = ([\\d_]+)`).exec(textOf(FILES[file]))[1]);

const numberOf = (text) => Number(text.replaceAll(/[ _]/g, ""));

for (const [told, file, name] of TOLD) {
  test(`${name} is the same where it is told, as ${told.source}`, () => {
    const found = [...documents, ...SOURCES].flatMap((source) =>
      [...textOf(source).matchAll(told)].map(([text, number]) => ({ source, text, number: numberOf(number) })));
    assert.notEqual(found.length, 0);
    assert.deepEqual(found.filter(({ number }) => number !== valueOf(file, name)), []);
  });
}

test("the types list the codes of the core", () => {
  const table = /\ncodes! \{\n([^]*?)\n\}/.exec(textOf("core/src/rules/error.rs"))[1];
  const codes = [...table.matchAll(/\w+ = "(\w+)",/g)].map(([, code]) => code);
  const types = [...textOf("npm/index.d.ts").matchAll(/export type (?:Option|Input|Site|Api)Code =([^;]*);/g)];
  const listed = types.flatMap(([, union]) => [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code));
  assert.deepEqual(listed.sort(), codes.sort());
});

test("the server describes the limits of the core", async () => {
  const server = await startServer();
  const text = await (await fetch(`${server.url}/openapi.json`)).text();
  await server.stop();
  for (const [told, name] of DESCRIBED) {
    const numbers = [...text.matchAll(told)].map(([, number]) => numberOf(number));
    assert.notEqual(numbers.length, 0, name);
    assert.deepEqual([...new Set(numbers)], [valueOf("validate", name)], name);
  }
});
