// Hostile values, thousands of them, for every public method. Each call ends with a typed error, with the caller's own
// abort reason, or with an equal round trip; after each the client works, and nothing of the world around it changed.
//
// The seed is fixed, so that every run tries the same values; fast-check prints it, with the path to what failed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";

import fc from "fast-check";

import * as hostile from "../support/hostile-values.mjs";
import { watchInstances } from "../support/memory.mjs";
import { fresh } from "../support/package.mjs";
import { record } from "../support/recorder.mjs";

const SEED = 20261121;
const RUNS = 250;
/** At most so much linear memory, however hostile the values: sixteen pages. */
const MEMORY_BYTES = 16 * 65_536;

const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
// Not signed: nobody here looks at the signature.
const TOKEN = "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30";

const instances = [];
const restore = watchInstances(instances);
const api = await fresh();
after(restore);

/** A service that gives back what it is sent. */
async function echo(url, { method, body }) {
  const path = new URL(url).pathname.replace("/api/v1.0/", "");
  // An import sends bytes.
  const given = body === undefined ? undefined : JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
  if (path === "users/") {
    const users = (given?.users ?? []).map(({ id, data }) => ({ ...record(id, data), duration: undefined }));
    return answer({ created_users: users, users: [], deleted_user_ids: [], duration: "0.00ms" });
  }
  if (method === "DELETE" || path === "moderation/flag") return answer({ duration: "0.00ms" });
  return answer(record(given?.id ?? path.split("/")[1], given?.data ?? {}));
}

const answer = (body) => new Response(JSON.stringify(body), { status: 200 });

const connect = (credential, options) =>
  api.connect("key", credential, undefined, { fetch: echo, retries: 0, ...options });
const bystander = connect(TOKEN);

/** A client for as long as `run` takes. */
async function withClient(credential, options, run) {
  const client = connect(credential, options);
  const { value, error } = await settled(() => run(client));
  client[dispose]();
  await assertHealthy();
  return { value, error };
}

/** What hostile values can reach. */
function world(client) {
  const reasons = [];
  const entered = [];
  let depth = 0;
  return {
    reasons,
    entered,
    reason(value) {
      reasons.push(value);
      return value;
    },
    enter() {
      // Ten times are enough, and a value that enters the client is sent by none of them.
      if (entered.length >= 10 || depth > 0) return;
      depth += 1;
      entered.push(settled(async () => client.user("inner").update({ inner: true })));
      entered.push(settled(async () => [client.userId, client.rateLimit, client.user("../x")]));
      depth -= 1;
    },
    dispose: () => client[dispose](),
  };
}

async function settled(run) {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

/** Fails unless the error is one of the package, or a reason of the caller's. A trap would be `internal`: a defect. */
function assertTyped(error, reasons = []) {
  if (reasons.includes(error)) return;
  if (!api.isUserHandleError(error)) assert.fail(`not an error of the package: ${inspect(error)}`);
  // Its cause may be hostile: it is not inspected.
  assert.notEqual(error.code, "internal", error.message);
  assert.ok(error instanceof Error && typeof error.message === "string" && error.message.length > 0);
}

const jsonOf = (value) => JSON.parse(JSON.stringify(value));

/** What is stored for this recipe of data: it must make JSON, or nothing may be sent. */
const stored = (recipe) => jsonOf(recipe.make(hostile.QUIET) ?? {});

const snapshot = () => [Object.prototype, Array.prototype, Function.prototype, Promise.prototype].flatMap((prototype) =>
  Reflect.ownKeys(prototype).flatMap((name) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, name);
    return [name, value, get, set];
  }));
const untouched = snapshot();

async function assertHealthy() {
  const data = { steady: true };
  assert.deepEqual((await bystander.user("health").update(data)).data, data);
  assert.equal(instances.length, 1, "the module was started again");
}

function assertUntouched() {
  const now = snapshot();
  const isSame = now.length === untouched.length && now.every((it, index) => Object.is(it, untouched[index]));
  assert.ok(isSame, "a prototype changed");
}

/**
 * Every method that gives a promise: the recipes of its arguments, the call itself, and what a success must be.
 * `client` has the app secret, `own` a user token.
 */
