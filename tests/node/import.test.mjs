// Bulk import: what is read when, what becomes of failures, and where it goes on.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { after, afterEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { dist, esm as api } from "../support/package.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { assertError, failure } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([recorder.stop(), server.stop()]));
const ACCEPTED = { status: 201, body: { created_users: [] } };
afterEach(() => {
  recorder.answer = () => ACCEPTED;
  recorder.requests.length = 0;
});

const real = () => api.connect(KEY, SECRET, undefined, { baseUrl: server.api });
const recorded = () => api.connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0 });
function* some(count, prefix = "u") {
  for (let n = 0; n < count; n += 1) yield { id: `${prefix}-${n}`, data: { n } };
}
/** The ids of the users of each request. */
const batches = () => recorder.requests.map(({ body }) => JSON.parse(body).users.map(({ id }) => id));
const stored = async (ids) => (await real().getUsers(ids)).users.map(({ id, data }) => [id, data]);

test("a report of what was done, and progress on the way", async () => {
  const told = [];
  const report = await real().users.import(some(2_500, "plain"), { onProgress: (progress) => told.push(progress) });
  const { elapsedMs, perSecond, ...counts } = report;
  assert.deepEqual(counts, { read: 2_500, sent: 2_500, stored: 2_500, failed: 0, checkpoint: 2_500, attempts: 3 });
  assert.ok(elapsedMs > 0 && perSecond > 0);
  assert.equal(told.length, 3);
  assert.deepEqual(told.map(({ stored }) => stored).sort((a, b) => a - b), [500, 1500, 2500].map((_, i) => told[i].stored));
  assert.equal(told.at(-1).checkpoint, 2_500);
  assert.deepEqual(await stored(["plain-0", "plain-2499", "plain-2500"]), [["plain-0", { n: 0 }], ["plain-2499", { n: 2499 }]]);
});

test("users that exist are left as they are, or replaced", async () => {
  const client = real();
  await client.user("kept").create({ old: true });
  await client.users.import([{ id: "kept", data: { old: false } }]);
  assert.deepEqual(await stored(["kept"]), [["kept", { old: true }]]);
  await client.users.import([{ id: "kept", data: { old: false } }, client.user("kept-2")], { override: true });
  assert.deepEqual(await stored(["kept", "kept-2"]), [["kept", { old: false }], ["kept-2", {}]]);
});

