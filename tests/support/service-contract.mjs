// What the service answers, as scenarios that are run against the real server and against the stand-in of
// user-handle/testing: both have to give the same.
//
// A set-up is `{ api, client, asUser, raw }`: the package, a client with the app secret, a client with a user's token
// by id and claims, and a request past the client, which gives `{ status, text }`.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

import { KEY, SECRET } from "./server.mjs";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DURATION = /^\d+\.\d\dms$/;

/** A token with any header and claims, texts of JSON or values. */
export function sign(claims, header = { alg: "HS256" }) {
  const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

const SERVER_TOKEN = sign({ resource: "*", action: "*", feed_id: "*" });

/** A set-up on this API root. */
export function setUp(api, baseUrl, fetch) {
  const options = { baseUrl, fetch, retries: 0 };
  const client = api.connect(KEY, SECRET, undefined, options);
  return {
    api,
    client,
    asUser: (id, claims) => api.connect(KEY, client.createUserToken(id, claims), undefined, options),
    async raw(method, path, { token = SERVER_TOKEN, body, key = KEY } = {}) {
      const url = `${baseUrl}v1.0/${path}${path.includes("?") ? "&" : "?"}${key === null ? "" : `api_key=${key}`}`;
      const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
      const headers = token === null ? {} : { authorization: token };
      const response = await fetch(url, { method, body: text, headers });
      return { status: response.status, text: await response.text() };
    },
  };
}

/** How a call ended, without what is never twice the same. */
async function outcome(api, run) {
  try {
    return comparable(await run());
  } catch (error) {
    assert.ok(api.isUserHandleError(error), error.stack);
    const { name, code, message, status, apiCode, exception, detail, attempts, retryable, mayHaveBeenApplied } = error;
    const told = { name, code, message, status, apiCode, exception, detail, attempts, retryable, mayHaveBeenApplied };
    return { ...told, body: comparable(error.error) };
  }
}

/** Times are compared with each other, ids of flags and durations by their form. */
function comparable(value) {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  // A handle is its record; and the answer of a request past the client is compared as text, for the order of its keys.
  if (typeof value.toJSON === "function") return comparable(value.toJSON());
  if ("text" in value) {
    const body = JSON.parse(value.text);
    return { status: value.status, keys: keysOf(body), ...comparable(body) };
  }
  const { created_at, updated_at, flag_id, duration, ...rest } = value;
  for (const [given, form] of [[created_at, TIME], [updated_at, TIME], [flag_id, UUID], [duration, DURATION]]) {
    if (given !== undefined) assert.match(given, form);
  }
  const order = updated_at > created_at ? "later" : updated_at === created_at;
  const times = updated_at === undefined ? {} : { updated: order };
  for (const list of ["created_users", "users"]) if (list in rest) rest[list] = comparable(rest[list]);
  const seen = { created: created_at !== undefined, flagged: flag_id !== undefined, timed: duration !== undefined };
  return { ...rest, data: rest.data, ...times, ...seen };
}

const keysOf = (body) =>
  Object.entries(body).map(([key, value]) => (Array.isArray(value) ? [key, value.map(keysOf)] : key));

/** `id` and `data`, to write tables with. */
const newUser = (id, data) => ({ id, ...(data === undefined ? {} : { data }) });

/** Data of exactly so many bytes, and so many levels. */
const dataOf = (bytes) => ({ x: "x".repeat(bytes - 8) });
const nested = (levels) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

const manyIds = Array.from({ length: 1_000 }, (_, index) => `b-many-${index}`);

const [ok, created] = [200, 201];

/**
 * The scenarios. Each step gives a promise; beside it stands the status that it comes to, so that two answers cannot be
 * equal and both wrong.
 */
const scenarios = {
  "one user, from its creation to its end": ({ client }) => {
    const user = client.user("life");
    return [
      [404, () => user.get()],
      [created, () => user.create({ name: "Ada", tags: ["é", null, "😀"], deep: { n: [1.5, -0, 1e21, true] } })],
      [409, () => client.user("life").create({ name: "Eve" })],
      [created, () => client.user("life").create({ name: "Eve" }, { get_or_create: true })],
      [created, () => client.user("life").getOrCreate({ name: "Eve" })],
      [ok, () => client.user("life").get()],
      [ok, () => client.user("life").get({ with_follow_counts: true })],
      [ok, () => client.user("life").profile()],
      [created, () => user.update({ name: "Ada Lovelace" })],
      [created, () => user.update()],
      [ok, () => client.user("life").get()],
      [ok, () => user.delete()],
      [404, () => user.get()],
      [404, () => user.update({})],
      [404, () => user.delete()],
      [created, () => user.create()],
    ];
  },
  "data comes back as it was sent": ({ client }) => [
    { "__proto__": null }, JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":null}'), { 2: 1, 1: 2, "": {} },
    { quote: '"\\/\b\f\n\r\t\u0000\u2028' }, dataOf(10_240), { a: "é".repeat(5_116) }, JSON.parse(nested(64)),
    { gone: undefined }, { at: new Date(0) }, { n: [0.1, 5e-324, 1.7976931348623157e308, 2 ** 53] },
  ].flatMap((data, index) => [
    [created, () => client.user(`data-${index}`).create(data)],
    [ok, () => client.user(`data-${index}`).get()],
  ]),
  "times: a creation has one, an update a later one": ({ client }) => {
    const user = client.user("times");
    return [
      [created, () => user.create()],
      [created, async () => {
        const before = user.full;
        await user.update({ a: 1 });
        const { created_at, updated_at } = user.full;
        return { kept: created_at === before.created_at, moved: updated_at > before.updated_at };
      }],
      [created, async () => {
        const before = user.full;
        return { same: JSON.stringify((await client.user("times").getOrCreate({})).full) === JSON.stringify(before) };
      }],
    ];
  },
  "batches": ({ client }) => [
    [created, () => client.addUsers([newUser("b-1", { v: 1 }), newUser("b-2")])],
    [created, () => client.addUsers([newUser("b-1", { v: 2 }), newUser("b-3", { v: 2 })])],
    [ok, () => client.user("b-1").get()],
    [created, () => client.addUsers([newUser("b-1", { v: 3 }), newUser("b-3")], true)],
    [created, () => client.addUsers([newUser("b-4", { v: 1 }), newUser("b-4", { v: 2 })])],
    [created, () => client.addUsers([newUser("b-4", { v: 3 }), newUser("b-5"), newUser("b-4", { v: 4 })], true)],
    [created, () => client.addUsers([])],
    [ok, () => client.getUsers(["b-3", "b-none", "b-1", "b-3", "b-4"])],
    [ok, () => client.getUsers([])],
    [ok, () => client.getUsers(["b-none"])],
    [ok, () => client.deleteUsers(["b-1", "b-none", "b-1"])],
    [ok, () => client.getUsers(["b-1", "b-2"])],
    [ok, () => client.deleteUsers([])],
    [created, () => client.addUsers(manyIds.map((id, index) => newUser(id, { index })))],
    [ok, () => client.deleteUsers(manyIds)],
  ],
  "users with tokens change only themselves, and read all": ({ client, asUser }) => {
    const [alice, bob] = [asUser("t-alice"), asUser("t-bob")];
    return [
      [404, () => alice.currentUser.get()],
      [created, () => alice.setUser({ id: "ignored", name: "Alice" })],
      [created, () => alice.setUser({ name: "Eve" })],
      [created, () => alice.currentUser.update({ name: "Alice L." })],
      [ok, () => bob.user("t-alice").get()],
      [ok, () => bob.user("t-alice").profile()],
      ...["create", "getOrCreate", "update", "delete"].map((verb) => [403, () => bob.user("t-alice")[verb]({})]),
      // Whether there is such a user is not told.
      ...["create", "getOrCreate", "update", "delete"].map((verb) => [403, () => bob.user("t-nobody")[verb]({})]),
      [404, () => bob.user("t-nobody").get()],
      [403, () => bob.addUsers([newUser("t-bob")])],
      [403, () => bob.getUsers(["t-alice"])],
      [403, () => bob.deleteUsers(["t-alice"])],
      [ok, () => alice.currentUser.delete()],
      [404, () => client.user("t-alice").get()],
    ];
  },
  "flags": ({ client, asUser, raw }) => [
    [created, () => client.flagUser("f-bad", { reason: "spam", user_id: "f-me" })],
    [created, () => client.user("f-bad").flag()],
    [0, () => asUser("f-me").flagUser("f-bad")],
    [403, () => raw("POST", "moderation/flag/", { token: sign({ user_id: "f-me" }), body: "" })],
    ...[
      [created, { entity_type: "stream:feeds:v2:activity", entity_id: "f-1", custom: {}, reason: null, user_id: null }],
      [400, { entity_id: "f-1" }], [400, { entity_type: "user", entity_id: "f-1" }],
      [400, { entity_type: "stream:user" }],
      [400, { entity_type: "stream:user", entity_id: "" }], [400, { entity_type: 7, entity_id: "f-1" }],
      [400, { entity_type: "stream:user", entity_id: "f-1", user_id: "a b" }],
      [400, { entity_type: "stream:user", entity_id: "f-1", reason: [] }], [400, []], [400, ""],
    ].map(([status, body]) => [status, () => raw("POST", "moderation/flag", { body })]),
  ],
  "a client without credentials, and one with a key that is unknown": ({ raw }) => [
    [403, () => raw("GET", "user/c/", { token: null })],
    [403, () => raw("GET", "user/c/", { token: "" })],
    [401, () => raw("GET", "user/c/", { key: "another" })],
    [401, () => raw("GET", "user/c/", { key: "" })],
    [401, () => raw("GET", "user/c/", { key: null })],
    [401, () => raw("GET", "user/c/", { key: null, token: null })],
  ],
  "tokens that are refused": ({ raw }) => [
    "secret", "a.b", "a.b.c.d", "=.e30.e30", "e30.%.e30", "e30.e30.%", "e30.e31.e30", "a".repeat(8_193),
    `Bearer ${SERVER_TOKEN}`, "e30.e30.e30",
    ...[{ alg: "none" }, {}, [], "{", { alg: "HS256", crit: [] }].map((header) => sign({ user_id: "k" }, header)),
    sign("[]"), sign("{"), sign("null"),
    sign({}), sign({ user_id: 7 }), sign({ user_id: "" }), sign({ user_id: "a b" }), sign({ user_id: "x".repeat(256) }),
    sign({ resource: "*" }), sign({ action: "*", user_id: "k" }), sign({ resource: "*", action: [] }),
    ...[
      { feed_id: 7 }, { exp: 1_600_000_000 }, { nbf: 4_102_444_800 }, { iat: 4_102_444_800 }, { exp: "soon" },
      { nbf: null }, { iat: "1" },
    ].map((claims) => sign({ user_id: "k", ...claims })),
  ].map((token) => [403, () => raw("GET", "user/k/", { token })]),
  "tokens that are good": ({ raw, asUser }) => [
    ...[
      { user_id: "g", exp: 4_102_444_800, nbf: 1_600_000_000, iat: 1_600_000_000 }, { user_id: "g", role: "é" },
      { user_id: "*", resource: "users", action: "*", feed_id: "*" }, { resource: "feed, users", action: "write,read" },
    ].map((claims) => sign(claims, { typ: "JWT", alg: "HS256", kid: "1" }))
      .map((token) => [404, () => raw("GET", "user/g/", { token })]),
    [404, () => asUser("g", { exp: Math.floor(Date.now() / 1_000) + 60 }).currentUser.get()],
    [404, () => asUser("g", { exp: Math.floor(Date.now() / 1_000) - 30 }).user("g").delete()],
  ],
  "server tokens reach as far as their resource and action": ({ raw }) =>
    ["*", "users", "moderation", "feed,users", "feed", ""].flatMap((resource) =>
      ["*", "read", "write", "delete", "read, write"].flatMap((action) => {
        const token = sign({ resource, action });
        const may = (needed, verb) => [["*", needed], ["*", verb]].every((names, index) =>
          [resource, action][index].split(",").some((name) => names.includes(name.trim())));
        return [
          [may("users", "read") ? 404 : 403, () => raw("GET", "user/s/", { token })],
          [may("users", "write") ? 404 : 403, () => raw("PUT", "user/s/", { token, body: {} })],
          [may("users", "delete") ? 404 : 403, () => raw("DELETE", "user/s/", { token })],
          [may("users", "write") ? 201 : 403, () => raw("POST", "users/", { token, body: { users: [] } })],
          [may("users", "read") ? 200 : 403, () => raw("GET", "users/?ids=s", { token })],
          [may("users", "delete") ? 200 : 403, () => raw("DELETE", "users/?ids=s", { token })],
          [may("moderation", "write") ? 400 : 403, () => raw("POST", "moderation/flag", { token, body: {} })],
        ];
      })),
  "bad ids": ({ raw }) => [
    "", "a b", "../x", "a/b", "é", "a😀", "a\n", "x".repeat(256), 5, {}, ["a"], true, null, undefined,
  ].flatMap((id) => [
    [400, () => raw("POST", "user/", { body: { id } })],
    [400, () => raw("POST", "users/", { body: { users: [newUser("i-1"), { id }] } })],
  ]),
  "bad ids in the path and the query": ({ raw }) => [
    ...["a%20b", "%C3%A9", "a%F0%9F%98%80", "a%2Fb", "%FF", "a:b", "x".repeat(256)].flatMap((id) => [
      [404, () => raw("GET", `user/${id}/`)], [404, () => raw("DELETE", `user/${id}`)],
      [400, () => raw("GET", `users/?ids=i-1,${id}`)], [400, () => raw("DELETE", `users?ids=${id}`)],
    ]),
    [400, () => raw("GET", `users/?ids=${Array(1_001).fill("a")}`)],
    [400, () => raw("GET", "users/")],
    [200, () => raw("GET", "users/?ids=,i-1,,i-2%2Ci-1,&ids=%20")],
  ],
  "bad data": ({ raw }) => [
    ["data", 400], [[1], 400], [5, 400], [true, 400], [dataOf(10_241), 413], [{ a: "é".repeat(5_117) }, 413],
    [{ a: "é".repeat(40_000) }, 413], [{ a: ["\ud800"] }, 400], [{ "\udc00": 1 }, 400],
  ].map(([data, status]) => [JSON.stringify(data), status]).concat([[nested(65), 400], [nested(5_000), 400]])
    .flatMap(([data, status]) => [
      [status, () => raw("POST", "user/", { body: `{"id":"d","data":${data}}` })],
      [status, () => raw("PUT", "user/d/", { body: `{"data":${data}}` })],
      [status, () => raw("POST", "users/", { body: `{"users":[{"id":"d","data":${data}}]}` })],
    ]),
  "no data, as other clients send it": ({ raw }) => [
    ...[{ id: "n" }, { id: "n", data: null }, { id: "n", data: [] }, { id: "n", data: {}, more: 1 }].map((body) =>
      [created, () => raw("POST", "user/?get_or_create=1", { body })]),
    ...[{}, [], { data: null }, { data: [] }, { id: "another", data: {} }].map((body) =>
      [created, () => raw("PUT", "user/n", { body })]),
  ],
  "bad bodies": ({ raw }) =>
    [["POST", "user/"], ["PUT", "user/o/"], ["POST", "users/"]].flatMap(([method, path]) => [
      [400, () => raw(method, path, { body: "" })], [400, () => raw(method, path, { body: "null" })],
      [400, () => raw(method, path, { body: "7" })], [400, () => raw(method, path, { body: "[{}]" })],
      [400, () => raw(method, path, { body: '"text"' })],
    ]),
  "bodies that no JSON.stringify writes": ({ raw }) =>
    [["POST", "user/"], ["PUT", "user/o/"], ["POST", "users/"], ["POST", "moderation/flag"]].flatMap(([method, path]) => [
      "{", "{}x", "id=a", '{"id":"a","id":"b"}', '{"users":[],"users":[]}', '{"entity_type":"x","entity_type":"y"}',
    ].map((body) => [[400, 404], () => raw(method, path, { body })])),
  "numbers and strings that only JSON text has": ({ raw }) => [
    ...['{"a":1e999}', '{"a":-1E400}', '{"a":"\\ud83d"}', '{"\\udc00":1}', '{"a":"\\ud83dx\\ude00"}'].map((data) =>
      [400, () => raw("POST", "user/", { body: `{"id":"json","data":${data}}` })]),
    [created, () => raw("POST", "user/", { body: '{"id":"json","data":{"z":1.0,"a":12345678901234567890,"z":2}}' })],
    [ok, () => raw("GET", "user/json/")],
  ],
  "tokens with a key twice": ({ raw }) => [
    sign('{"user_id":"a","user_id":"b"}'), sign({ user_id: "k" }, '{"alg":"HS256","alg":"HS256"}'),
    sign('{"user_id":"k","exp":1e999}'),
  ].map((token) => [403, () => raw("GET", "user/k/", { token })]),
  "bad batches": ({ raw }) => [
    {}, { users: null }, { users: {} }, { users: "a" }, { users: [7] }, { users: [null] }, { users: [[]] },
    { users: Array(1_001).fill(newUser("a")) }, { users: [], override: 1 }, { users: [], override_existing: "yes" },
  ].map((body) => [400, () => raw("POST", "users/", { body })]),
  "both names of override": ({ raw }) => [
    { override: true }, { override_existing: true }, { override: false, override_existing: null }, {},
  ].map((more) => [created, () => raw("POST", "users", { body: { users: [newUser("w", { v: 1 })], ...more } })]),
  "flags of the query in every spelling": ({ raw }) => [
    [created, () => raw("POST", "user/", { body: newUser("q") })],
    ...["true", "True", "1"].flatMap((yes) => [
      [created, () => raw("POST", `user/?get_or_create=${yes}`, { body: newUser("q") })],
      [ok, () => raw("GET", `user/q/?with_follow_counts=${yes}`)],
    ]),
    ...["false", "False", "0", "0&get_or_create=1"].map((no) =>
      [409, () => raw("POST", `user/?get_or_create=${no}`, { body: newUser("q") })]),
    ...["", "2", "TRUE"].flatMap((neither) => [
      [400, () => raw("POST", `user/?get_or_create=${neither}`, { body: newUser("q") })],
      [400, () => raw("GET", `user/q/?with_follow_counts=${neither}`)],
    ]),
  ],
  "paths and methods that there are not": ({ raw }) => [
    ...["", "nothing/", "user//", "user/a/b/", "user/a//", "users/a/", "moderation/", "Users/"].map((path) =>
      [404, () => raw("GET", path)]),
    [405, () => raw("GET", "user/")], [405, () => raw("POST", "user/a/")], [405, () => raw("PUT", "users/")],
    [405, () => raw("GET", "moderation/flag")], [405, () => raw("GET", "user", { key: null, token: null })],
  ],
};

export const titles = Object.keys(scenarios);

/** The outcomes of a scenario, step after step. */
export async function run(title, setUp) {
  const outcomes = [];
  for (const [index, [status, step]] of scenarios[title](setUp).entries()) {
    const came = await outcome(setUp.api, step);
    const found = came?.status ?? ([200, 201].includes(status) ? status : 0);
    assert.ok([status].flat().includes(found), `${found} for ${status}: step ${index} of "${title}": ${JSON.stringify(came)?.slice(0, 300)}`);
    outcomes.push(came);
  }
  return outcomes;
}
