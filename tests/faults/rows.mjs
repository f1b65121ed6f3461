// Every fault, and what a call comes to: plain data, the same for Node and for pages. suite.mjs runs it, table.mjs
// makes docs/evidence/faults.md of it.
//
// A case: `calls`, of which the last is judged; `script`, what becomes of each attempt (fault-server.mjs), the last
// entry for all further ones; `before`, whether the user exists at the start; `options` of the call; and what is
// expected, in all engines or, below `node`, `chromium` and `firefox`, in one. `without` says why an engine cannot show
// a case.

import { BEFORE, CLIENT } from "./perform.mjs";

const ENGINES = ["node", "chromium", "firefox"];
const NOBODY = null;
/** A record, as text, that the real server never gave. `{id}` is the user who is asked for. */
const user = (data) => `{"id":"{id}","data":${data},"duration":"1ms"}`;

/** Both browsers. */
const inBrowsers = (expected) => ({ chromium: expected, firefox: expected });
const BROWSERS_HAVE_NO_SECRET = inBrowsers("batches need the app secret, which is not for browsers");
const ONLY_BROWSERS_HAVE_CORS = { node: "Node knows no origins" };

const TEXT = {
  headers: "failed: no response arrived",
  body: "failed: the response broke off",
  connect: "failed: the service could not be reached",
};

// What a call comes to.
const succeeds = (attempts = 1, more) => ({ result: "ok", attempts, ...more });
const fails = (code, attempts = 1, more) => ({ code, attempts, mayHaveBeenApplied: false, ...more });
const network = (attempts, phase, more) => fails("network", attempts,
  { phase, text: TEXT[phase], retryable: true, ...more });
const unknown = (phase, more) => fails("outcome_unknown", 1,
  { phase, text: TEXT[phase], mayHaveBeenApplied: true, ...more });
const timeout = (attempts, phase, ms, more) =>
  fails("timeout", attempts, { phase, text: `failed: no answer within ${ms} ms`, retryable: true,
    within: ms * attempts + 2_000, ...more });
const unreadable = (attempts, more) => fails("invalid_response", attempts, { phase: "body", ...more });
const APPLIED = { mayHaveBeenApplied: true };

const READ = { data: BEFORE, database: BEFORE };
const WRITTEN = { data: CLIENT, database: CLIENT };

/** A case that reads an existing user. */
const get = (title, script, expected, more) =>
  ({ title, calls: ["get"], script, before: true, expected: { database: BEFORE, ...expected }, ...more });
const create = (title, script, expected, more) => ({ title, calls: ["create"], script, expected, ...more });
const getOrCreate = (title, script, expected, more) => ({ title, calls: ["getOrCreate"], script, expected, ...more });
const update = (title, script, expected, more) =>
  ({ title, calls: ["update"], script, before: true, expected, ...more });
const remove = (title, script, expected, more) =>
  ({ title, calls: ["delete"], script, before: true, expected, ...more });

const applied = (fault) => ({ ...fault, forward: 1 });

/** An answer that does not come, or breaks off, at each operation. */
const lost = (fault, phase, more = {}) => [
  get("each time", [fault], network(3, phase), more.always),
  get("once", [fault, "serve"], succeeds(2, READ), more.once),
  create("before the service has it", [fault], unknown(phase, { database: NOBODY }), more.always),
  create("after the service has it", [applied(fault)], unknown(phase, { database: CLIENT }), more.applied),
  getOrCreate("once, after the service has it", [applied(fault), "serve"], succeeds(2, WRITTEN), more.once),
  update("each time, before the service has it", [fault], network(3, phase, { ...APPLIED, database: BEFORE }),
    more.always),
  update("once, after the service has it", [applied(fault), "serve"], succeeds(2, WRITTEN), more.once),
  remove("once, after the service has it", [applied(fault), "serve"],
    succeeds(2, { alreadyGone: true, database: NOBODY }), more.once),
];