const calls = {
  "user.create": [[hostile.data, hostile.options], ({ user }, ...given) => user.create(...given), roundTrip],
  "user.getOrCreate": [[hostile.data, hostile.options], ({ user }, ...given) => user.getOrCreate(...given), roundTrip],
  "user.update": [[hostile.data, hostile.options], ({ user }, ...given) => user.update(...given), roundTrip],
  "user.get": [[hostile.options], ({ user }, ...given) => user.get(...given)],
  "user.profile": [[hostile.options], ({ user }, ...given) => user.profile(...given)],
  "user.delete": [[hostile.options], ({ user }, ...given) => user.delete(...given)],
  "user.flag": [[hostile.options], ({ user }, ...given) => user.flag(...given)],
  "user.create, with data that was set on the handle": [[hostile.data], ({ user }, data) => {
    user.data = data;
    return user.create();
  }, roundTrip],
  "user.update, with an id that was set on the handle": [[hostile.id, hostile.data], ({ user }, id, data) => {
    user.id = id;
    return user.update(data);
  }, (user, id, data) => assert.deepEqual(user.data, stored(data))],
  "users.add": [[hostile.id, hostile.data, hostile.options], ({ client }, ...given) => client.users.add(...given),
    (user, id, data) => roundTrip(user, data)],
  "users.get": [[hostile.id, hostile.options], ({ client }, ...given) => client.users.get(...given)],
  "users.update": [[hostile.id, hostile.data, hostile.options], ({ client }, ...given) => client.users.update(...given),
    (user, id, data) => roundTrip(user, data)],
  "users.delete": [[hostile.id, hostile.options], ({ client }, ...given) => client.users.delete(...given)],
  "setUser": [[hostile.data, hostile.options], ({ own }, ...given) => own.setUser(...given), (user, data) => {
    // A key `id` is ignored.
    const { id, ...kept } = stored(data);
    assert.deepEqual(user.data, kept);
  }],
  "addUsers": [[hostile.batch(hostile.newUser), hostile.anything, hostile.options],
    ({ client }, ...given) => client.addUsers(...given), ({ created_users }, users) => {
      // As JSON each, and without data `{}`.
      const sent = [...users.make(hostile.QUIET)].map(({ id, data }) => [id, jsonOf(data ?? {})]);
      assert.deepEqual(created_users.map(({ id, data }) => [id, data ?? {}]), sent);
    }],
  "getUsers": [[hostile.batch(hostile.id), hostile.options], ({ client }, ...given) => client.getUsers(...given)],
  "deleteUsers": [[hostile.batch(hostile.id), hostile.options], ({ client }, ...given) => client.deleteUsers(...given)],
  "users.import": [[hostile.batch(hostile.newUser), hostile.options], ({ client }, source, options) => client.users.import(source, options),
    ({ read, stored, failed, checkpoint }) => assert.deepEqual([stored + failed, checkpoint], [read, read])],
  "enrich": [[hostile.data, hostile.options], ({ client }, value, options) => client.enrich([value], options)],
  "flagUser": [[hostile.id, hostile.options], ({ client }, ...given) => client.flagUser(...given)],
};

const levels = (value) =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levels)) : 0;

function roundTrip(user, data) {
  assert.deepEqual(user.data, stored(data));
  assert.ok(levels(user.data) <= 64, "data deeper than 64 levels was sent");
  assert.equal(user.full.data, user.data);
}


/** A client with the secret, one with a token, and a handle; disposed of from the start, or at the end. */
function clients(isDisposed) {
  const given = { client: connect("secret"), own: connect(TOKEN) };
  const user = given.client.user("ada");
  if (isDisposed) for (const it of Object.values(given)) it[dispose]();
  return { ...given, user };
}

const isDisposed = fc.integer({ min: 0, max: 9 }).map((number) => number === 0);

function asynchronous([recipes, call, check = () => {}]) {
  return fc.asyncProperty(isDisposed, fc.tuple(...recipes), async (disposed, given) => {
    const set = clients(disposed);
    const around = world(recipes === calls.setUser[0] ? set.own : set.client);
    const made = given.map(({ make }) => make(around));
    const promise = call(set, ...made);
    assert.ok(promise instanceof Promise);
    const { value, error } = await settled(() => promise);
    if (value === undefined) assertTyped(error, around.reasons);
    else check(value, ...given);
    if (disposed) assert.equal(value, undefined);
    for (const inner of await Promise.all(around.entered)) if (inner.error !== undefined) assertTyped(inner.error);
    for (const it of [set.client, set.own]) it[dispose]();
    await assertHealthy();
  });
}