describe("the source", () => {
  test("is read no further than what can be sent", async () => {
    let read = 0;
    async function* source() {
      for (const user of some(100_000)) {
        read += 1;
        yield user;
      }
    }
    const controller = new AbortController();
    recorder.answer = () => "silence";
    const importing = recorded().users.import(source(), { batchSize: 10, signal: controller.signal });
    await recorder.arrived();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(read, 10, "one request, before there was an answer");
    controller.abort("enough");
    assert.equal(await failure(() => importing), "enough");
  });

  const NDJSON = '{"id":"n-0","data":{"text":"é😀"}}\n\n{"id":"n-1"}\r\n{"id":"n-2","data":{"n":2}}';
  const bytes = new TextEncoder().encode(NDJSON);
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  const file = join(temporaryFolder(), "users.ndjson");
  writeFileSync(file, NDJSON);
  const stream = (pieces) => new ReadableStream({ start(it) { pieces.forEach((piece) => it.enqueue(piece)); it.close(); } });
  for (const [title, make] of [
    ["an array", () => [{ id: "n-0", data: { text: "é😀" } }, { id: "n-1" }, { id: "n-2", data: { n: 2 } }]],
    ["a generator", function* () { yield* NDJSON.split("\n").filter(Boolean).map((line) => JSON.parse(line)); }],
    ["an async generator", async function* () { yield* NDJSON.split("\n").filter(Boolean).map((line) => JSON.parse(line)); }],
    ["a Map's values", () => new Map([[1, { id: "n-0", data: { text: "é😀" } }], [2, { id: "n-1" }], [3, { id: "n-2", data: { n: 2 } }]]).values()],
    ["NDJSON as text", () => NDJSON],
    ["NDJSON in pieces of text", () => [NDJSON.slice(0, 20), NDJSON.slice(20, 47), NDJSON.slice(47)]],
    ["NDJSON as bytes", () => bytes],
    ["a file as it was read", () => readFileSync(file)],
    ["a Blob", () => new Blob([NDJSON])],
    ["NDJSON in single bytes", () => single],
    ["a Node stream of a file", () => createReadStream(file, { highWaterMark: 7 })],
    ["lines of a Node stream", () => createInterface(createReadStream(file))],
    ["lines of a file", async function* () { const handle = await open(file); yield* handle.readLines(); }],
    ["a text that was split", () => NDJSON.split("\n")],
    ["text with a byte order mark", () => `\ufeff${NDJSON}`],
    ["files with a mark each that were joined", () => NDJSON.replaceAll("\n{", "\n\ufeff{")],
    ["NDJSON as an ArrayBuffer", () => bytes.buffer],
    ["NDJSON in ArrayBuffers", () => single.map(({ buffer }) => buffer)],
    ["lines of bytes", () => NDJSON.split("\n").map((line) => new TextEncoder().encode(line))],
    ["bytes with a byte order mark", () => [Uint8Array.of(0xef, 0xbb, 0xbf), bytes]],
    ["a web stream", () => stream([bytes.subarray(0, 21), bytes.subarray(21)])],
    ["a web stream that is not iterable", () => { const it = stream(single); return { getReader: () => it.getReader() }; }],
  ]) {
    test(`may be ${title}`, async () => {
      const { read, stored: count, failed } = await recorded().users.import(make());
      assert.deepEqual([read, count, failed], [3, 3, 0]);
      const sent = recorder.requests.flatMap(({ body }) => JSON.parse(body).users);
      assert.deepEqual(sent, [{ id: "n-0", data: { text: "é😀" } }, { id: "n-1" }, { id: "n-2", data: { n: 2 } }]);
    });
  }

  for (const [title, lines] of [
    ["in the middle", ['{"id":"a"}', "oops", '{"id":"b"}', '{"id":"c"}']],
    ["at the start", ["# users", '{"id":"a"}', '{"id":"b"}', '{"id":"c"}']],
    ["that was cut off", ['{"id":"a"}', '{"id":"x","data":{', '{"id":"b"}', '{"id":"c"}']],
    ["that was cut off at the start", ['{"id":"x","data":{', '{"id":"a"}', '{"id":"b"}', '{"id":"c"}']],
    ["that is null", ['{"id":"a"}', "null", ' {"id":"b"}', '{"id":"c"}']],
  ]) {
    test(`has a line ${title} that is no user: of lines without their ends, too, the others go on`, async () => {
      for (const source of [lines, (async function* () { yield* lines; })(), lines.join("\n"), lines.map((line) => `${line}\n`)]) {
        recorder.requests.length = 0;
        const failures = [];
        const { stored, failed } = await recorded().users.import(source, { onFailure: ({ error }) => failures.push(error.message) });
        assert.deepEqual([stored, failed], [3, 1], failures.join());
        assert.deepEqual(batches(), [["a", "b", "c"]]);
      }
    });
  }

  test("is UTF-8", async () => {
    const latin = Buffer.from('{"id":"a","data":{"name":"Zo\xeb"}}\n', "latin1");
    assertError(api, await failure(() => recorded().users.import([Buffer.from('{"id":"b"}\n'), latin])), {
      name: "ValidationError", code: "invalid_data", path: "source", text: "source is not UTF-8", hint: "decode it, and pass its text",
      checkpoint: 0,
    });
  });

  test("is no JSON array: NDJSON has a user on each line", async () => {
    for (const text of ['[{"id":"a"},{"id":"b"}]', '[\n{"id":"a"},\n{"id":"b"}\n]\n']) {
      assertError(api, await failure(() => recorded().users.import(text)), {
        name: "ValidationError", code: "invalid_data", path: "users[0]", checkpoint: 0,
        text: "users[0] is a JSON array, and NDJSON has a user on each line",
        hint: "pass JSON.parse(text), or write a line for each",
      });
    }
  });

  test("has no line that is longer than any user's: such a one is not held", async () => {
    const long = "x".repeat(1 << 19);
    const pieces = function* () {
      yield '{"id":"n-0"}\n{"id":"long","data":{"text":"';
      for (let n = 0; n < 100; n += 1) yield long;
      yield '"}}\n{"id":"n-2"}\n';
    };
    const failures = [];
    const { stored, failed } = await recorded().users.import(pieces(), { onFailure: ({ index, error }) => failures.push([index, error.message]) });
    assert.deepEqual([stored, failed, failures], [2, 1, [[1, "users[1] is a line that is longer than any user's"]]]);
  });

  test("is refused in words where it is none", async () => {
    for (const [source, what] of [[undefined, "undefined"], [7, "a number"], [{}, "an object"], [null, "null"]]) {
      assertError(api, await failure(() => recorded().users.import(source)), {
        name: "ValidationError", code: "invalid_data", path: "source",
        text: `source must be text, bytes, an iterable, an async iterable or a stream, but is ${what}`,
      });
    }
  });

  test("that throws rejects the import, with what it threw as the cause; one that is not read to its end is told so", async () => {
    const cause = new Error("the disk is gone");
    for (const source of [
      (function* () { yield { id: "a" }; throw cause; })(),
      (async function* () { yield { id: "a" }; throw cause; })(),
      { next: () => Promise.reject(cause), [Symbol.asyncIterator]() { return this; } },
      { get [Symbol.iterator]() { throw cause; } },
    ]) {
      assertError(api, await failure(() => recorded().users.import(source)), {
        name: "ValidationError", code: "invalid_data", path: "source", text: "source could not be read: it threw, or rejected",
        cause, checkpoint: 0,
      });
    }
    let isClosed = false;
    function* source() {
      try {
        yield* some(100);
      } finally {
        isClosed = true;
      }
    }
    recorder.answer = () => ({ status: 403, body: { code: 17 } });
    assert.equal((await failure(() => recorded().users.import(source(), { batchSize: 10 }))).code, "not_allowed");
    assert.ok(isClosed);
  });

  test("that never gives what it has promised is left when the signal fires", async () => {
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const controller = new AbortController();
    const importing = recorded().users.import(never, { signal: controller.signal });
    setImmediate(() => controller.abort("enough"));
    assert.equal(await failure(() => importing), "enough");
    // Generators and streams close when what they wait for is there.
    for (const make of [async function* () { await new Promise(() => {}); }, () => new Readable({ read() {} }), () => new ReadableStream()]) {
      const other = new AbortController();
      const waiting = recorded().users.import(make(), { signal: other.signal });
      setImmediate(() => other.abort("enough"));
      assert.equal(await failure(() => waiting), "enough");
    }
    assert.equal(await failure(() => recorded().users.import(some(3), { signal: AbortSignal.abort("before") })), "before");
    assert.equal(recorder.requests.length, 0);
  });
});

