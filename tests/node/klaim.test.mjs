// user-handle/klaim against the real server: once for `import`, once for `require`.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";

import { esm, klaimFaces } from "../support/package.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { assertError, failure, thrown } from "../support/refusal.mjs";
import { KLAIM_KEY, startServer } from "../support/server.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([server.stop(), recorder.stop()]));

const NOBODY = "Can not find user with the given user_id (HTTP 404)";

/** A user as the service answers it. */
const klaimRecord = (user_id) => ({
  message: "resource created successfully", user_id, klaim_id: "1753306133860_A36dL", email: "ada@b.c", credit_balance: 0,
  created_at: 1753306133860,
});

for (const [face, api] of Object.entries(klaimFaces)) {
  const client = api.connect(KLAIM_KEY, { baseUrl: server.klaim });
  let users = 0;
  /** An id and an email that nobody has. */
  const unused = () => [`${face}-${(users += 1)}`, { email: `${face}-${users}@example.com` }];
  const created = async (more) => {
    const [id, user] = unused();
    return client.user(id).create({ ...user, ...more });
  };

  describe(face, () => {
    describe("user", () => {
      test("a handle knows its id and nothing else, and asks nobody", () => {
        const user = client.user("a/b ü@c");
        assert.ok(user instanceof api.KlaimUser);
        assert.deepEqual({ ...user }, { id: "a/b ü@c", data: undefined, full: undefined });
        assert.equal(JSON.stringify(user), '{"user_id":"a/b ü@c"}');
      });

      test("create stores the fields, and gives the same handle with the record", async () => {
        const [id, { email }] = unused();
        const metadata = { tags: ["a", null], deep: { é: "😀" }, n: 1.5, ["__proto__"]: 1, gone: undefined, at: new Date(0) };
        const user = client.user(id);
        assert.equal(await user.create({ email, name: "Ada", metadata }), user);
        const { klaim_id, created_at, ...rest } = user.full;
        const stored = { tags: ["a", null], deep: { é: "😀" }, n: 1.5, ["__proto__"]: 1, at: "1970-01-01T00:00:00.000Z" };
        assert.deepEqual(rest, { user_id: id, email, name: "Ada", metadata: stored, credit_balance: 0 });
        assert.match(klaim_id, /^\d{13}_[A-Za-z0-9]{5}$/);
        assert.ok(Math.abs(Date.now() - created_at) < 60_000, `${created_at}`);
        assert.deepEqual(user.data, stored);
        assert.deepEqual(JSON.parse(JSON.stringify(user)), JSON.parse(JSON.stringify(user.full)));
      });

      test("create refuses an id and an email that another has, and tells which", async () => {
        const user = await created();
        const taken = await failure(() => client.user(user.id).create({ email: "new@example.com" }));
        assertError(api, taken, {
          name: "KlaimError", code: "user_id_exists", attempts: 1, status: 409, detail: "User ID already exists",
          text: `create of user ${user.id} failed: User ID already exists (HTTP 409)`,
        });
        assert.deepEqual(taken.error, { message: "User ID already exists" });
        assert.equal(taken.response.status, 409);
        assertError(api, await failure(() => client.user(`${user.id}-new`).create({ email: user.full.email })), {
          name: "KlaimError", code: "email_exists", attempts: 1, status: 409, detail: "Email already exists",
          text: `create of user ${user.id}-new failed: Email already exists (HTTP 409)`,
        });
      });

      test("getOrCreate creates who is missing, and leaves who exists unchanged", async () => {
        const [id, { email }] = unused();
        const user = client.user(id);
        assert.equal(await user.getOrCreate({ email, metadata: { a: 1 } }), user);
        // The server looks at the email first, then at the id.
        for (const again of [{ email, metadata: { a: 2 } }, { email: `other-${email}` }]) {
          const read = (await client.user(id).getOrCreate(again)).full;
          assert.deepEqual(read, { ...user.full, acquisition_source: "api" });
        }
        const refused = await failure(() => client.user(`${id}-new`).getOrCreate({ email }));
        assertError(api, refused, {
          name: "KlaimError", code: "email_exists", attempts: 2, status: 409,
          text: `getOrCreate of user ${id}-new failed: Email already exists (HTTP 409)`,
        });
      });

      test("get reads the record, by either id", async () => {
        const user = await created({ metadata: { a: 1 } });
        for (const id of [user.id, user.full.klaim_id]) {
          const read = client.user(id);
          assert.equal(await read.get(), read);
          assert.deepEqual(read.full, { ...user.full, acquisition_source: "api" });
          assert.equal(read.id, id);
        }
        assertError(api, await failure(() => client.user("nobody").get()), {
          name: "KlaimError", code: "not_found", attempts: 1, status: 404, text: `get of user nobody failed: ${NOBODY}`,
        });
      });

      test("a handle that is frozen gives what was done in another", async () => {
        const user = await created({ metadata: { n: 1 } });
        const frozen = Object.freeze(client.user(user.id));
        const other = await frozen.update({ user_id: `${user.id}-new` });
        assert.ok(other instanceof api.KlaimUser);
        assert.deepEqual([other.id, other.data, frozen.id, frozen.full], [`${user.id}-new`, { n: 1 }, user.id, undefined]);
      });

      test("update changes what is given, and a handle follows its id", async () => {
        const user = await created({ name: "Ada", metadata: { a: 1, b: 2 } });
        assert.equal(await user.update({ metadata: { a: 2 } }), user);
        assert.deepEqual([user.full.name, user.data], ["Ada", { a: 2 }]);
        const [old, email] = [user.id, `renamed-${user.full.email}`];
        assert.equal(await user.update({ user_id: `${old}/new`, email, name: undefined }), user);
        assert.deepEqual([user.id, user.full.user_id, user.full.email], [`${old}/new`, `${old}/new`, email]);
        assert.equal((await user.get()).full.email, email);
        assert.equal((await failure(() => client.user(old).get())).code, "not_found");
        const other = await created();
        assert.equal((await failure(() => other.update({ email }))).code, "email_exists");
        assert.equal((await failure(() => other.update({ user_id: user.id }))).code, "user_id_exists");
        assert.equal((await failure(() => client.user("nobody").update({ name: "A" }))).code, "not_found");
      });

      test("creditBalance is a number", async () => {
        assert.equal(await (await created()).creditBalance(), 0);
        assert.equal((await failure(() => client.user("nobody").creditBalance())).code, "not_found");
      });

      test("every id that a path can hold reaches its user", async () => {
        for (const id of ["a/b", "../x", "ü", "ada@example.com", " ", "%", "%2f", "?a#b", "...", "credits", "x".repeat(900)]) {
          const user = client.user(`${id}-${face}`);
          await user.create({ email: unused()[1].email });
          assert.equal((await client.user(user.id).get()).full.user_id, user.id);
          assert.equal(await client.user(user.id).creditBalance(), 0);
          assert.equal((await client.user(user.id).update({ name: id })).full.name, id);
        }
      });

      test("there is no delete", () => {
        for (const one of [client, client.users, client.user("ada")]) assert.equal(one.delete, undefined);
      });
    });

    describe("users", () => {
      test("without an id the service makes one", async () => {
        const { email } = unused()[1];
        const user = await client.users.add({ email });
        assert.ok(user instanceof api.KlaimUser);
        assert.deepEqual([user.id, user.full.user_id, user.full.email], [user.full.klaim_id, user.full.klaim_id, email]);
        assert.deepEqual(user.data, {});
        assertError(api, await failure(() => client.users.add({ email })), {
          name: "KlaimError", code: "email_exists", attempts: 1, status: 409,
          text: "add of a new user failed: Email already exists (HTTP 409)",
        });
      });

      test("add, get and update give handles", async () => {
        const [userId, user] = unused();
        assert.equal((await client.users.add({ ...user, userId })).full.user_id, userId);
        assert.equal((await client.users.get(userId)).full.email, user.email);
        assert.deepEqual((await client.users.update(userId, { metadata: { a: 1 } })).data, { a: 1 });
        assert.equal((await client.users.update(userId, { user_id: `${userId}-new` })).id, `${userId}-new`);
      });

      test("list gives every user once, page by page, and stops when the caller does", async () => {
        const own = await startServer();
        after(() => own.stop());
        const lister = api.connect(KLAIM_KEY, { baseUrl: own.klaim });
        for await (const _ of lister.users.list()) assert.fail("there is nobody yet");
        const emails = Array.from({ length: 150 }, (_, number) => `${number}@example.com`);
        await Promise.all(emails.map((email) => lister.users.add({ email })));
        let requests = 0;
        lister.on("request", ({ path, operation }) => {
          requests += 1;
          assert.deepEqual([path, operation], ["users", "list"]);
        });
        const seen = [];
        for await (const { user_id, email } of lister.users.list()) {
          assert.equal(typeof user_id, "string");
          seen.push(email);
        }
        assert.deepEqual([seen.sort(), requests], [emails.sort(), 2]);
        for await (const _ of lister.users.list()) break;
        assert.equal(requests, 3);
      });

      test("list asks with the cursor as it came, and for no page again", async () => {
        const cursors = [];
        recorder.answer = ({ query }) => {
          cursors.push(query.starting_after);
          return { body: { message: "", data: [{ user_id: "a" }], lastKey: { prefix_app_id: "app#1", type_id: "ü b" } } };
        };
        const listing = api.connect(KLAIM_KEY, { baseUrl: `${recorder.url}/` }).users.list();
        assert.deepEqual((await listing.next()).value, { user_id: "a" });
        assertError(api, await failure(() => listing.next()), {
          name: "SiteError", code: "invalid_response", text: "list of the users failed: the service gave the same page again",
        });
        assert.deepEqual(cursors, [undefined, '{"prefix_app_id":"app#1","type_id":"ü b"}']);
        recorder.answer = () => ({ body: { message: "odd" } });
        const odd = await failure(() => api.connect(KLAIM_KEY, { baseUrl: recorder.url, retries: 0 }).users.list().next());
        assertError(api, odd, {
          name: "SiteError", code: "invalid_response", attempts: 1, phase: "body", retryable: true,
          text: "the answer to list of the users (HTTP 200) is not of the documented shape",
        });
      });
    });

    describe("input", () => {
      const invalid = (path, text, rest) => ({ name: "ValidationError", code: "invalid_data", path, text, ...rest });
      const EMAIL = invalid("email", "email must be an address such as ada@example.com");
      const email = "ada@example.com";

      for (const [title, user, expected] of [
        ["no email", {}, invalid("email", "email is missing")],
        ["an email that is null", { email: null }, invalid("email", "email must be a string, but is null")],
        ["an email that is no text", { email: 7 }, invalid("email", "email must be a string, but is a number")],
        ["an email without an @", { email: "ada" }, EMAIL],
        ["an email with a space", { email: "a b@c" }, EMAIL],
        ["an email in two lines", { email: "a@b\n" }, EMAIL],
        ["an email over 254 characters", { email: `${"a".repeat(253)}@b` },
          invalid("email", "email has 255 characters, at most 254 are allowed", { limit: 254, actual: 255 })],
        ["a name that is no text", { email, name: [] }, invalid("name", "name must be a string, but is an array")],
        ["a name with half a pair", { email, name: "\ud800" },
          { name: "ValidationError", code: "unrepresentable_value", path: "name",
            text: "name is a string with half of a surrogate pair, which JSON cannot hold" }],
        ["metadata that is an array", { email, metadata: [1] },
          invalid("metadata", "metadata must be a JSON object, but is an array")],
        ["metadata that is null", { email, metadata: null }, invalid("metadata", "metadata must be a JSON object, but is null")],
        ["metadata that is a date", { email, metadata: new Date(0) },
          invalid("metadata", "metadata must be a JSON object, but is a string")],
        ["NaN", { email, metadata: { a: [0, NaN] } },
          { name: "ValidationError", code: "unrepresentable_value", path: "metadata.a[1]",
            text: "metadata.a[1] is NaN, which JSON cannot hold" }],
        ["a Map", { email, metadata: new Map() },
          { name: "ValidationError", code: "unrepresentable_value", path: "metadata",
            text: "metadata is a Map, which JSON cannot hold", hint: "pass Object.fromEntries(map)" }],
        ["nothing", undefined, invalid("user", "user must be a JSON object, but is undefined")],
        ["text", "ada@example.com", invalid("user", "user must be a JSON object, but is a string")],
        ["a getter that throws", { get email() { throw new Error("mine"); } },
          invalid("user", "user.email could not be read: a getter or proxy of it threw")],
        ["a getter in metadata that throws", { email, metadata: { get a() { throw new Error("mine"); } } },
          invalid("user", "user could not be read: a getter, toJSON or proxy of it threw")],
      ]) {
        test(`${title} is refused, and nothing is sent`, async () => {
          recorder.requests.length = 0;
          const offline = api.connect(KLAIM_KEY, { baseUrl: recorder.url });
          for (const call of [() => offline.user("a").create(user), () => offline.user("a").getOrCreate(user),
            () => offline.users.add(user)]) {
            assertError(api, await failure(call), expected);
          }
          assert.equal(recorder.requests.length, 0);
        });
      }

      test("metadata may be 64 levels deep, and of any size", async () => {
        const nested = (levels) => (levels === 0 ? 1 : { a: nested(levels - 1) });
        assert.deepEqual((await created({ metadata: nested(64) })).data, nested(64));
        assertError(api, await failure(() => created({ metadata: nested(65) })), {
          name: "ValidationError", code: "unrepresentable_value", path: `metadata${".a".repeat(64)}`, limit: 64, actual: 65,
          text: `metadata${".a".repeat(64)} is nested deeper than 64 levels`,
        });
        const large = { text: "é".repeat(20_000) };
        assert.deepEqual((await created({ metadata: large })).data, large);
      });

      test("each field is read once, and others are not sent", async () => {
        let reads = 0;
        recorder.answer = () => ({ body: klaimRecord("a") });
        recorder.requests.length = 0;
        const fields = { get email() { return `${(reads += 1)}@b.c`; }, other: 1, userId: "x" };
        await api.connect(KLAIM_KEY, { baseUrl: recorder.url }).user("a").create(fields);
        assert.deepEqual([reads, recorder.requests[0].body], [1, '{"email":"1@b.c","userId":"a"}']);
      });

      test("an id that no path can hold, or that is no text, is refused", async () => {
        const id = (path, text) => ({ name: "ValidationError", code: "invalid_id", path, text });
        for (const [bad, text] of [
          ["", "is empty"], [7, "must be a string, but is a number"], [undefined, "must be a string, but is undefined"],
          [".", 'is ".", which no URL path can hold'], ["..", 'is "..", which no URL path can hold'],
          ["%2E.", 'is "%2E.", which no URL path can hold'], ["a\ud800", "has half of a surrogate pair"],
        ]) {
          assertError(api, thrown(() => client.user(bad)), id("user_id", `user_id ${text}`));
          assertError(api, await failure(() => client.users.get(bad)), id("user_id", `user_id ${text}`));
        }
        const user = { email, userId: ".." };
        assertError(api, await failure(() => client.users.add(user)), id("userId", 'userId is "..", which no URL path can hold'));
        const changes = { user_id: "" };
        assertError(api, await failure(() => client.user("a").update(changes)), id("user_id", "user_id is empty"));
      });
    });

    describe("connect", () => {
      const option = (text, hint) => ({ name: "FeedError", code: "invalid_option", text, ...(hint && { hint }) });
      for (const [title, given, expected] of [
        ["no key", [undefined, { baseUrl: server.klaim }], option("the API key is missing", "pass it to connect")],
        ["a key that is no text", [7, { baseUrl: server.klaim }], option("apiKey must be a string, but is a number")],
        ["a key with a line break", ["canary\n", { baseUrl: server.klaim }],
          option("apiKey may only hold visible ASCII characters: it travels in a header", "look for a line break at its end")],
        ["no place", ["canary"], option("option baseUrl is missing")],
        ["a place on the network without TLS", ["canary", { baseUrl: "http://klaim.example/" }],
          option("baseUrl must start with https:// unless its host is this machine")],
        ["a limit that is none", ["canary", { baseUrl: server.klaim, retries: -1 }],
          option("option retries must be a whole number from 0 to 100")],
        ["a fetch that is none", ["canary", { baseUrl: server.klaim, fetch: 1 }],
          option("option fetch must be a function, but is a number")],
      ]) {
        test(`${title} is refused at once`, () => assertError(api, thrown(() => api.connect(...given)), expected));
      }

      test("neither a client nor a handle shows the key", async () => {
        const user = await created();
        for (const one of [client, client.users, user]) {
          assert.doesNotMatch(`${inspect(one, { depth: 9, showHidden: true })} ${JSON.stringify(one)}`, /canary/);
        }
        assert.deepEqual(Object.keys(client), ["baseUrl"]);
      });

      test("a disposed client is refused", async () => {
        const own = api.connect(KLAIM_KEY, { baseUrl: server.klaim });
        own[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
        assertError(api, await failure(() => own.user("ada").get()), {
          name: "SiteError", code: "not_connected", text: "this client was disposed", hint: "connect again",
        });
      });
    });

    describe("requests", () => {
      test("carry the documented headers and no others of ours", async () => {
        recorder.requests.length = 0;
        recorder.answer = ({ method }) => ({ body: method === "GET" ? { data: [] } : { ...klaimRecord("a b"), credit_balance: 1 } });
        const user = api.connect(KLAIM_KEY, { baseUrl: `${recorder.url}/v1` }).user("a b");
        await user.create({ email: "ada@b.c" });
        await user.get();
        await user.update({ name: "A" });
        assert.equal(await user.creditBalance(), 1);
        await api.connect(KLAIM_KEY, { baseUrl: `${recorder.url}/v1/` }).users.list().next();
        const sent = recorder.requests.map(({ method, target, body }) => `${method} ${target} ${body}`.trim());
        assert.deepEqual(sent, [
          'POST /v1/users {"email":"ada@b.c","userId":"a b"}', "POST /v1/users/a%20b {}", 'PUT /v1/users/a%20b {"name":"A"}',
          "POST /v1/users/a%20b/credits {}", "GET /v1/users",
        ]);
        for (const { headers } of recorder.requests) {
          assert.equal(headers.authorization, `Bearer ${KLAIM_KEY}`);
          assert.equal(headers["content-type"], "application/json");
          assert.deepEqual(Object.keys(headers).filter((name) => name.includes("stream")), []);
        }
      });

      test("an answer has a code by its status and message", async () => {
        const own = api.connect(KLAIM_KEY, { baseUrl: recorder.url, retries: 0 });
        for (const [status, message, code, text = message] of [
          [400, "missing required fields", "missing_fields"],
          [400, "odd", "api_error"],
          [401, "Unauthorized", "unauthorized"],
          [403, undefined, "unauthorized", "the service refused it"],
          [409, "Email already exists", "email_exists"],
          [409, "User ID already exists", "user_id_exists"],
          [409, "Phone already exists", "api_error"],
          [409, undefined, "api_error", "the service refused it"],
          [429, "slow down", "rate_limited"],
          [500, "oh", "server_error"],
        ]) {
          recorder.answer = () => ({ status, body: { message } });
          const error = await failure(() => own.user("a").create({ email: "ada@b.c" }));
          assertError(api, error, {
            name: "KlaimError", code, text: `create of user a failed: ${text} (HTTP ${status})`, attempts: 1, status,
            detail: message, retryable: status === 429, mayHaveBeenApplied: status >= 500,
          });
        }
      });

      test("over the limit an error says how long to wait", async (context) => {
        const limited = await startServer("--rate-limit 1");
        context.after(() => limited.stop());
        const own = api.connect(KLAIM_KEY, { baseUrl: limited.klaim, retries: 0 });
        const errors = [];
        // Three times: the minute may turn in between.
        for (let asked = 0; asked < 3; asked += 1) errors.push(await failure(() => own.user("ada").get()));
        const error = errors.find(({ code }) => code === "rate_limited");
        assert.deepEqual([error.name, error.status, error.attempts, error.retryable], ["KlaimError", 429, 1, true]);
        assert.match(error.detail, /^over the rate limit of 1 requests per minute, retry in \d+ s$/);
        assert.deepEqual([error.rateLimit.limit, error.rateLimit.remaining], [1, 0]);
        assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 60_000, `${error.retryAfterMs}`);
      });

      test("a refused key is told with a hint and without the key", async () => {
        const stranger = api.connect("canary-other", { baseUrl: server.klaim });
        assertError(api, await failure(() => stranger.user("ada").get()), {
          name: "KlaimError", code: "unauthorized", attempts: 1, status: 401, hint: "check the API key",
          text: "get of user ada failed: the API key is unknown (HTTP 401)",
        });
      });

      test("writes to one id keep their order, and a signal ends a call", async () => {
        const user = await created();
        await Promise.all([1, 2, 3].map((n) => user.update({ metadata: { n } })));
        assert.deepEqual((await user.get()).data, { n: 3 });
        const reason = { mine: true };
        assert.equal(await user.get({ signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
        recorder.answer = () => "silence";
        const silent = api.connect(KLAIM_KEY, { baseUrl: recorder.url });
        const late = await failure(() => silent.user("a").getOrCreate({ email: "ada@b.c" }, { deadline: 50 }));
        assert.deepEqual([late.code, late.message], ["timeout", "getOrCreate of user a failed: no answer within 50 ms in all"]);
      });
    });
  });
}

test("both entries recognise each other's errors by brand and name", async () => {
  const error = await failure(() => klaimFaces.import.connect(KLAIM_KEY, { baseUrl: server.klaim }).user("nobody").get());
  assert.ok(esm.isUserHandleError(error) && klaimFaces.require.isUserHandleError(error));
  const theirs = thrown(() => esm.connect("key", null).user(".."));
  assert.ok(klaimFaces.import.isUserHandleError(theirs));
  assert.equal(theirs.name, "ValidationError");
});
