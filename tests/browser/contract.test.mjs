// The package in Chromium: in a page and in a module worker, without a bundler, against the real server on another origin.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { openPage, servePages, startBrowser } from "../support/browser.mjs";
import { badConnections, badData, badIds } from "../support/hostile.mjs";
import { dist, esm } from "../support/package.mjs";
import { PATIENCE } from "../support/patience.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "content-type, authorization, x-stream-client, stream-auth-type",
  "access-control-allow-methods": "GET, POST, PUT, DELETE",
};

// What page and worker run first: a call at the top of a module, under the policy, with nothing prepared.
const realm = `
  import * as userHandle from "./package/browser.js";
  import * as hostile from "./hostile.mjs";
  Object.assign(globalThis, { userHandle, hostile });

  /** What a call ends with, as plain data. */
  globalThis.outcome = async (run) => {
    try {
      return { value: (await run()) ?? null };
    } catch (error) {
      const { name, message, code, path, limit, actual, hint, attempts, retryable, mayHaveBeenApplied, status, phase } = error;
      const known = userHandle.isUserHandleError(error) && (error instanceof TypeError || error instanceof userHandle[name]);
      return { name, message, code, path, limit, actual, hint, attempts, retryable, mayHaveBeenApplied, status, phase, known };
    }
  };
`;
const pages = {
  "/page.html": '<!doctype html><script type="module" src="./page.js"></script>',
  "/page.js": `${realm} globalThis.started = true;`,
  "/worker.html": '<!doctype html><script type="module" src="./start-worker.js"></script>',
  "/start-worker.js": 'globalThis.worker = new Worker("./worker.js", { type: "module" }); worker.onmessage = () => (globalThis.started = true);',
  "/worker.js": `${realm} postMessage("started");`,
  "/hostile.mjs": readFileSync(fileURLToPath(new URL("../support/hostile.mjs", import.meta.url))),
};

const [server, recorder, origin, browser] = await Promise.all([
  startServer("--rate-limit 100000"), startRecorder(), servePages(dist, pages), startBrowser(),
]);
after(async () => {
  await browser.close();
  await Promise.all([server.stop(), recorder.stop(), origin.stop()]);
});

const signer = esm.connect(KEY, SECRET);

/** Opens a page, and gives what evaluates functions in it or in its worker. */
async function open(kind, folder = "") {
  const page = await openPage(browser);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`${origin.url}${folder}/${kind}.html`);
  await page.waitForFunction("globalThis.started === true");
  const realm = kind === "worker" ? page.workers()[0] : page;
  return { run: (work, ...given) => realm.evaluate(work, ...given), problems };
}

