// What surrounds a call: abort, timeout, deadline, attempts, events. Against a recorder, which does what a test says.

import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { after, afterEach, describe, test } from "node:test";

import { faces } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { assertError, failure } from "../support/refusal.mjs";

const recorder = await startRecorder();
after(() => recorder.stop());
afterEach(() => {
  recorder.answer = () => ({});
  recorder.requests.length = 0;
});

const silence = () => (recorder.answer = () => "silence");
const unavailable = { status: 503, headers: { "retry-after": "0" }, body: { detail: "busy" } };
/** Answers with these one after the other, then with a user. */
const answers = (...list) => (recorder.answer = () => list.shift() ?? {});

for (const [face, api] of Object.entries(faces)) {
  const client = (options) => api.connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, ...options });

  describe(face, () => {
    describe("abort", () => {
      const calls = {
        create: (c, options) => c.user("ada").create({}, options),
        getOrCreate: (c, options) => c.user("ada").getOrCreate({}, options),
        get: (c, options) => c.user("ada").get(options),
        profile: (c, options) => c.user("ada").profile(options),
        update: (c, options) => c.user("ada").update({}, options),
        delete: (c, options) => c.user("ada").delete(options),
        flag: (c, options) => c.user("ada").flag(options),
        addUsers: (c, options) => c.addUsers([{ id: "ada" }], false, options),
        getUsers: (c, options) => c.getUsers(["ada"], options),
        deleteUsers: (c, options) => c.deleteUsers(["ada"], options),
        "users.add": (c, options) => c.users.add("ada", {}, options),
        "users.get": (c, options) => c.users.get("ada", options),
        "users.update": (c, options) => c.users.update("ada", {}, options),
        "users.delete": (c, options) => c.users.delete("ada", options),
      };
      for (const [name, call] of Object.entries(calls)) {
        test(`${name}, before and during the call, rejects with the signal's reason itself`, async () => {
          silence();
          const reason = { mine: true };
          assert.equal(await failure(() => call(client(), { signal: AbortSignal.abort(reason) })), reason);
          assert.equal(recorder.requests.length, 0);

          const controller = new AbortController();
          const arrived = recorder.arrived();
          const running = failure(() => call(client(), { signal: controller.signal }));
          await arrived;
          controller.abort(reason);
          assert.equal(await running, reason);
          assert.equal(recorder.requests.length, 1);
          assert.equal(getEventListeners(controller.signal, "abort").length, 0);
        });
      }

      test("without a reason it is the platform's AbortError; a timed-out signal's is TimeoutError", async () => {
        silence();
        const aborted = await failure(() => client().user("ada").get({ signal: AbortSignal.abort() }));
        assert.equal(aborted.name, "AbortError");
        const timedOut = await failure(() => client().user("ada").get({ signal: AbortSignal.timeout(10) }));
        assert.equal(timedOut.name, "TimeoutError");
      });

      test("the request is given up, and the client goes on", async () => {
        const controller = new AbortController();
        let given;
        const c = client({ fetch: (url, init) => fetch(url, (given = init)) });
        silence();
        const arrived = recorder.arrived();
        const running = failure(() => c.user("ada").get({ signal: controller.signal }));
        await arrived;
        assert.equal(given.signal.aborted, false);
        controller.abort();
        await running;
        assert.equal(given.signal.aborted, true);
        answers({});
        assert.equal((await c.user("ada").get()).full.id, "ada");
      });

      test("while a body is read", async () => {
        const controller = new AbortController();
        const c = client({
          fetch: async () => {
            setImmediate(() => controller.abort("mid-body"));
            return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array([123])) }));
          },
        });
        assert.equal(await failure(() => c.user("ada").get({ signal: controller.signal })), "mid-body");
      });

      test("while it waits to try again", async () => {
        const controller = new AbortController();
        answers({ ...unavailable, headers: { "retry-after": "20" } });
        const c = client({ retries: 1 });
        c.on("retry", () => setImmediate(() => controller.abort("enough")));
        assert.equal(await failure(() => c.user("ada").get({ signal: controller.signal })), "enough");
        assert.equal(recorder.requests.length, 1);
      });

      test("after the call it changes nothing", async () => {
        const controller = new AbortController();
        const user = await client().user("ada").get({ signal: controller.signal });
        assert.equal(getEventListeners(controller.signal, "abort").length, 0);
        controller.abort();
        assert.equal(user.full.id, "ada");
      });
    });

    describe("time", () => {
      for (const [title, options, text, hint] of [
        ["timeout", { timeout: 15 }, "15 ms", "raise the option timeout"],
        ["deadline", { deadline: 200 }, "200 ms in all", "raise the option deadline"],
        ["the lower of the two", { deadline: 20_000, timeout: 10 }, "10 ms", "raise the option timeout"],
      ]) {
        const expected = (more) => ({
          name: "SiteError", code: "timeout", text: `get of user ada failed: no answer within ${text}`, hint,
          attempts: 1, retryable: true, ...more,
        });
        test(`${title}, of a call and of a client, before the headers`, async () => {
          silence();
          assertError(api, await failure(() => client().user("ada").get(options)), expected({ phase: "headers" }));
          assertError(api, await failure(() => client(options).user("ada").get()), expected({ phase: "headers" }));
        });
        test(`${title}, inside a body that does not end`, async () => {
          const endless = () => Promise.resolve(new Response(new ReadableStream({})));
          const error = await failure(() => client({ ...options, fetch: endless }).user("ada").get());
          assertError(api, error, expected({ phase: "body" }));
        });
      }

      test("a write that ran out of time may have been applied", async () => {
        silence();
        const late = async (call) => {
          const { code, mayHaveBeenApplied } = await failure(call);
          return { code, mayHaveBeenApplied };
        };
        const ada = client({ timeout: 15 }).user("ada");
        assert.deepEqual(await late(() => ada.update({})), { code: "timeout", mayHaveBeenApplied: true });
        assert.deepEqual(await late(() => ada.create({})), { code: "outcome_unknown", mayHaveBeenApplied: true });
        assert.deepEqual(await late(() => ada.get()), { code: "timeout", mayHaveBeenApplied: false });
      });

      test("the deadline covers all attempts and waits", async () => {
        answers({ ...unavailable, headers: { "retry-after": "60" } });
        const error = await failure(() => client({ retries: 2, deadline: 50_000 }).user("ada").get());
        assert.equal(error.code, "server_error");
        assert.equal(error.retryAfterMs, 60_000);
        assert.equal(error.attempts, 1);
      });

      test("a process with nothing else to do ends: no timer is left", async () => {
        await client().user("ada").get({ timeout: 100_000, deadline: 100_000 });
        const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
        const before = timers();
        await client().user("ada").get({ timeout: 100_000, deadline: 100_000 });
        assert.ok(timers() <= before, `${timers()} timers, ${before} before`);
      });
    });

    describe("events", () => {
      const heardBy = (c) => {
        const heard = [];
        const stops = ["request", "response", "retry", "end"].map((name) => c.on(name, (event) => heard.push({ name, ...event })));
        return { heard, stop: () => stops.forEach((stop) => stop()) };
      };

      test("request, response and retry tell of each attempt", async () => {
        const limits = { "x-ratelimit-limit": 10, "x-ratelimit-remaining": 7, "x-ratelimit-reset": 1795244460 };
        const rateLimit = { limit: 10, remaining: 7, reset: 1795244460 };
        answers(unavailable, { headers: limits });
        const c = client({ retries: 1 });
        const { heard } = heardBy(c);
        await c.user("ada").profile();
        const times = heard.filter(({ name }) => name === "response").map(({ elapsedMs }) => elapsedMs);
        assert.ok(times.length === 2 && times.every((ms) => ms > 0), times);
        const [, , { error }] = heard;
        assert.ok(error instanceof api.StreamApiError);
        assert.equal(error.message, "get of user ada failed: busy (HTTP 503)");
        const common = { callId: 1, operation: "get", method: "GET", path: "user/ada/" };
        assert.deepEqual(heard.map(({ elapsedMs, error, ...event }) => event), [
          { name: "request", ...common, attempt: 1 },
          { name: "response", ...common, attempt: 1, status: 503 },
          { name: "retry", ...common, attempt: 1, delayMs: 0 },
          { name: "request", ...common, attempt: 2 },
          { name: "response", ...common, attempt: 2, status: 200, rateLimit },
          { name: "end", ...common, attempt: 2 },
        ]);
        assert.deepEqual(c.rateLimit, rateLimit);
      });

      test("each method tells its name, method and path", async () => {
        recorder.answer = ({ path, method }) =>
          path.endsWith("/users/")
            ? { body: { created_users: [], users: [], deleted_user_ids: [], duration: "1ms" } }
            : { body: method === "DELETE" ? { duration: "1ms" } : record("ada") };
        const c = client();
        const { heard } = heardBy(c);
        const ada = c.user("ada");
        await ada.create();
        await ada.getOrCreate();
        await ada.get();
        await ada.update();
        await ada.delete();
        await ada.flag();
        await c.addUsers([]);
        await c.getUsers([]);
        await c.deleteUsers([]);
        const told = heard.filter(({ name }) => name === "request");
        assert.deepEqual(told.map(({ operation, method, path }) => `${operation} ${method} ${path}`), [
          "create POST user/", "getOrCreate POST user/", "get GET user/ada/", "update PUT user/ada/",
          "delete DELETE user/ada/", "flagUser POST moderation/flag", "addUsers POST users/", "getUsers GET users/",
          "deleteUsers DELETE users/",
        ]);
        assert.doesNotMatch(JSON.stringify(heard), /secret|eyJ|api_key/);
      });

      test("on adds listeners; what it returns, and off, remove them", async () => {
        const c = client();
        const heard = [];
        const listener = (name) => () => heard.push(name);
        const [first] = [c.on("request", listener("a")), c.on("request", listener("b")), c.on("response", listener("c"))];
        const count = async () => {
          heard.length = 0;
          await c.user("ada").get();
          return heard.join("");
        };
        assert.equal(await count(), "abc");
        first();
        first();
        assert.equal(await count(), "bc");
        c.off("request");
        assert.equal(await count(), "c");
        c.off();
        assert.equal(await count(), "");
        c.on("request", listener("d"));
        assert.equal(await count(), "d");
      });

      test("a listener may end its own listening, make a call, and throw without harm", async () => {
        const c = client();
        const heard = [];
        const stop = c.on("request", () => {
          stop();
          heard.push(c.user("eve").get());
          throw new Error("thrown by a listener");
        });
        c.on("request", ({ path }) => heard.push(path));
        const uncaught = takeUncaught();
        assert.equal((await c.user("ada").get()).full.id, "ada");
        assert.equal((await uncaught).message, "thrown by a listener");
        await heard.find((it) => it instanceof Promise);
        assert.deepEqual(heard.filter((it) => typeof it === "string").sort(), ["user/ada/", "user/eve/"]);
      });

      test("an unknown event, and what is no function, are refused", async () => {
        for (const [run, text] of [
          [() => client().on("respond", () => {}), "event must be one of request, response, retry, end"],
          [() => client().off("respond"), "event must be one of request, response, retry, end"],
          [() => client().on("request"), "listener must be a function"],
        ]) {
          assertError(api, await failure(run), { name: "FeedError", code: "invalid_option", text });
        }
      });
    });
  });
}

/** The next uncaught exception, kept from the test runner. */
async function takeUncaught() {
  const runners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const [error] = await once(process, "uncaughtException");
  for (const runner of runners) process.on("uncaughtException", runner);
  return error;
}