/** A response whose body breaks off: the headers were there. */
const broken = (fault, more) => {
  const body = (more) => ({ ...fault, body: user('{"from":"the server"}'), ...more });
  return [
    get("each time", [applied(fault)], network(3, "body", more)),
    get("once", [applied(fault), "serve"], succeeds(2, READ)),
    create("before the service has it", [body({ status: 201 })], unknown("body", { ...more, database: NOBODY })),
    create("after the service has it", [applied(fault)], unknown("body", { ...more, database: CLIENT })),
    getOrCreate("once, after the service has it", [applied(fault), "serve"], succeeds(2, WRITTEN)),
    update("each time", [applied(fault)], network(3, "body", { ...APPLIED, ...more, database: CLIENT })),
    update("once", [applied(fault), "serve"], succeeds(2, WRITTEN)),
    remove("once", [applied(fault), "serve"], succeeds(2, { alreadyGone: true, database: NOBODY })),
  ];
};

/** A success that nobody can read: reads are tried once more, writes are not, because they have happened. */
const garbled = (fault, text) => [
  get("each time", [applied(fault)], unreadable(2, { text })),
  get("once", [applied(fault), "serve"], succeeds(2, READ)),
  create("", [applied(fault)], unreadable(1, { ...APPLIED, text, database: CLIENT })),
  getOrCreate("", [applied(fault)], unreadable(1, { ...APPLIED, text, database: CLIENT })),
  update("", [applied(fault)], unreadable(1, { ...APPLIED, text, database: CLIENT })),
  remove("", [applied(fault)], unreadable(1, { ...APPLIED, text, database: NOBODY })),
];

const SHORT = { options: { timeout: 200 } };
const LONGER = { options: { timeout: 500 } };
const late = (fault, phase) => {
  const unserved = { body: user('{"from":"the server"}'), ...fault };
  const lateUnknown = (database) => unknown(phase,
    { text: "failed: no answer within 500 ms", within: 2_500, database });
  return [
    get("each time", [unserved], timeout(3, phase, 200), SHORT),
    get("once", [unserved, "serve"], succeeds(2, READ), LONGER),
    create("before the service has it", [unserved], lateUnknown(NOBODY), LONGER),
    create("after the service has it", [applied(fault)], lateUnknown(CLIENT), LONGER),
    getOrCreate("once, after the service has it", [applied(fault), "serve"], succeeds(2, WRITTEN), LONGER),
    update("once, after the service has it", [applied(fault), "serve"], succeeds(2, WRITTEN), LONGER),
    remove("once, after the service has it", [applied(fault), "serve"],
      succeeds(2, { alreadyGone: true, database: NOBODY }), LONGER),
  ];
};

const CODES = { 400: "invalid_input", 404: "not_found", 409: "conflict", 413: "too_large" };
const codeOf = (status) => CODES[status] ?? (status >= 500 ? "server_error" : "api_error");
const says = (status, more) => ({ status, headers: { "content-type": "application/json" }, body: '{"detail":"busy"}',
  ...more });

/** A status that stands for a passing failure: all is repeated but `create`. */
const passing = (status) => {
  const may = { mayHaveBeenApplied: status >= 500, status };
  return [
    get(`${status}, each time`, [says(status)], fails(codeOf(status), 3, { status, retryable: true })),
    update(`${status}, once`, [says(status), "serve"], succeeds(2, WRITTEN)),
    create(`${status}`, [says(status)], fails(codeOf(status), 1, { ...may, retryable: false, database: NOBODY })),
  ];
};
const lasting = (status) => [
  get(`${status}`, [says(status)], fails(codeOf(status), 1, { status, retryable: false })),
  update(`${status}`, [says(status)],
    fails(codeOf(status), 1, { status, mayHaveBeenApplied: status >= 500, retryable: false, database: BEFORE })),
];

/** `429` or `503` with these headers. */
const limited = (status, headers, more) => says(status,
  { headers: { "content-type": "application/json", ...headers }, ...more });
const DATE = "Sat, 21 Nov 2026 07:00:00 GMT";
const IN_A_DAY = { retryAfterMs: 86_400_000, status: 429, retryable: true, within: 2_000 };
/** Asks for a longer wait than there is time: the call fails at once, and says how long. */
const tooLong = (title, headers, retryAfterMs, more) =>
  get(title, [limited(429, headers)], fails("rate_limited", 1, { ...IN_A_DAY, retryAfterMs }),
    { options: { deadline: 600_000 }, ...more });