/** Methods that answer at once: they throw a typed error, or `check` what they give. */
function synchronous(recipes, call, check = () => {}) {
  return fc.asyncProperty(isDisposed, fc.tuple(...recipes), async (disposed, given) => {
    const set = clients(disposed);
    const around = world(set.client);
    const made = given.map(({ make }) => make(around));
    let value;
    let error;
    try {
      value = call(set, ...made);
    } catch (thrown) {
      error = { thrown };
    }
    if (error) assertTyped(error.thrown);
    else check(value, ...given);
    for (const inner of await Promise.all(around.entered)) if (inner.error !== undefined) assertTyped(inner.error);
    for (const it of [set.client, set.own]) it[dispose]();
    await assertHealthy();
  });
}

/** Options of `connect` by their names. */
const clientOptions = fc.oneof(hostile.options, fc.dictionary(
  fc.constantFrom(
    "baseUrl", "location", "local", "urlOverride", "protocol", "version", "group", "expireTokens", "browser", "fetch",
    "timeout", "deadline", "retries", "gather",
  ),
  fc.oneof(hostile.anyText, hostile.anything), { minKeys: 1, maxKeys: 3 },
).map((given) => ({
  show: JSON.stringify(Object.entries(given).map(([name, { show }]) => [name, show])),
  make: (around) => Object.fromEntries(Object.entries(given).map(([name, { make }]) => [name, make(around)])),
  [fc.toStringMethod]() { return this.show; },
})));

/** Those that answer at once take no time, and are tried more often. */
const atOnce = {
  "connect": () => synchronous(
    [
      fc.oneof(hostile.anyText, hostile.id), fc.oneof(hostile.anyText, hostile.anything), hostile.anything,
      clientOptions,
    ],
    (_, ...given) => api.connect(...given),
    (client) => {
      inspect(client, { showHidden: true });
      JSON.stringify(client);
      for (const name of ["apiKey", "appId", "baseUrl", "userId", "currentUser", "rateLimit"]) void client[name];
      assert.ok(client instanceof api.Client);
      client[dispose]();
    },
  ),
  "client.user": () => synchronous([hostile.id], ({ client }, id) => client.user(id), (user, id) => {
    assert.equal(user.id, id.make(hostile.QUIET));
    assert.deepEqual(JSON.parse(JSON.stringify(user)), { id: user.id });
  }),
  "references": () => synchronous([hostile.data], ({ client }, value) => client.references(value)),
  "users.ref": () => synchronous(
    [hostile.id], ({ client }, id) => client.users.ref(id), (ref) => assert.match(ref, /^SU:[\w-]+$/),
  ),
  "createUserToken": () => synchronous(
    [hostile.id, hostile.data], ({ client }, ...given) => client.createUserToken(...given), (token, id, claims) => {
      const told = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      const { user_id, ...kept } = stored(claims);
      assert.deepEqual(told, { ...kept, user_id: id.make(hostile.QUIET) });
    },
  ),
  "on": () => synchronous(
    [hostile.anything, hostile.anything], ({ client }, ...given) => client.on(...given), (end) => end(),
  ),
  "off": () => synchronous([hostile.anything], ({ client }, event) => client.off(event)),
  "isUserHandleError": () => synchronous(
    [hostile.anything], (_, value) => api.isUserHandleError(value), (is) => assert.equal(is, false),
  ),
};