test("batches are cut by users and by bytes", async () => {
  await recorded().users.import(some(25), { batchSize: 10, concurrency: 1 });
  assert.deepEqual(batches().map(({ length }) => length), [10, 10, 5]);
  recorder.requests.length = 0;
  const large = Array.from({ length: 300 }, (_, n) => ({ id: `l-${n}`, data: { text: "x".repeat(9_000) } }));
  await recorded().users.import(large, { concurrency: 1 });
  assert.ok(recorder.requests.every(({ body }) => body.length < 1_020_000));
  assert.equal(batches().flat().length, 300);
  assert.equal(recorder.requests.length, 3);
});

describe("users that cannot be stored", () => {
  const source = [{ id: "a" }, { id: "b c" }, 7, { id: "d", data: { n: 1n } }, { id: "e" }, '{"id":"f"}\nnot JSON\n', { id: "g" }];

  test("are told with their place, and the others go on", async () => {
    const told = [];
    const { read, sent, stored: count, failed, checkpoint } =
      await recorded().users.import(source, { onFailure: ({ index, id, error }) => told.push([index, id, error.message]) });
    assert.deepEqual([read, sent, count, failed, checkpoint], [8, 4, 4, 4, 8]);
    assert.deepEqual(batches(), [["a", "e", "f", "g"]]);
    assert.deepEqual(told, [
      [1, "b c", 'users[1].id may only hold letters, digits, - and _, but has " " at position 1'],
      [2, "", "users[2] must be a JSON object, but is a number"],
      [3, "d", "users[3].data.n is a BigInt, which JSON cannot hold"],
      [6, "", "users[6] is not JSON"],
    ]);
  });

  test("without onFailure the first rejects the import, and says where it is and how to go on", async () => {
    const error = await failure(() => recorded().users.import(source));
    assertError(api, error, {
      name: "ValidationError", code: "invalid_id", path: "users[1].id", checkpoint: 0,
      text: 'users[1].id may only hold letters, digits, - and _, but has " " at position 1',
      hint: "this is user 1 of the source; with onFailure, the import goes on with the others",
    });
  });

  test("are found where the service refuses a whole batch for them", async () => {
    recorder.answer = ({ body }) => (/"u-(3|17)"/.test(body) ? { status: 400, body: { code: 4, detail: "no" } } : ACCEPTED);
    const told = [];
    const users = Array.from(some(20), ({ id }, n) => ({ id, data: { text: "é😀".repeat(n) } }));
    const onFailure = ({ index, id, error }) => told.push([index, id, error.code]);
    const report = await recorded().users.import(users, { override: true, onFailure });
    assert.deepEqual(told.sort((a, b) => a[0] - b[0]), [[3, "u-3", "invalid_input"], [17, "u-17", "invalid_input"]]);
    for (const { body } of recorder.requests) {
      const { override, users: sent } = JSON.parse(body);
      assert.equal(override, true);
      for (const user of sent) assert.deepEqual(user, users[Number(user.id.slice(2))]);
    }
    assert.deepEqual([report.sent, report.stored, report.failed, report.checkpoint], [20, 18, 2, 20]);
    const refused = (ids) => ids.includes("u-3") || ids.includes("u-17");
    assert.deepEqual(batches().filter((ids) => !refused(ids)).flat().sort(), [...some(20)].map(({ id }) => id).filter((id) => !refused([id])).sort());
  });

  test("a fetch that transfers the bytes of a batch ends the import, which says so", async () => {
    const fetch = async (url, { body }) => {
      structuredClone(body, { transfer: [body.buffer] });
      return new Response('{"code":4,"detail":"no"}', { status: 400 });
    };
    const client = api.connect("key", "secret", undefined, { fetch });
    assertError(api, await failure(() => client.users.import(some(2), { onFailure() {} })), {
      name: "FeedError", code: "invalid_option", checkpoint: 0,
      text: "option fetch must neither change nor transfer the bodies that it is given",
    });
  });

  test("a callback that throws ends the import with what it threw", async () => {
    const cause = new Error("full");
    await assert.rejects(recorded().users.import(source, { onFailure() { throw cause; } }), cause);
    await assert.rejects(recorded().users.import(some(3), { onProgress() { throw cause; } }), cause);
    await assert.rejects(recorded().users.import(source, { async onFailure() { await null; throw cause; } }), cause);
    await assert.rejects(recorded().users.import(some(3), { async onProgress() { await null; throw cause; } }), cause);
  });
});