const REDIRECTS = [301, 302, 303, 307, 308];
/** Not followed, and so not tried again where the engine says that it was one. */
const redirect = (status, location) => {
  const fault = { status, headers: { location } };
  const often = network(3, "headers", { redirected: 0 });
  const once = { node: { attempts: 1, retryable: false, hint: "the cause says why; baseUrl must be where the API is, not a redirect to it" } };
  return [
    get(`${status}`, [fault], { ...often, ...once }),
    update(`${status}`, [fault], { ...often, ...APPLIED, database: BEFORE, ...once }),
  ];
};

const noTls = (place, title) => [
  get(title, [], { ...network(3, "headers"), node: { attempts: 1, retryable: false, phase: "connect", text: TEXT.connect } },
    { place }),
  create(title, [], { ...unknown("headers", { database: NOBODY }),
    node: { code: "network", attempts: 1, phase: "connect", text: TEXT.connect, mayHaveBeenApplied: false } }, { place }),
];

const unreachable = (place) => [
  get("", [], { ...network(3, "headers"), node: { phase: "connect", text: TEXT.connect } }, { place }),
  create("", [], { ...unknown("headers", { database: NOBODY }),
    node: { code: "network", attempts: 3, phase: "connect", text: TEXT.connect, mayHaveBeenApplied: false } },
      { place }),
  update("", [], { ...network(3, "headers", { ...APPLIED, database: BEFORE }),
    node: { phase: "connect", text: TEXT.connect, mayHaveBeenApplied: false } }, { place }),
];

const RECONCILED = { options: { reconcile: true } };
const GZIP = { gzip: true, of: 0.6 };
const HTML = "<!doctype html><title>Sign in</title><h1>Bad gateway</h1>";
const LONG = "longer than is reasonable";
const serving = (body, more) => ({ headers: { "content-type": "application/json" }, body, ...more });
/** The second call's connection, which is used again, breaks before the headers; sent again, the request passes. */
const reusedThenGone = (forward) => ["serve", [{ forward, nothing: true, end: "fin" }, "serve"], "serve"];