for (const kind of ["page", "worker"]) {
  const { run, problems } = await open(kind);
  const id = `browser-${kind}`;
  const given = (user = id) => ({ key: KEY, token: signer.createUserToken(user), options: { baseUrl: server.api }, id });

  describe(kind, () => {
    test("create, getOrCreate, get, update and delete", async () => {
      const seen = await run(async ({ key, token, options, id }) => {
        const client = userHandle.connect(key, token, undefined, options);
        const user = client.user(id);
        const same = (await user.create({ name: "Ada", é: ["😀", null] })) === user;
        const created = user.full;
        const existing = await outcome(() => client.user(id).create({}));
        const got = (await client.user(id).getOrCreate({ other: 1 })).full;
        const read = (await userHandle.user(id).get()).full;
        const counted = (await client.user(id).profile()).full;
        await user.update({ name: "Eve" });
        const updated = user.full;
        const deleted = await user.delete();
        const missing = await outcome(() => user.get());
        return { same, created, existing, got, read, counted, updated, deleted, missing };
      }, given());
      assert.ok(seen.same);
      assert.deepEqual(seen.created.data, { name: "Ada", é: ["😀", null] });
      assert.deepEqual(seen.got, seen.created);
      assert.deepEqual(seen.read, seen.created);
      assert.deepEqual(seen.counted, { ...seen.created, followers_count: 0, following_count: 0 });
      assert.deepEqual(seen.updated.data, { name: "Eve" });
      assert.equal(seen.updated.created_at, seen.created.created_at);
      assert.deepEqual(Object.keys(seen.deleted), ["duration"]);
      assert.deepEqual([seen.existing.code, seen.existing.status, seen.existing.known], ["conflict", 409, true]);
      assert.deepEqual([seen.missing.code, seen.missing.status, seen.missing.name], ["not_found", 404, "StreamApiError"]);
    });

    test("setUser, with a token and with a provider", async () => {
      const seen = await run(async ({ key, token, options }) => {
        const fixed = userHandle.connect(key, token, undefined, options);
        await fixed.setUser({ id: "ignored", name: "Ada" });
        const reasons = [];
        const provided = userHandle.connect(key, async (reason) => (reasons.push(reason), token), undefined, options);
        await provided.setUser({ name: "Eve" });
        return [fixed.userId, fixed.currentUser.data, provided.userId, provided.currentUser.data, reasons];
      }, given(`${id}-own`));
      assert.deepEqual(seen, [`${id}-own`, { name: "Ada" }, `${id}-own`, { name: "Ada" }, ["initial"]]);
    });

    test("activities are enriched with a request for each user, and reads in flight are shared", async () => {
      const seen = await run(async ({ key, token, options }) => {
        const client = userHandle.connect(key, token, undefined, options);
        const id = client.userId;
        const user = await client.user(id).getOrCreate({ name: "Ada" });
        let requests = 0;
        client.on("request", () => (requests += 1));
        const activity = { actor: user, tags: [`SU:${id}`, "plain"], at: { place: { by: `SU:${id}` } } };
        const enriched = await client.enrich([client.references(activity), activity]);
        await Promise.all([user.get(), client.user(id).get(), client.user(id).profile()]);
        return [client.references(activity), enriched, requests];
      }, given(`${id}-own`));
      const own = `${id}-own`;
      const [references, [one, other], requests] = seen;
      assert.deepEqual(references, { actor: `SU:${own}`, tags: [`SU:${own}`, "plain"], at: { place: { by: `SU:${own}` } } });
      assert.deepEqual(one, other);
      assert.deepEqual([one.actor.id, one.actor.data, one.tags[1]], [own, { name: "Ada" }, "plain"]);
      assert.deepEqual(one.at.place.by, one.actor);
      assert.equal(requests, 3);
    });

    test("batches and other users are not for user tokens", async () => {
      const seen = await run(async ({ key, token, options }) => {
        const client = userHandle.connect(key, token, undefined, options);
        const calls = [
          () => client.addUsers([{ id: "a" }]), () => client.getUsers(["a"]), () => client.deleteUsers(["a"]),
          () => client.user("another").create(), () => client.flagUser("a"), () => client.createUserToken("a"),
        ];
        return Promise.all(calls.map(async (call) => { const { code, status } = await outcome(call); return { code, status }; }));
      }, given());
      const [notAllowed, wrongCredentials] = [{ code: "not_allowed", status: 403 }, { code: "wrong_credentials" }];
      assert.deepEqual(seen, [wrongCredentials, wrongCredentials, wrongCredentials, notAllowed, wrongCredentials, wrongCredentials]);
    });

    test("batches pass with the other build, where the check for browsers is switched off", async () => {
      const seen = await run(async ({ key, options, id }, secret) => {
        const { connect } = await import("./package/index.js");
        const client = connect(key, secret, undefined, { ...options, browser: false });
        const added = await client.addUsers([{ id: `${id}-1`, data: { a: 1 } }, client.user(`${id}-2`)]);
        const found = await client.getUsers([`${id}-1`, `${id}-2`, `${id}-3`]);
        const gone = await client.deleteUsers([`${id}-1`, `${id}-2`]);
        return [added.created_users.length, found.users.length, gone.deleted_user_ids];
      }, given(), SECRET);
      assert.deepEqual(seen, [2, 2, [`${id}-1`, `${id}-2`]]);
    });

    test("this build does not sign, wherever it is", async () => {
      const seen = await run((secret) => outcome(async () => {
        userHandle.connect("key", secret, undefined, { browser: false });
      }), SECRET);
      assert.deepEqual([seen.name, seen.code, seen.message, seen.hint], [
        "SiteError", "wrong_credentials", "the app secret was given to a build that cannot sign with it",
        "import user-handle/server, or build with `server`",
      ]);
    });

    test("the app secret is refused", async () => {
      const seen = await run((secret) => outcome(async () => userHandle.connect("key", secret)), SECRET);
      assert.deepEqual([seen.name, seen.code, seen.message, seen.known], [
        "FeedError", "secret_in_browser", "the app secret was given to a browser, where everybody can read it", true,
      ]);
    });

    test("rate limits are read across origins, on success and on failure", async () => {
      const [limits, event] = await run(async ({ key, token, options, id }) => {
        const client = userHandle.connect(key, token, undefined, options);
        const events = [];
        client.on("response", (event) => events.push(event));
        await outcome(() => client.user(`${id}-missing`).get());
        return [client.rateLimit, events[0]];
      }, given());
      assert.equal(limits.limit, 100_000);
      assert.ok(limits.remaining < limits.limit && limits.reset > 1.7e9, JSON.stringify(limits));
      assert.deepEqual(event.rateLimit, limits);
      assert.equal(event.status, 404);
    });

    for (const [code, answer, call, expected] of [
      ["unauthorized", { status: 401 }, "get", { status: 401, attempts: 1 }],
      ["invalid_input", { status: 400 }, "update", { status: 400, attempts: 1 }],
      ["too_large", { status: 413 }, "update", { status: 413, attempts: 1 }],
      ["rate_limited", { status: 429 }, "get", { status: 429, attempts: 1, retryable: true }],
      ["server_error", { status: 500 }, "update", { status: 500, retryable: true, mayHaveBeenApplied: true }],
      ["api_error", { status: 418 }, "get", { status: 418 }],
      ["invalid_response", { body: "<html>" }, "get", { phase: "body" }],
      ["network", { cut: true }, "get", { phase: "body" }],
      ["network", "reset", "update", { phase: "headers", mayHaveBeenApplied: true }],
      ["outcome_unknown", "reset", "create", { phase: "headers", mayHaveBeenApplied: true }],
      ["timeout", "silence", "get", { phase: "headers", retryable: true }],
      ["outcome_unknown", "silence", "create", { phase: "headers", mayHaveBeenApplied: true }],
    ]) {
      test(`${code} from ${JSON.stringify(answer)} at ${call}`, async () => {
        recorder.answer = answering(answer);
        const seen = await run((api, call, timeout) => {
          const client = userHandle.connect("key", null, undefined, { baseUrl: api, retries: 0, timeout });
          return outcome(() => client.user("ada")[call]());
        }, recorder.api, call, answer === "silence" ? 100 : PATIENCE);
        assert.deepEqual({ code: seen.code, known: seen.known }, { code, known: true }, seen.message);
        for (const [name, value] of Object.entries(expected)) assert.equal(seen[name], value, name);
      });
    }

    test("an answer that CORS hides is a lost connection, with a hint at the policy", async () => {
      recorder.answer = () => ({ body: record("ada") });
      const seen = await run((api) =>
        outcome(() => userHandle.connect("key", null, undefined, { baseUrl: api, retries: 0 }).user("ada").get()),
      recorder.api);
      assert.deepEqual([seen.code, seen.message], ["network", "get of user ada failed: no response arrived"]);
    });

    test("abort, before and during a call, rejects with the reason itself", async () => {
      recorder.answer = answering("silence");
      const seen = await run(async (api) => {
        const client = userHandle.connect("key", null, undefined, { baseUrl: api });
        const reason = { mine: true };
        const caught = [];
        await client.user("ada").get({ signal: AbortSignal.abort(reason) }).catch((error) => caught.push(error === reason));
        const controller = new AbortController();
        client.on("request", () => setTimeout(() => controller.abort(reason)));
        await client.user("ada").update({}, { signal: controller.signal }).catch((error) => caught.push(error === reason));
        await client.user("ada").get({ signal: AbortSignal.timeout(10) }).catch((error) => caught.push(error.name));
        return caught;
      }, recorder.api);
      assert.deepEqual(seen, [true, true, "TimeoutError"]);
    });

    test("bad input is refused in the same words, and the next call works", async () => {
      const seen = await run(async ({ key, token, options, id }) => {
        const client = userHandle.connect(key, token, undefined, options);
        const user = client.user(id);
        await user.getOrCreate();
        const refusals = {};
        for (const { title, make } of hostile.badConnections) {
          refusals[`connect: ${title}`] = await outcome(async () => userHandle.connect(...make()));
        }
        for (const { title, make } of hostile.badIds) refusals[`id: ${title}`] = await outcome(async () => client.user(make()));
        for (const { title, make } of hostile.badData) {
          refusals[`data: ${title}`] = await outcome(() => user.update(make()));
          await user.get();
        }
        return refusals;
      }, given());
      const expected = {};
      const expect = (title, code, { text, name = "ValidationError" }) => (expected[title] = `${name} ${code}: ${text}`);
      for (const it of badConnections) expect(`connect: ${it.title}`, it.code ?? "invalid_option", { name: "FeedError", ...it });
      for (const it of badIds) expect(`id: ${it.title}`, "invalid_id", it);
      for (const it of badData) expect(`data: ${it.title}`, it.code ?? "unrepresentable_value", it);
      const told = Object.entries(seen).map(([title, { name, code, message }]) => [title, `${name} ${code}: ${message}`]);
      assert.deepEqual(Object.fromEntries(told), expected);
      assert.ok(Object.values(seen).every(({ known }) => known));
    });

    test("no request carries a cookie, a referrer or a header that CORS does not list", async () => {
      recorder.answer = answering({ body: record("ada") });
      recorder.requests.length = 0;
      await run((api, token) => userHandle.connect("key", token, undefined, { baseUrl: api }).user("ada").update({}).then(() => null),
        recorder.api, signer.createUserToken("ada"));
      const [preflight, request] = recorder.requests;
      assert.equal(preflight.method, "OPTIONS");
      assert.equal(preflight.headers["access-control-request-headers"], "authorization,content-type,stream-auth-type,x-stream-client");
      assert.equal(request.headers.cookie, undefined);
      assert.equal(request.headers.referer, undefined);
      assert.match(request.headers["x-stream-client"], /^user-handle-js-/);
    });

    test("nothing was thrown that nobody caught", () => assert.deepEqual(problems, []));
  });
}

test("a page whose policy forbids WebAssembly is told what to add", async () => {
  const { run } = await open("page", "/no-wasm");
  const seen = await run(() => outcome(async () => userHandle.connect("key", null)));
  assert.deepEqual([seen.name, seen.code, seen.message, seen.hint], [
    "SiteError", "unsupported_runtime", "WebAssembly could not be started here",
    "add 'wasm-unsafe-eval' to script-src, or import user-handle/no-wasm instead",
  ]);
});

/** Answers with CORS headers; preflights always, whatever follows. */
function answering(answer) {
  return ({ method }) => {
    if (method === "OPTIONS") return { status: 200, headers: CORS, body: "" };
    return typeof answer === "string" ? answer : { body: {}, ...answer, headers: CORS };
  };
}