const properties = {
  ...Object.fromEntries(Object.entries(calls).map(([name, table]) => [name, () => asynchronous(table)])),
  ...atOnce,
  "what a token provider gives": () => fc.asyncProperty(hostile.anything, async (token) => {
    const provider = () => token.make(hostile.QUIET);
    const { value, error } = await withClient(provider, { deadline: 20 }, (client) => client.user("ada").update({}));
    if (value === undefined) assertTyped(error);
  }),
  "what a token provider throws": () => fc.asyncProperty(hostile.anything, async (cause) => {
    const provider = () => { throw cause.make(hostile.QUIET); };
    const { error } = await withClient(provider, {}, (client) => client.user("ada").update({}));
    assertTyped(error);
    assert.equal(error.code, "token_provider");
  }),
  "what fetch gives": () => fc.asyncProperty(hostile.anything, async (response) => {
    const fetch = () => response.make(hostile.QUIET);
    assertTyped((await withClient(TOKEN, { fetch, timeout: 20 }, (client) => client.user("ada").update({}))).error);
  }),
  "what fetch throws": () => fc.asyncProperty(hostile.anything, async (cause) => {
    const fetch = () => { throw cause.make(hostile.QUIET); };
    assertTyped((await withClient(TOKEN, { fetch }, (client) => client.user("ada").update({}))).error);
  }),
  "parts of what fetch gives": () => fc.asyncProperty(
    fc.record({ status: hostile.anything, headers: hostile.anything, body: hostile.anything, text: hostile.anything }),
    fc.subarray(["status", "headers", "body", "text"]),
    async (parts, wrong) => {
      const text = JSON.stringify(record("ada"));
      const right = { status: 200, headers: new Headers(), body: null, text: async () => text };
      const made = Object.fromEntries(wrong.map((name) => [name, parts[name].make(hostile.QUIET)]));
      if (wrong.includes("text")) Object.assign(made, { text: async () => parts.text.make(hostile.QUIET) });
      const fetch = async () => ({ ...right, ...made });
      const { value, error } = await withClient(TOKEN, { fetch, timeout: 20 }, (client) => client.user("ada").get());
      if (value === undefined) assertTyped(error);
    },
  ),
  "JSON that the service sends": () => fc.asyncProperty(hostile.data, fc.boolean(), async (sent, isWhole) => {
    let text;
    try {
      const value = sent.make(hostile.QUIET);
      text = JSON.stringify(isWhole ? value : record("ada", value));
    } catch {
      return; // It makes no JSON, so no service sends it.
    }
    const fetch = async () => new Response(text ?? "");
    for (const run of [
      (client) => client.user("ada").get(), (client) => client.user("ada").delete(),
      (client) => client.getUsers(["ada"]),
    ]) {
      const { value, error } = await withClient(TOKEN, { fetch }, run);
      if (value === undefined) assertTyped(error);
    }
  }),
};

/** Each property has its own values. */
async function check(name, index) {
  await fc.assert(properties[name](), {
    seed: SEED + index, numRuns: name in atOnce ? 4 * RUNS : RUNS, includeErrorInReport: true,
  });
  assertUntouched();
}

before(assertHealthy);

describe(`seed ${SEED}, at least ${RUNS} runs each`, () => {
  for (const [index, name] of Object.keys(properties).entries()) test(name, () => check(name, index));
});

test("1 000 calls in parallel on one handle, hostile ones among them", async () => {
  const client = connect("secret");
  const user = client.user("ada");
  const around = world(client);
  const samples = fc.sample(fc.tuple(hostile.data, hostile.options), { seed: SEED, numRuns: 500 });
  const verbs = ["create", "getOrCreate", "update"];
  const outcomes = await Promise.all(samples.flatMap(([data, options], index) => [
    settled(() => user[verbs[index % 3]](data.make(around), options.make(around))),
    settled(() => user.update({ index })),
  ]));
  for (const { value, error } of outcomes) {
    if (value === undefined) assertTyped(error, around.reasons);
    else assert.equal(value, user);
  }
  await assertHealthy();
});

test("1 000 calls in parallel on one handle all end well", async () => {
  const client = connect("secret");
  const user = client.user("ada");
  const values = await Promise.all(Array.from({ length: 1000 }, (_, index) => user.update({ index })));
  assert.ok(values.every((value) => value === user));
  await assertHealthy();
});

describe("the module's memory", () => {
  const { memory, __wbindgen_externrefs: table } = instances[0];

  test("is bounded, however hostile the values were", () => {
    assert.ok(memory.buffer.byteLength <= MEMORY_BYTES, `${memory.buffer.byteLength} bytes`);
  });

  // A reference that each of them left behind would not fit: the table has fewer places than there are calls.
  for (const [title, make] of Object.entries({
    "values": () => ({ a: 1 }),
    "values that are refused": () => ({ a: NaN }),
    "getters that throw": () => ({ get a() { throw new Error("hostile"); } }),
    "toJSON that enters the client": () => ({ toJSON: () => void bystander.user("../x") }),
  })) {
    test(`keeps nothing of ${title}`, async () => {
      const size = () => ({ bytes: memory.buffer.byteLength, references: table.length });
      const before = size();
      for (let left = before.references; left > 0; left -= 1) await settled(() => bystander.user("ada").update(make()));
      assert.deepEqual(size(), before);
    });
  }
});