export const rows = [
  { row: 1, fault: "port refused", cases: unreachable("refused") },
  { row: 2, fault: "blocked port (6000)", cases: [
    get("", [], fails("invalid_option", 0, { text: "baseUrl must not name port 6000, which fetch refuses", retryable: false }),
      { place: "blocked" }),
  ] },
  { row: 3, fault: "DNS failure", cases: unreachable("nowhere") },
  { row: 4, fault: "https to a plaintext server", cases: [
    ...noTls("plaintext", "it answers"),
    ...noTls("handshake", "TLS, but the handshake is refused"),
    get("it stays silent", [], timeout(3, "headers", 200), { place: "silent", ...SHORT }),
  ] },
  { row: 5, fault: "RST before headers", cases: lost({ nothing: true, end: "reset" }, "headers") },
  { row: 6, fault: "FIN before headers", cases: lost({ nothing: true, end: "fin" }, "headers") },
  { row: 7, fault: "RST inside headers", cases: lost({ headPart: 0.5, end: "reset" }, "headers") },
  { row: 8, fault: "RST mid body", cases: broken({ part: 0.5, told: true, end: "reset" }) },
  { row: 9, fault: "FIN mid body, Content-Length", cases: broken({ part: 0.5, told: true, end: "fin" }) },
  { row: 10, fault: "FIN mid body, no length", cases: garbled({ length: "none", part: 0.5, end: "fin" },
    "is not JSON") },
  { row: 11, fault: "chunked without terminator",
    cases: broken({ length: "chunked", part: 0.5, told: true, end: "fin" }) },
  { row: 12, fault: "stall before headers", cases: late({ nothing: true }, "headers") },
  { row: 13, fault: "stall mid body", cases: late({ part: 0.5 }, "body") },
  { row: 14, fault: "slow drip", cases: [
    get("the deadline fires", [{ forward: 1, drip: 25 }],
      timeout(1, "body", 500, { text: "failed: no answer within 500 ms in all" }),
      { options: { deadline: 500 } }),
    update("the timeout fires, then the deadline", [{ forward: 1, drip: 25 }],
      timeout(2, "body", 500, { text: "failed: no answer within 500 ms in all", ...APPLIED, database: CLIENT }),
      { options: { timeout: 300, deadline: 500 } }),
  ] },
  { row: 15, fault: "truncated JSON, right length", cases: garbled({ of: 0.5 }, "is not JSON") },
  { row: 16, fault: "wrong content-type", cases: [
    get("JSON as text/html", [{ forward: 1, headers: { "content-type": "text/html" } }], succeeds(1, READ)),
    update("JSON as text/plain", [{ forward: 1, headers: { "content-type": "text/plain" } }], succeeds(1, WRITTEN)),
    get("HTML as JSON", [serving(HTML)], unreadable(2, { text: "is not JSON" })),
  ] },
  { row: 17, fault: "HTML 502 page", cases: [
    get("each time", [{ status: 502, headers: { "content-type": "text/html" }, body: HTML }],
      fails("server_error", 3, { status: 502, text: "failed: the service failed (HTTP 502)", lacks: "<" })),
    update("once", [{ status: 502, headers: { "content-type": "text/html" }, body: HTML }, "serve"],
      succeeds(2, WRITTEN)),
    create("after the service has it", [{ forward: 1, status: 502, headers: { "content-type": "text/html" },
      body: HTML }],
      fails("server_error", 1, { status: 502, ...APPLIED, lacks: "<", database: CLIENT })),
  ] },
  { row: 18, fault: "HTML 200, captive portal", cases: [
    get("each time", [{ headers: { "content-type": "text/html" }, body: HTML }],
      unreadable(2, { text: "is not JSON", lacks: "<" })),
    create("", [{ headers: { "content-type": "text/html" }, body: HTML }],
      unreadable(1, { text: "is not JSON", ...APPLIED, database: NOBODY })),
  ] },
  { row: 19, fault: "empty 200", cases: [
    get("each time", [{ body: "" }], unreadable(2, { text: "has no body" })),
    create("", [{ forward: 1, body: "" }], unreadable(1, { text: "has no body", ...APPLIED, database: CLIENT })),
    remove("", [{ forward: 1, body: "" }], succeeds(1, { database: NOBODY })),
  ] },
  { row: 20, fault: "204", cases: [
    get("each time", [{ status: 204, length: "none" }], unreadable(2, { text: "(HTTP 204) has no body" })),
    update("", [{ status: 204, length: "none" }], unreadable(1, { text: "has no body", ...APPLIED, database: BEFORE })),
    remove("", [{ forward: 1, status: 204, body: "", length: "none" }], succeeds(1, { database: NOBODY })),
  ] },
  { row: 21, fault: "huge body", cases: [
    get("20 MB", [serving({ repeat: " ", times: 20_971_520 })], unreadable(2, { text: LONG })),
    get("20 MB, chunked", [serving({ repeat: " ", times: 20_971_520 }, { length: "chunked" })],
      unreadable(2, { text: LONG })),
    get("gzip bomb of 20 MB", [serving({ repeat: " ", times: 20_971_520 }, { gzip: true })],
      unreadable(2, { text: LONG })),
    update("gzip bomb of 20 MB", [serving({ repeat: " ", times: 20_971_520 }, { gzip: true, status: 201 })],
      unreadable(1, { text: LONG, ...APPLIED, database: BEFORE })),
    get("gzip bomb of 20 MB", [serving({ repeat: " ", times: 20_971_520 }, { gzip: true })],
      unreadable(2, { text: LONG }),
      { calls: ["getUsers"], secret: true, without: BROWSERS_HAVE_NO_SECRET }),
  ] },
  { row: 22, fault: "Content-Encoding gzip, plain body", cases: [
    ...broken({ headers: { "content-encoding": "gzip" }, end: "fin" }),
    get("the connection is kept alive", [{ forward: 1, headers: { "content-encoding": "gzip" } }],
      { ...fails(["network", "timeout"], 3, { phase: "body" }) }, SHORT),
  ] },
  { row: 23, fault: "truncated gzip", cases: garbled(GZIP, "(HTTP 20") },
  { row: 24, fault: "chunk-size garbage", cases: broken({ length: "none", lines: ["transfer-encoding: chunked"],
    body: "zz\r\n{}\r\n", end: "fin" },
    { firefox: { phase: "headers", text: TEXT.headers } }) },
  { row: 25, fault: "not HTTP at all", cases: lost({ head: "220 mail.example ESMTP\r\n", body: "", end: "fin" },
    "headers") },
  { row: 26, fault: "70 kB header", cases: [
    get("", [{ forward: 1, headers: { "x-long": "x".repeat(70_000) } }],
      { ...succeeds(1, READ), node: { ...network(3, "headers"), result: undefined, data: undefined } }),
  ] },
  { row: 27, fault: "two different Content-Length",
    cases: lost({ lines: ["content-length: 3"], body: "{}", end: "fin" }, "headers") },
  { row: 28, fault: "body longer than its length", cases: [
    get("", [{ forward: 1, after: '{"id":"smuggled"}' }], succeeds(1, READ)),
    get("then another request", [{ forward: 1, after: '{"id":"smuggled"}' }, "serve"], succeeds(1, READ),
      { calls: ["get", "get"] }),
    update("then another request", [{ forward: 1, after: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" }, "serve"],
      succeeds(1, WRITTEN), { calls: ["get", "update"] }),
  ] },
  { row: 29, fault: "redirect, same origin", cases: REDIRECTS.flatMap((status) =>
    redirect(status, "{origin}/{run}/redirected")) },
  { row: 30, fault: "redirect, cross origin", cases: [
    ...redirect(307, "{other}/{run}/redirected"),
    create("307", [{ status: 307, headers: { location: "{other}/{run}/redirected" } }],
      unknown("headers", { redirected: 0, database: NOBODY })),
  ] },
  { row: 31, fault: "redirect loop", cases: redirect(302, "{origin}/{run}/redirected") },
  { row: 32, fault: "408", cases: passing(408) },
  { row: 33, fault: "425", cases: passing(425) },
  { row: 34, fault: "429 and 503 with Retry-After", cases: [
    get("1 s", [limited(429, { "retry-after": "1" }), "serve"], succeeds(2, { ...READ, delays: [1_000] })),
    get("a date, by the server's clock", [limited(503, { "retry-after": "Sat, 21 Nov 2026 07:00:01 GMT", date: DATE }),
      "serve"],
      succeeds(2, { ...READ, delays: [1_000] })),
    get("a date that has passed", [limited(429, { "retry-after": "Sat, 21 Nov 2026 06:00:00 GMT", date: DATE }),
      "serve"],
      succeeds(2, { ...READ, delays: [0] })),
    get("0", [limited(429, { "retry-after": "0" }), "serve"], succeeds(2, { ...READ, delays: [0] }), { random: 0.9 }),
    get("garbage: the usual wait", [limited(429, { "retry-after": "soon" }), "serve"],
      succeeds(2, { ...READ, delays: [5] }), { random: 0.01 }),
    get("0x10: the usual wait", [limited(429, { "retry-after": "0x10" }), "serve"],
      succeeds(2, { ...READ, delays: [5] }), { random: 0.01 }),
    tooLong("1 day: fails at once", { "retry-after": "86400" }, 86_400_000),
    tooLong("a date in 1 day", { "retry-after": "Sun, 22 Nov 2026 07:00:00 GMT", date: DATE }, 86_400_000),
    tooLong("a date as RFC 850 writes it", { "retry-after": "Sunday, 22-Nov-26 07:00:00 GMT", date: DATE }, 86_400_000),
    tooLong("a date as asctime writes it", { "retry-after": "Sun Nov 22 07:00:00 2026", date: DATE }, 86_400_000),
    create("429 and 0, before any work", [limited(429, { "retry-after": "0" }), "serve"], succeeds(2, WRITTEN)),
    create("503 and 0", [limited(503, { "retry-after": "0" })],
      fails("server_error", 1, { status: 503, ...APPLIED, database: NOBODY })),
    update("503 and 0, each time", [limited(503, { "retry-after": "0" })],
      fails("server_error", 3, { status: 503, ...APPLIED, retryAfterMs: 0, database: BEFORE })),
    update("413 is never repeated", [limited(413, { "retry-after": "0" })],
      fails("too_large", 1, { status: 413, retryable: false, database: BEFORE })),
    get("x-should-retry: false on a 503", [limited(503, { "x-should-retry": "false" })],
      fails("server_error", 1, { status: 503, retryable: false })),
    get("x-should-retry: true on a 409", [limited(409, { "x-should-retry": "true" }), "serve"], succeeds(2, READ)),
  ] },
  { row: 35, fault: "429, only X-RateLimit-Reset", cases: [
    ...[["in 1 s, by the server's clock", "1795244401", [1_000]],
      ["passed", "1795244399", [0]]].map(([title, reset, delays]) =>
      get(title, [limited(429, { "x-ratelimit-limit": "9", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset,
        date: DATE }), "serve"],
        succeeds(2, { ...READ, delays }), { random: 0.9 })),
    tooLong("in 1 day: fails at once",
      { "x-ratelimit-limit": "9", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795330800", date: DATE },
        86_400_000),
  ] },
  { row: 36, fault: "5xx", cases: [...[500, 502, 503, 504].flatMap(passing), ...[501, 505, 520].flatMap(lasting)] },
  { row: 37, fault: "expired token, skewed clock", cases: [
    get("the provider has another", ["serve"], succeeds(2, { ...READ, asked: ["initial", "refused"] }),
      { tokens: [-3_600, 3_600] }),
    get("401 code 40, once", [says(401, { body: '{"code":40}' }), "serve"],
      succeeds(2, { ...READ, asked: ["initial", "refused"] }),
      { tokens: [3_600, 7_200] }),
    get("the provider has no other", [says(401, { body: '{"code":40}' })],
      fails("unauthorized", 1, { status: 401, retryable: false, asked: ["initial", "refused"] }), { tokens: [3_600] }),
    get("every token is refused", [says(401, { body: '{"code":40}' })],
      fails("unauthorized", 2, { status: 401, retryable: false, asked: ["initial", "refused"] }),
        { tokens: [3_600, 7_200, 9_000] }),
    get("without a provider", [says(401, { body: '{"code":40}' })],
      fails("unauthorized", 1, { status: 401, retryable: false })),
    get("the key is refused, not the token", [says(401, { body: '{"code":2}' })],
      fails("unauthorized", 1, { status: 401, asked: ["initial"] }), { tokens: [3_600, 7_200] }),
    get("403 that is not about the token", [says(403, { body: '{"code":17,"detail":"not yours"}' })],
      fails("not_allowed", 1, { status: 403, asked: ["initial"] }), { tokens: [3_600, 7_200] }),
    create("401 code 40, once", [says(401, { body: '{"code":40}' }), "serve"], succeeds(2, WRITTEN),
      { tokens: [3_600, 7_200] }),
    get("clock 10 min slow, token expired", ["serve"], succeeds(2, { ...READ, asked: ["initial", "refused"] }),
      { tokens: [-300, 3_600], clock: -600_000 }),
    get("clock 10 min fast, two calls, token good for 5 min", ["serve"], succeeds(1, { ...READ, asked: ["initial"] }), {
      calls: ["get", "get"], tokens: [300], clock: 600_000,
    }),
  ] },
  { row: 38, fault: "duplicate delivery", cases: [
    create("sent again by the browser", reusedThenGone(1), { ...fails("conflict", 1, { status: 409, database: CLIENT }),
      node: { ...unknown("headers"), status: undefined } }, { calls: ["elsewhere", "create"] }),
    update("sent again by the browser", reusedThenGone(1), { ...succeeds(1, WRITTEN), node: { attempts: 2 } },
      { calls: ["get", "update"] }),
    remove("sent again by the browser", reusedThenGone(1),
      { ...fails("not_found", 1, { status: 404, database: NOBODY }),
      node: { ...succeeds(2, { alreadyGone: true }), code: undefined, status: undefined,
        mayHaveBeenApplied: undefined } },
    { calls: ["get", "delete"] }),
    create("sent twice by a proxy", [{ forward: 2 }], fails("conflict", 1, { status: 409, database: CLIENT })),
    create("sent twice by a proxy, `reconcile`", [{ forward: 2 }, "serve"], succeeds(2, WRITTEN), RECONCILED),
    create("another has the id, `reconcile`", ["serve"], fails("conflict", 2, { status: 409, database: BEFORE }),
      { before: true, ...RECONCILED }),
    create("answer lost, `reconcile`", [{ forward: 1, nothing: true, end: "reset" }, "serve"], succeeds(2, WRITTEN),
      RECONCILED),
    create("lost on its way, `reconcile`", [{ nothing: true, end: "reset" }, "serve"],
      { ...unknown("headers", { database: NOBODY }), attempts: 2 }, RECONCILED),
    getOrCreate("sent twice by a proxy", [{ forward: 2 }], succeeds(1, WRITTEN)),
    update("sent twice by a proxy", [{ forward: 2 }], succeeds(1, WRITTEN)),
    remove("sent twice by a proxy", [{ forward: 2 }], fails("not_found", 1, { status: 404, database: NOBODY })),
  ] },
  { row: 39, fault: "keep-alive connection closed by the server", cases: [
    get("when reused", reusedThenGone(0), { ...succeeds(1, READ), node: { attempts: 2 } }, { calls: ["get", "get"] }),
    get("when reused: again at once", reusedThenGone(0),
      { ...succeeds(1, { ...READ, delays: [] }), node: { attempts: 2, delays: [0] } }, {
      calls: ["get", "get"], random: 0.02 }),
    update("when reused", reusedThenGone(0), { ...succeeds(1, WRITTEN), node: { attempts: 2 } },
      { calls: ["get", "update"] }),
    create("when reused", reusedThenGone(0), { ...succeeds(1, WRITTEN),
      node: { ...unknown("headers", { database: NOBODY }), result: undefined, data: undefined } },
        { calls: ["elsewhere", "create"] }),
    get("while idle", [{ forward: 1, end: "fin" }], succeeds([1, 2], READ), { calls: ["get", "get", "get"] }),
  ] },
  { row: 40, fault: "abort", cases: [
    get("before", ["serve"], { result: "the reason", attempts: 0, hits: 0 }, { abort: "before" }),
    get("before the headers", [{ nothing: true }], { result: "the reason", attempts: 1 }, { abort: "headers" }),
    update("before the headers", [applied({ nothing: true })], { result: "the reason", attempts: 1, database: CLIENT },
      { abort: "headers" }),
    get("inside the body", [applied({ part: 0.5 })], { result: "the reason", attempts: 1 }, { abort: "body" }),
    get("during the wait before another attempt", [limited(503, { "retry-after": "20" })],
      { result: "the reason", attempts: 1, delays: [20_000], within: 20_000 },
      { abort: "backoff" }),
    get("after the answer", ["serve"], succeeds(1, READ), { abort: "after" }),
  ] },
  { row: 41, fault: "offline", cases: [
    get("", ["serve"], network(3, "connect", { hits: 0 }), { offline: true }),
    create("", ["serve"], network(3, "connect", { hits: 0, database: NOBODY }), { offline: true }),
  ].map((one) => ({ ...one,
    without: { node: "Node is not told whether it is online; a refused connection is row 1" } })) },
  { row: 42, fault: "page unload mid write", cases: [
    update("after the service has it", [applied({ nothing: true })],
      { result: "nobody is there to be told", attempts: 1, database: CLIENT },
      { special: "unload", without: { node: "Node has no pages" } }),
  ] },
  { row: 43, fault: "worker terminated mid call", cases: [
    update("then a call elsewhere", [applied({ nothing: true }), "serve"],
      { result: "nothing is told", attempts: 1, next: "ok", database: CLIENT },
      { special: "worker", calls: ["update", "get"] }),
  ] },
  { row: 44, fault: "frozen past the deadline", cases: [
    get("no further attempt", [{ nothing: true }],
      timeout(1, "headers", 300, { text: "no answer within 300 ms in all" }),
      { block: 500, options: { deadline: 300 } }),
    update("after the service has it", [applied({ nothing: true })],
      timeout(1, "headers", 300, { text: "no answer within 300 ms in all", ...APPLIED, database: CLIENT }),
        { block: 500, options: { deadline: 300 } }),
  ] },
  { row: 45, fault: "wasm trap during a call", cases: [
    update("one in flight, then another call", [applied({ nothing: true }), "serve"],
      fails("internal", 0, { ...APPLIED, trapped: "internal", next: "ok", timers: 0, database: CLIENT }),
      { special: "trap", calls: ["update", "get"] }),
  ] },
  { row: 46, fault: "odd JSON", cases: [
    get("byte order mark", [serving(`\ufeff${user('{"a":1}')}`)], succeeds(1, { data: { a: 1 } })),
    get("half of a surrogate pair, escaped", [serving(user('{"a":"\\ud800"}'))],
      succeeds(1, { data: { a: "\ud800" } })),
    get("invalid UTF-8", [serving({ bytes: [...'{"id":"{id}","data":{"a":"'].map((c) => c.charCodeAt()).concat(0xff,
      ...[...'"}}'].map((c) => c.charCodeAt())) })],
      succeeds(1, { data: { a: "\ufffd" } })),
    get("a key twice", [serving(user('{"a":1,"a":2}'))], succeeds(1, { data: { a: 2 } })),
  ] },
  { row: 47, fault: "interim answers", cases: [
    get("103 early hints", [{ forward: 1, before: "HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n" }],
      succeeds(1, READ)),
    update("100 continue", [{ forward: 1, before: "HTTP/1.1 100 Continue\r\n\r\n" }], { ...succeeds(1, WRITTEN),
      node: { ...network(3, "headers", APPLIED), result: undefined, data: undefined } }),
  ] },
  { row: 48, fault: "a proxy that strips the final slash", cases: [
    get("none is needed: the path has its slash", ["serve"], succeeds(1, { ...READ, path: "/api/v1.0/user/{id}/" })),
    create("none is needed: the path has its slash", ["serve"], succeeds(1, { ...WRITTEN, path: "/api/v1.0/user/" })),
    ...redirect(301, "{origin}/{run}/redirected").slice(0, 1),
  ] },
  { row: 49, fault: "server killed mid write", cases: [
    create("while it works", [{ crash: "during", nothing: true, end: "reset" }],
      unknown("headers", { database: [NOBODY, CLIENT] })),
    create("before its answer arrives", [{ crash: "after", nothing: true, end: "reset" }],
      unknown("headers", { database: CLIENT })),
    getOrCreate("while it works", [{ crash: "during", nothing: true, end: "reset" }, "serve"], succeeds(2, WRITTEN)),
    update("while it works", [{ crash: "during", nothing: true, end: "reset" }, "serve"], succeeds(2, WRITTEN)),
    update("the one before was acknowledged", ["serve", { crash: "during", nothing: true, end: "reset" }],
      network(3, "headers", { ...APPLIED, database: CLIENT }), { calls: ["getOrCreate", "update"], before: false }),
    remove("before its answer arrives", [{ crash: "after", nothing: true, end: "reset" }, "serve"],
      succeeds(2, { alreadyGone: true, database: NOBODY })),
  ] },
  { row: 50, fault: "disk full or database busy", cases: [
    update("the server's 503, once", [limited(503, { "retry-after": "0" },
      { body: '{"code":-1,"exception":"ServiceUnavailableException"}' }), "serve"],
      succeeds(2, WRITTEN)),
    create("the server's 503", [limited(503, { "retry-after": "1" },
      { body: '{"code":-1,"exception":"ServiceUnavailableException"}' })],
      fails("server_error", 1, { status: 503, ...APPLIED, retryAfterMs: 1_000, database: NOBODY })),
  ] },
  { row: 51, fault: "CORS", cases: [
    get("no header, each time", [{ forward: 1, cors: false }], network(3, "headers"),
      { without: ONLY_BROWSERS_HAVE_CORS }),
    create("no header", [{ forward: 1, cors: false }], unknown("headers", { database: CLIENT }),
      { without: ONLY_BROWSERS_HAVE_CORS }),
    create("the preflight is refused", ["serve"], unknown("headers", { hits: 0, database: NOBODY }),
      { preflight: "refused", without: ONLY_BROWSERS_HAVE_CORS }),
  ] },
  { row: 52, fault: "HTTP/1.0", cases: [
    get("", [{ forward: 1, version: "1.0", length: "none", end: "fin" }], succeeds(1, READ)),
    update("", [{ forward: 1, version: "1.0", end: "fin" }], succeeds(1, WRITTEN)),
  ] },
];

const PARTS = new Set(ENGINES);

/** What a case is to come to in an engine. */
export function expectedIn(engine, { expected }) {
  const common = Object.fromEntries(Object.entries(expected).filter(([name]) => !PARTS.has(name)));
  return { ...common, ...expected[engine] };
}

const CLASSES = { invalid_option: "FeedError" };
const SITE = ["network", "timeout", "outcome_unknown", "invalid_response", "token_provider", "internal"];

/** The class of the errors with a code. */
export const classOf = (code) => CLASSES[code] ?? (SITE.includes(code) ? "SiteError" : "StreamApiError");