test("an import hears of its own requests alone, whatever is listened to", async () => {
  let reset;
  recorder.answer = ({ body }) => {
    if (!body.includes('"late-0"') || reset) return ACCEPTED;
    reset = true;
    return { status: 503, headers: { "retry-after": "0" }, body: {} };
  };
  const client = recorded();
  const importing = ["plain", "late"].map((prefix) => client.users.import(some(1, prefix), { retries: 1 }));
  client.off();
  assert.deepEqual((await Promise.all(importing)).map(({ attempts }) => attempts), [1, 2]);
  const told = [];
  client.on("retry", ({ operation }) => told.push(operation));
  reset = false;
  assert.equal((await client.users.import(some(1, "late"), { retries: 1 })).attempts, 2);
  assert.deepEqual(told, ["addUsers"]);
});

describe("an end that comes from elsewhere", () => {
  /** Answers the first requests as `answers` say, by their numbers; the others wait until their signals fire. */
  const answering = (answers, options) => {
    let sent = 0;
    const fetch = (url, { signal }) => answers[sent++]?.() ?? new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    return api.connect("key", "secret", undefined, { fetch, retries: 0, ...options });
  };
  const stored = async () => Response.json({ created_users: [] }, { status: 201 });

  test("an abort by the error of one user is not told of the users in flight, and passes over none of them", async () => {
    const controller = new AbortController();
    const told = [];
    const refused = async () => Response.json({ code: 4, detail: "no" }, { status: 400 });
    const onFailure = ({ id, error }) => {
      told.push(id);
      controller.abort(Object.freeze(error));
    };
    let last;
    // The window is open by then: others are in flight when the refusal comes.
    const answers = [stored, stored, stored, refused];
    const importing = answering(answers).users.import(some(20), {
      batchSize: 1, signal: controller.signal, onFailure, onProgress: ({ checkpoint }) => { last = checkpoint; },
    });
    assert.equal((await failure(() => importing)).code, "invalid_input");
    assert.deepEqual(told, ["u-3"]);
    assert.ok(last <= 4, String(last));
  });

  test("an abort ends the wait for a listener that never ends", async () => {
    const controller = new AbortController();
    const onProgress = () => {
      setImmediate(() => controller.abort("enough"));
      return new Promise(() => {});
    };
    assert.equal(await failure(() => recorded().users.import(some(1), { signal: controller.signal, onProgress })), "enough");
  });

  test("a failure ends the wait for a source that never goes on", async () => {
    let refuse;
    const refused = () => new Promise((resolve) => { refuse = () => resolve(Response.json({ code: 17 }, { status: 403 })); });
    async function* source() {
      yield* some(4);
      setImmediate(() => refuse());
      await new Promise(() => {});
    }
    const error = await failure(() => answering([stored, stored, stored, refused]).users.import(source(), { batchSize: 1 }));
    assert.deepEqual([error.code, error.checkpoint], ["not_allowed", 3]);
  });

  test("what is stored counts although the client was disposed of meanwhile; the next batch is refused", async () => {
    const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    for (const [count, expected] of [[1, 1], [2, "not_connected"]]) {
      const client = answering([() => {
        client[dispose]();
        return stored();
      }]);
      const told = [];
      const onProgress = ({ checkpoint }) => told.push(checkpoint);
      const outcome = await client.users.import(some(count), { batchSize: 1, onProgress }).then(({ stored }) => stored, ({ code }) => code);
      assert.deepEqual([outcome, told], [expected, [1]]);
    }
  });
});

