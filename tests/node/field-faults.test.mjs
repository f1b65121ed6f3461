// What programs in the field ran into: nothing that was given is lost without a word, and one caller's trouble is nobody else's.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";
import { setTimeout as passed } from "node:timers/promises";

import { reactive } from "vue";

import { esm, faces, fresh, klaimFaces, project } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { assertError, failure, thrown } from "../support/refusal.mjs";

const recorder = await startRecorder();
recorder.answer = ({ path }) => ({ body: path.endsWith("/users/") ? { created_users: [], duration: "1ms" } : record("ada") });
after(() => recorder.stop());

/** A `fetch` that gives this answer. */
const answering = (body, status = 200) => async () => new Response(JSON.stringify(body), { status });
const ada = { id: "ada", data: {}, duration: "1ms" };
const token = esm.connect("key", "secret").createUserToken("ada");

for (const [face, api] of Object.entries(faces)) {
  const connected = (fetch, more) => api.connect("key", "secret", undefined, { fetch, retries: 0, ...more });
  const refused = (text, hint) => ({ name: "FeedError", code: "invalid_option", text, ...(hint && { hint }) });

  describe(`${face}: an option that nobody knows`, () => {
    const client = api.connect("key", "secret", undefined, { baseUrl: recorder.api });
    for (const [name, options, text] of [
      ["connect", { baseURL: "x" }, "option baseURL is not known: did you mean baseUrl?"],
      ["connect", { base_url: "x" }, "option base_url is not known: did you mean baseUrl?"],
      ["connect", { retires: 1 }, "option retires is not known: did you mean retries?"],
      ["connect", { region: "eu" }, "option region is not known"],
      ["get", { timout: 1 }, "option timout is not known: did you mean timeout?"],
      ["get", { with_follows: true }, "option with_follows is not known"],
      ["create", { reconcil: true }, "option reconcil is not known: did you mean reconcile?"],
      ["create", { name: "Ada" }, "option name is not known"],
      ["import", { batchsize: 1 }, "option batchsize is not known: did you mean batchSize?"],
      ["flag", { reson: "spam" }, "option reson is not known: did you mean reason?"],
    ]) {
      test(`${name} with ${inspect(options)}`, async () => {
        recorder.requests.length = 0;
        const user = client.user("ada");
        const error = await failure({
          connect: async () => api.connect("key", "secret", undefined, options),
          get: () => user.get(options),
          create: () => user.create({}, options),
          import: () => client.users.import([{ id: "ada" }], options),
          flag: () => user.flag(options),
        }[name]);
        assertError(api, error, refused(text));
        assert.equal(recorder.requests.length, 0);
      });
    }

    test("those of Stream's client are taken, and undefined is as good as none", async () => {
      const ignored = { keepAlive: true, maxSockets: 1, fayeUrl: "x", scheduling: "fifo", httpsAgent: {}, retires: undefined };
      const urlOverride = { api: recorder.api, analytics: "https://analytics.example/" };
      const made = api.connect("key", "secret", undefined, { ...ignored, urlOverride });
      assert.equal((await made.user("ada").get({ timout: undefined })).id, "ada");
    });
  });

  describe(`${face}: a user of a batch`, () => {
    const client = api.connect("key", "secret", undefined, { baseUrl: recorder.api });
    const unknown = (path) => ({
      name: "ValidationError", code: "invalid_data", path, hint: "put it into data",
      text: `${path} is not known: a user of a batch has an id and data`,
    });
    test("with a key beside id and data is refused, and none is sent", async () => {
      recorder.requests.length = 0;
      const users = [{ id: "a" }, { id: "x", name: "Eve" }];
      assertError(api, await failure(() => client.addUsers(users, true)), unknown("users[1].name"));
      assertError(api, await failure(() => client.users.import(users)), unknown("users[1].name"));
      assertError(api, await failure(() => client.users.import('{"id":"y","name":"Ada"}\n')), unknown("users[0].name"));
      assert.equal(recorder.requests.filter(({ body }) => body.includes('"x"') || body.includes('"y"')).length, 0);
    });
    test("may be a handle or a record that the service gave", async () => {
      const handle = await client.user("ada").get();
      await client.addUsers([handle, { ...handle.full, followers_count: 1, following_count: 2 }, { id: "b", note: undefined }]);
    });
  });

  describe(`${face}: a number that a double does not hold`, () => {
    const client = api.connect("key", "secret", undefined, { baseUrl: recorder.api });
    for (const [line, path] of [
      ['{"id":"z","data":{"n":12345678901234567890}}', "users[0].data.n"],
      ['{"id":"z","data":{"s":"9007199254740993","a":[1,{"b":-9007199254740993}]}}', "users[0].data.a[1].b"],
      ['{"id":"z","data":{"n":1e400}}', "users[0].data.n"],
      ['{"id":"z","data":{"n":-1.5e-400}}', "users[0].data.n"],
    ]) {
      test(`${path} of ${line}`, async () => {
        assertError(api, await failure(() => client.users.import(`${line}\n`)), {
          name: "ValidationError", code: "unrepresentable_value", path, hint: "write it as a text",
          text: `${path} is a number that JavaScript does not hold exactly`,
        });
      });
    }
    test("others are stored", async () => {
      const data = '{"a":9007199254740992,"b":"12345678901234567890","c":0.1234567890123456789,"d":1e300,"z":0e-400,"e":"\\"1e999"}';
      assert.equal((await client.users.import(`{"id":"z","data":${data}}\n`)).stored, 1);
    });
  });

  describe(`${face}: a key that is given twice`, () => {
    const client = api.connect("key", "secret", undefined, { baseUrl: recorder.api });
    for (const [line, path] of [
      ['{"id":"z","data":{"a":1,"a":2}}', "users[0].data.a"],
      ['{"id":"z","data":{"a":[{"a":"\\"a\\":"}, {"b" : {"c":1, "\\u0063" :1}}]}}', "users[0].data.a[1].b.c"],
      ['{"id":"y","data":{},"id":"z"}', "users[0].id"],
      ['{"id":"z","data":{"a":1,"a":1e8}}', "users[0].data.a"],
    ]) {
      test(line, async () => {
        assertError(api, await failure(() => client.users.import(`${line}\n`)), {
          name: "ValidationError", code: "invalid_data", path, text: `${path} is given twice`,
          hint: "JSON keeps the last of equal keys alone",
        });
      });
    }
    test("is refused alone: equal keys of several objects are not, nor what is written in other words", async () => {
      const data = '{ "a" : {"b":1}, "c":{"b":1},"d":[{"b":1},{"b":1,"e":"\\u00e9\\/"}],"f":1.0,"__proto__":{"b":[]} }';
      assert.equal((await client.users.import(`{"id":"z","data":${data}}\n`)).stored, 1);
    });
  });

  test(`${face}: a Date without a time is refused`, async () => {
    const error = await failure(() => connected(answering(ada)).user("ada").create({ a: { born: new Date(NaN) } }));
    assertError(api, error, {
      name: "ValidationError", code: "unrepresentable_value", path: "data.a.born",
      text: "data.a.born is an invalid Date, which JSON cannot hold",
    });
  });

  describe(`${face}: claims of a token`, () => {
    const client = api.connect("key", "secret");
    const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    for (const [given, path, found] of [
      [{ exp: "1h" }, "claims.exp", "a string"],
      [{ exp: new Date() }, "claims.exp", "a string"],
      [{ exp: 1_795_244_400_000 }, "claims.exp", "milliseconds"],
      [{ nbf: 1.5 }, "claims.nbf", "no whole number"],
      [{ iat: -1 }, "claims.iat", "negative"],
    ]) {
      test(inspect(given), () => {
        assertError(api, thrown(() => client.createUserToken("ada", given)), {
          name: "ValidationError", code: "invalid_data", path, text: `${path} must be whole seconds since 1970, but is ${found}`,
        });
      });
    }
    test("expiresIn is a time from now", () => {
      for (const [expiresIn, seconds] of [["1h", 3_600], ["30m", 1_800], ["7d", 604_800], [60, 60]]) {
        const before = Math.floor(Date.now() / 1000);
        const { exp, ...others } = claims(client.createUserToken("ada", { expiresIn, role: "admin" }));
        assert.ok(exp >= before + seconds && exp <= Date.now() / 1000 + seconds);
        assert.deepEqual(others, { user_id: "ada", role: "admin" });
      }
      assertError(api, thrown(() => client.createUserToken("ada", { expiresIn: "1 year" })), {
        name: "ValidationError", code: "invalid_data", path: "claims.expiresIn",
        text: "claims.expiresIn must be whole seconds, or a text such as 30m, 1h or 7d",
      });
    });
  });

  describe(`${face}: an answer`, () => {
    for (const [what, body, problem] of [
      ["about another user", { ...ada, id: "bob" }, "is about another user"],
      ["whose data is text", { ...ada, data: "Ada" }, "is not of the documented shape"],
      ["whose data is a list", { ...ada, data: [] }, "is not of the documented shape"],
    ]) {
      test(`${what} is refused, and the handle stays as it is`, async () => {
        for (const method of ["get", "update"]) {
          const user = connected(answering(body)).user("ada");
          user.data = { before: true };
          const error = await failure(() => user[method]());
          assert.deepEqual([error.code, error.message], [
            "invalid_response", `the answer to ${method} of user ada (HTTP 200) ${problem}`,
          ]);
          assert.deepEqual([user.id, user.data, user.full], ["ada", { before: true }, undefined]);
        }
      });
    }
    for (const [what, body] of [
      ["that is no record", { users: [7] }],
      ["whose data is a list", { users: [{ ...ada, data: [] }] }],
      ["without an id", { users: [{ data: {} }] }],
    ]) {
      test(`with a user ${what} is refused`, async () => {
        const error = await failure(() => connected(answering(body)).getUsers(["ada"]));
        assert.deepEqual([error.code, error.message], [
          "invalid_response", "the answer to getUsers of 1 user (HTTP 200) is not of the documented shape",
        ]);
      });
    }
    test("about another user of Klaim's is refused; one that has the id as its klaim_id is not", async () => {
      const read = (body) => klaimFaces[face].connect("key", { baseUrl: "https://x.example/", fetch: answering(body) }).user("ada").get();
      for (const [body, problem] of [
        [{ user_id: "bob" }, "is about another user"],
        [{ user_id: "bob", klaim_id: "7" }, "is about another user"],
        [{ user_id: "ada", metadata: [] }, "is not of the documented shape"],
      ]) {
        const error = await failure(() => read(body));
        assert.deepEqual([error.code, error.message], ["invalid_response", `the answer to get of user ada (HTTP 200) ${problem}`]);
      }
      for (const body of [{ user_id: "Ada" }, { user_id: "bob", klaim_id: "ada", metadata: null }]) {
        assert.deepEqual((await read(body)).full, body);
      }
    });
  });

  describe(`${face}: one caller's trouble`, () => {
    test("a foreign receiver is a TypeError for its reader alone", async () => {
      const own = await fresh(face);
      let answer;
      const held = new Promise((resolve) => { answer = resolve; });
      const client = own.connect("key", "secret", undefined, { fetch: async () => { await held; return Response.json(ada); } });
      const call = client.user("ada").update({});
      for (const read of [() => own.Client.prototype.rateLimit, () => own.User.prototype.token, () => own.User.prototype.ref.call({ id: "eve" }), () => ({ ...own.Client.prototype }).users.get]) {
        assert.throws(read, TypeError);
      }
      answer();
      assert.equal((await call).id, "ada");
    });

    test("objects behind a Proxy work", async () => {
      const wrap = (value) => new Proxy(value, {});
      for (const around of [wrap, reactive]) {
        const client = around(connected(answering({ ...ada, data: { name: "Ada" } })));
        assert.equal(client.apiKey, "key");
        assert.equal(client.rateLimit, undefined);
        const user = around(client.user("ada"));
        assert.deepEqual({ ...(await user.get()).data }, { name: "Ada" });
        assert.equal(`${user}`, "ada");
      }
    });

    test("a token provider that calls its own client is told so, and nobody else hears of it", async () => {
      let inner;
      const client = api.connect("key", async () => {
        inner = await failure(() => client.user("eve").get());
        throw inner;
      }, undefined, { fetch: answering(ada) });
      const other = connected(answering(ada));
      const [error, record] = await Promise.all([failure(() => client.user("ada").get()), other.user("ada").update({})]);
      assert.deepEqual([inner.code, inner.message], [
        "token_provider", "the token provider calls its own client, which waits for the token",
      ]);
      assert.deepEqual([error.code, error.cause], ["token_provider", inner]);
      assert.equal(record.id, "ada");
    });

    test("a call that is dropped without a word holds up the others while its attempt could have taken, and no longer", async () => {
      // As where a worker's request is cancelled: of what it has begun, neither its timers nor its requests go on.
      const { setTimeout: real } = globalThis;
      let isDropped = true;
      globalThis.setTimeout = (...given) => (isDropped ? 0 : real(...given));
      const own = await fresh(face);
      globalThis.setTimeout = real;
      const fetch = async () => (isDropped ? new Promise(() => {}) : Response.json(ada));
      const client = own.connect("key", async () => (isDropped ? new Promise(() => {}) : token), undefined, { fetch, retries: 0 });
      const [writer, reader] = [1, 2].map(() => own.connect("key", "secret", undefined, { fetch, retries: 0 }));
      // A call that waited for the deadline of a dropped one would miss its own.
      const limits = { deadline: 600_000, timeout: 50 };
      void client.user("eve").update({}, limits);
      void writer.user("ada").update({}, limits);
      void reader.user("ada").get(limits);
      await passed(0);
      isDropped = false;
      assert.equal((await client.user("ada").update({})).id, "ada");
      assert.equal((await writer.user("ada").update({})).id, "ada");
      assert.equal((await reader.user("ada").get()).id, "ada");
    });

    test("timers that fire late, and not in the order in which they are due, let no write pass another", async () => {
      const { setTimeout: real, clearTimeout: realClear } = globalThis;
      const timers = [];
      globalThis.setTimeout = (run, ms) => timers.push({ run, ms }) && timers.at(-1);
      globalThis.clearTimeout = (timer) => { if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1); };
      const own = await fresh(face);
      Object.assign(globalThis, { setTimeout: real, clearTimeout: realClear });
      const sent = [];
      // The first request is silent until it is cut off.
      const fetch = (url, { body, signal }) => {
        sent.push(JSON.parse(body).data.n);
        if (sent.length > 1) return Promise.resolve(Response.json(ada));
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      };
      const client = own.connect("key", "secret", undefined, { fetch, retries: 1 });
      const writes = [1, 2].map((n) => client.user("ada").update({ n }, { timeout: 1_000 }));
      const { now } = performance;
      performance.now = () => now.call(performance) + 2_000;
      try {
        // Both are due by now. The one of the write that waits comes first.
        const due = timers.splice(0).sort((one, other) => other.ms - one.ms);
        assert.deepEqual(due.map(({ ms }) => Math.ceil(ms / 100)), [11, 10]);
        for (const { run } of due) {
          run();
          await passed(0);
        }
        while (sent.length < 3) {
          timers.splice(0).forEach(({ run }) => run());
          await passed(0);
        }
        await Promise.all(writes);
      } finally {
        delete performance.now;
      }
      assert.deepEqual(sent, [1, 1, 2]);
    });

    test("one signal may be for many calls", async () => {
      const program = `
        import { connect } from "user-handle";
        process.on("warning", ({ message }) => console.log(message));
        const { signal } = new AbortController();
        const fetch = async () => Response.json({ id: "ada", data: {} });
        const client = connect("key", "secret", undefined, { fetch });
        await Promise.all(Array.from({ length: 50 }, () => client.user("ada").get({ signal })));
        await new Promise((resolve) => setImmediate(resolve));
        console.log("done");`;
      const told = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: project, encoding: "utf8" });
      assert.equal(told, "done\n");
    });
  });

  describe(`${face}: failures told apart`, () => {
    const rejecting = (cause) => async () => { throw cause; };
    const failed = (cause) => Object.assign(new TypeError("fetch failed"), { cause });
    for (const cause of [
      failed(Object.assign(new Error("connect ENETUNREACH"), { code: "ENETUNREACH", syscall: "connect" })),
      failed(Object.assign(new Error("connect EMFILE"), { code: "EMFILE", syscall: "connect" })),
      failed(Object.assign(new Error("connect EADDRNOTAVAIL"), { code: "EADDRNOTAVAIL", syscall: "connect" })),
      failed(Object.assign(new AggregateError([Object.assign(new Error("no"), { code: "EHOSTUNREACH", syscall: "connect" })]), {})),
      failed(new Error("Proxy response (403) !== 200 when HTTP Tunneling")),
      Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" }),
      new TypeError("error sending request for url (x): client error (Connect): tcp connect error"),
    ]) {
      test(`nothing was sent: ${cause.cause?.code ?? cause.code ?? (cause.cause ?? cause).message}`, async () => {
        let calls = 0;
        const fetch = async () => { calls += 1; throw cause; };
        const error = await failure(() => connected(fetch, { retries: 1 }).user("ada").create({}));
        assert.deepEqual([error.code, error.mayHaveBeenApplied, error.retryable, calls], ["network", false, true, 2]);
      });
    }

    test("a network error of a mock passes, as any", async () => {
      for (const cause of [new TypeError("Failed to fetch"), Object.assign(new TypeError("Failed to fetch"), { cause: Response.error() })]) {
        const error = await failure(() => connected(rejecting(cause)).user("ada").get());
        assert.deepEqual([error.code, error.retryable], ["network", true]);
      }
    });

    test("what a mock writes of the request holds neither the key nor the token", async () => {
      const fetch = async (url, { headers }) => {
        throw Object.assign(new TypeError("no match"), {
          cause: Object.assign(new Error(`no match for ${url} ${JSON.stringify(headers)}`), { options: { headers, deep: [{ url }] } }),
        });
      };
      const client = api.connect("canary-key", "canary-secret", undefined, { fetch, retries: 0 });
      const error = await failure(() => client.user("ada").get());
      assert.match(error.cause.cause.message, /^no match for /);
    });

    test("what a framework steers by is passed on as it is", async () => {
      const steering = Object.assign(new Error("Dynamic server usage"), { digest: "DYNAMIC_SERVER_USAGE" });
      let calls = 0;
      const fetch = () => { calls += 1; throw steering; };
      assert.equal(await failure(() => connected(fetch, { retries: 2 }).user("ada").get()), steering);
      assert.equal(calls, 1);
    });

    test("the caller's line is in the stack", async () => {
      async function theCaller() {
        await connected(answering({ detail: "no" }, 404)).user("ada").get();
      }
      assert.match((await failure(theCaller)).stack, /theCaller/);
      // What is refused before any request, by the module itself.
      const getter = { get name() { throw new Error("no"); } };
      for (const refused of [(user) => user.get({ x: 1 }), (user) => user.update({ n: 1n }), (user) => user.create(getter)]) {
        const theThird = async () => { await refused(connected(answering({}, 200)).user("ada")); };
        assert.match((await failure(theThird)).stack, /theThird/);
      }
      for (const failing of [
        () => connected(answering({ detail: "no" }, 403)).users.import([{ id: "ada" }]),
        () => connected(answering({}, 200)).users.import("oops\n"),
        () => connected(answering({ users: [], duration: "1ms" }), { gather: true }).user("ada").get(),
        () => connected(answering({ detail: "no" }, 403)).getUsers(["ada"]),
        () => connected(answering({ detail: "no" }, 403)).addUsers([{ id: "ada" }]),
      ]) {
        const theFourth = async () => { await failing(); };
        assert.match((await failure(theFourth)).stack, /theFourth/);
      }
      const bad = function theOtherCaller() { api.connect("key", "secret", undefined, { timeout: 0 }); };
      assert.match(thrown(bad).stack, /theOtherCaller/);
    });
  });

  test(`${face}: plain http goes to another machine where it is allowed`, async () => {
    const baseUrl = "http://server:8000/";
    const error = thrown(() => api.connect("key", "secret", undefined, { baseUrl }));
    assertError(api, error, {
      ...refused("baseUrl must start with https:// unless its host is this machine"),
      hint: "allowHttp: true lets plain http out, to a server in a network of your own",
    });
    assert.equal(api.connect("key", "secret", undefined, { baseUrl, allowHttp: true }).baseUrl, baseUrl);
  });

  test(`${face}: a variable of the process is read where nothing goes before it`, () => {
    const { env } = process;
    const asked = [];
    process.env = new Proxy(env, { get: (target, name) => (asked.push(name), target[name]) });
    try {
      api.connect("key", "secret", undefined, { baseUrl: recorder.api });
      const before = asked.filter((name) => /STREAM|LOCAL/.test(name));
      api.connect("key", "secret", undefined, { local: true });
      assert.deepEqual([before, asked.filter((name) => /STREAM|LOCAL/.test(name))], [[], ["STREAM_BASE_URL"]]);
    } finally {
      process.env = env;
    }
  });

  test(`${face}: a fetch of one's own is enough`, async () => {
    const own = await fresh(face);
    const { fetch } = globalThis;
    delete globalThis.fetch;
    try {
      assert.equal((await own.connect("key", "secret", undefined, { fetch: answering(ada) }).user("ada").get()).id, "ada");
      assert.equal(thrown(() => own.connect("key", "secret")).message, "this runtime has no fetch");
    } finally {
      globalThis.fetch = fetch;
    }
  });
}

test("timers that a test runner stops do not stop a call", async () => {
  const { setTimeout: real } = globalThis;
  const client = esm.connect("key", "secret", undefined, { fetch: () => new Promise(() => {}), retries: 0 });
  globalThis.setTimeout = () => 0;
  try {
    const error = await failure(() => client.user("ada").get({ timeout: 5 }));
    assert.equal(error.code, "timeout");
  } finally {
    globalThis.setTimeout = real;
  }
});