describe("a batch that fails in a way that passes", () => {
  test("is sent again until it is stored", async () => {
    const answers = [{ status: 503, headers: { "retry-after": "0" }, body: {} }, "reset", ACCEPTED];
    recorder.answer = () => answers.shift();
    const report = await recorded().users.import(some(3));
    assert.deepEqual([report.stored, report.attempts, report.sent], [3, 3, 3]);
    assert.deepEqual(batches(), [1, 2, 3].map(() => ["u-0", "u-1", "u-2"]));
  });

  test("five times; then the import ends, and says where to resume", async () => {
    recorder.answer = ({ body }) =>
      body.includes('"u-5"') ? { status: 503, headers: { "retry-after": "0" }, body: {} } : ACCEPTED;
    const error = await failure(() => recorded().users.import(some(10), { batchSize: 5, concurrency: 1 }));
    assert.deepEqual([error.code, error.checkpoint], ["server_error", 5]);
    assert.equal(recorder.requests.length, 1 + 5);
    recorder.answer = () => ACCEPTED;
    recorder.requests.length = 0;
    const report = await recorded().users.import(some(10), { resumeFrom: error.checkpoint });
    assert.deepEqual([report.read, report.stored, report.checkpoint], [10, 5, 10]);
    assert.deepEqual(batches(), [["u-5", "u-6", "u-7", "u-8", "u-9"]]);
  });

  test("not behind the end of the source", async () => {
    const error = await failure(() => recorded().users.import(some(10), { resumeFrom: 11 }));
    assertError(api, error, {
      name: "FeedError", code: "invalid_option", text: "option resumeFrom must be at most 10, the number of users in the source",
      checkpoint: 11,
    });
    assert.equal((await recorded().users.import(some(10), { resumeFrom: 10 })).read, 10);
    assert.deepEqual(batches(), []);
  });

  test("the checkpoint waits for the first batch that is not dealt with", async () => {
    const held = [];
    recorder.answer = ({ body }) =>
      body.includes('"u-1"') ? new Promise((resolve) => held.push(() => resolve(ACCEPTED))) : ACCEPTED;
    const told = [];
    await recorded().users.import(some(6), { batchSize: 1, onProgress({ checkpoint, stored }) {
      told.push([checkpoint, stored]);
      if (stored === 5) held[0]();
    } });
    assert.deepEqual(told, [[1, 1], [1, 2], [1, 3], [1, 4], [1, 5], [6, 6]]);
  });
});

test("an answer that is not as the service writes it proves nothing to be stored", async () => {
  const refused = '{"error":"quota exceeded, nothing was stored","limit":{"users":1000}}';
  const cut = '{"created_users":[{"id":"u-0","data":{"tags":["a"]}}';
  for (const body of ["<html>Sign in</html>", cut, `${cut}]`, refused, "{}", "[]", "", " ".repeat(100), "{"]) {
    recorder.answer = () => ({ status: 201, body });
    const error = await failure(() => recorded().users.import(some(1)));
    assert.deepEqual([error.code, error.mayHaveBeenApplied, error.checkpoint], ["invalid_response", true, 0], body);
  }
  const whole = `{"created_users":[{"id":"u-0","data":{"a":"${"é".repeat(200_000)}"}}],"duration":"1.00ms"}`;
  for (const body of [whole, `${whole}\n`, `${" ".repeat(100)}${whole}${" ".repeat(100)}`, '{"duration":"1ms","created_users":[]}', '{"created_users":[]}']) {
    recorder.answer = () => ({ status: 201, body });
    assert.equal((await recorded().users.import(some(1))).stored, 1);
  }
});

test("no more is sent than the rate limit leaves until its end", async () => {
  const times = [];
  const end = Math.ceil(Date.now() / 1_000) + 1;
  recorder.answer = () => {
    times.push(Date.now());
    const used = times.length <= 2 ? times.length : 1;
    const headers = { "x-ratelimit-limit": "2", "x-ratelimit-remaining": String(2 - used), "x-ratelimit-reset": String(times.length <= 2 ? end : end + 60) };
    return { ...ACCEPTED, headers };
  };
  await recorded().users.import(some(3), { batchSize: 1 });
  assert.equal(times.length, 3);
  assert.ok(times[2] >= end * 1_000, JSON.stringify({ times, end }));
});

test("options are judged before anything is read", async () => {
  const source = { [Symbol.iterator]() { assert.fail("it was read"); } };
  for (const [options, text] of [
    [{ batchSize: 1001 }, "option batchSize must be a whole number from 1 to 1000"],
    [{ concurrency: 0 }, "option concurrency must be a whole number from 1 to 128"],
    [{ resumeFrom: -1 }, "option resumeFrom must be a whole number from 0 to 9007199254740991"],
    [{ onFailure: "log" }, "option onFailure must be a function, but is a string"],
    [{ override: 1 }, "option override must be true or false, but is a number"],
    [{ retries: 1.5 }, "option retries must be a whole number from 0 to 100"],
    [7, "options must be an object, but is a number"],
  ]) {
    assertError(api, await failure(() => recorded().users.import(source, options)), { name: "FeedError", code: "invalid_option", text });
  }
});

test("an import that is killed goes on where it was, and loses and repeats nothing", async () => {
  const COUNT = 6_000;
  const file = join(temporaryFolder(), "checkpoint");
  writeFileSync(file, "0");
  const importer = fileURLToPath(new URL("../support/importer.mjs", import.meta.url));
  let [kills, isDone, resumed] = [0, false, []];
  while (!isDone) {
    const child = spawn(process.execPath, [importer, join(dist, "index.js"), server.api, KEY, SECRET, String(COUNT), file], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    resumed.push(Number(readFileSync(file, "utf8")));
    let heard = 0;
    for await (const line of createInterface(child.stdout)) {
      isDone ||= line.startsWith("done");
      // In the middle of what comes after a few batches.
      if ((heard += 1) === 10 && kills < 4) {
        kills += 1;
        child.kill("SIGKILL");
      }
    }
    const [code] = await ended;
    assert.ok(code === 0 || kills > 0, `the importer ended with ${code}`);
  }
  assert.equal(kills, 4);
  assert.ok(resumed.every((from, index) => index === 0 || from > resumed[index - 1]), resumed.join());
  const ids = Array.from({ length: COUNT }, (_, n) => `killed-${n}`);
  const { users } = await real().getUsers(ids);
  assert.deepEqual(users.map(({ id, data }) => [id, data.n, data.text.length]), ids.map((id, n) => [id, n, n % 50]));
});
