// A stand-in for the service: a `fetch` that answers as it does, from memory. For tests of code that uses this package.
//
// It keeps the rules of the stand-in server in server/src, word for word, so that nothing of the WebAssembly module is
// needed here. tests/support/service-contract.mjs holds the two to each other.

const MAX_ID_LENGTH = 255, MAX_DATA_BYTES = 10_240, MAX_DEPTH = 64, MAX_BATCH = 1_000;
const MAX_BODY_BYTES = 64 * 1024, MAX_BATCH_BODY_BYTES = 16 * 1024 * 1024;
const MAX_TOKEN_LENGTH = 8_192;
/** How far the clocks of signer and service may be apart, in seconds. */
const LEEWAY_SECONDS = 60;

const NO_PERMISSION = "You do not have permission to perform this action.";
const MORE_INFO = "https://getstream.io/docs/api_error_responses";
const FLAGGABLE = ["stream:user", "stream:feeds:v2:activity", "stream:feeds:v2:reaction"];
/** Nothing takes time here, and so every answer is the same each time. */
const duration = "0.00ms";

/** Code and exception of the service's errors, by status. */
const ERRORS = {
  400: [4, "InputException"], 401: [2, "ApiKeyException"], 403: [17, "NotAllowedException"],
  404: [16, "DoesNotExistException"], 405: [17, "NotAllowedException"], 409: [22, "ConflictException"],
  413: [18, "InputException"], 429: [9, "RateLimitReached"], 503: [-1, "ServiceUnavailableException"],
};

/** A refusal, on its way to becoming an answer. `field` is what of the input broke a rule. */
class Refusal {
  constructor(status, detail, field) {
    this.status = status;
    this.body = errorBody(status, detail, field);
  }
}

const refuse = (status, detail, field) => { throw new Refusal(status, detail, field); };
const badInput = (field, detail) => refuse(400, detail, field);

function errorBody(status, detail, field) {
  const [code, exception] = ERRORS[status] ?? (status >= 500 ? [-1, "InternalException"] : ERRORS[400]);
  const fields = field === undefined ? {} : { exception_fields: { [field]: [detail] } };
  return { detail, status_code: status, code, exception, ...fields, duration, more_info: MORE_INFO };
}

// ---- the rules for ids and data ----

function brokenIdRule(id) {
  if (id === "") return "is empty";
  const position = id.search(/[^\w-]/);
  if (position >= 0) {
    const character = String.fromCodePoint(id.codePointAt(position)).replace(/\p{Surrogate}/u, "\ufffd");
    return `may only hold letters, digits, - and _, but has "${character}" at position ${position}`;
  }
  return id.length > MAX_ID_LENGTH ? `has ${id.length} characters, at most ${MAX_ID_LENGTH} are allowed` : undefined;
}

function checkId(id, path) {
  const broken = brokenIdRule(id);
  if (broken) badInput(path, `${path} ${broken}`);
  return id;
}

function describe(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const isMissing = (value) => value === undefined || value === null;
const isEmptyArray = (value) => Array.isArray(value) && value.length === 0;

/** An object of the body. */
function checkObject(value, path) {
  if (describe(value) !== "an object") badInput(path, `${path} must be a JSON object, but is ${describe(value)}`);
  return value;
}

function checkText(value, path) {
  if (isMissing(value)) badInput(path, `${path} is missing`);
  if (typeof value !== "string") badInput(path, `${path} must be a string, but is ${describe(value)}`);
  return value;
}

function checkFlag(value, path) {
  if (isMissing(value)) return false;
  if (typeof value !== "boolean") badInput(path, `${path} must be true or false, but is ${describe(value)}`);
  return value;
}

function checkBatch(members, path) {
  const { length } = members;
  if (length > MAX_BATCH) {
    badInput(path, `${path} has ${length} members, at most ${MAX_BATCH} are allowed in one batch`);
  }
  return members;
}

/** The JSON text of what was JSON, unless it is too deep even for `JSON.stringify`. */
function textOf(data, path) {
  try {
    return JSON.stringify(data);
  } catch {
    return tooDeep(path);
  }
}

const tooDeep = (path) => badInput(path, `${path} is nested deeper than ${MAX_DEPTH} levels`);

const byteLength = (text) => new TextEncoder().encode(text).length;

/** The JSON text of data, as it is kept. Missing, `null` and `[]`, which PHP's client sends, all mean `{}`. */
function checkData(data, path) {
  if (isMissing(data) || isEmptyArray(data)) return "{}";
  checkObject(data, path);
  const text = textOf(data, path);
  const bytes = byteLength(text);
  if (bytes > MAX_DATA_BYTES) {
    refuse(413, `${path} is ${bytes} bytes of JSON, at most ${MAX_DATA_BYTES} are allowed`, path);
  }
  checkValue(data, path, 1);
  return text;
}

/** What well-formed JSON can still break. */
function checkValue(value, path, depth) {
  if (typeof value === "string" && /\p{Surrogate}/u.test(value)) {
    badInput(path, `${path} has a string with half of a surrogate pair, which text cannot hold`);
  }
  if (value === Infinity || value === -Infinity) badInput(path, `${path} has a number that is too large for a double`);
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) tooDeep(path);
  for (const [key, member] of Object.entries(value)) {
    checkValue(key, path, depth);
    checkValue(member, path, depth + 1);
  }
}

/** The id and the text of the data of a user at `path` in the body; the empty path is the body itself. */
function checkUser(user, path) {
  const at = (field) => (path ? `${path}.${field}` : field);
  checkObject(user, path || "body");
  return { id: checkId(checkText(user.id, at("id")), at("id")), data: checkData(user.data, at("data")) };
}

// ---- tokens: everything about them but the signature ----

/** The text of a part of a token, or undefined where it is not base64url without padding. */
function decodePart(part) {
  try {
    const base64 = part.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = atob(base64);
    // `atob` takes padding, spaces and stray bits at the end.
    if (btoa(bytes).replace(/=+$/, "") !== base64) return undefined;
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

function tokenObject(json, part) {
  try {
    const value = JSON.parse(json);
    if (describe(value) === "an object") return value;
  } catch {
    // It is told below.
  }
  return refuse(403, `token ${part} must be a JSON object with each key once`);
}

function checkTimes(claims, now) {
  const time = (name) => {
    const value = claims[name];
    if (value !== undefined && typeof value !== "number") refuse(403, `token claim ${name} must be a number`);
    return value;
  };
  if (now > time("exp") + LEEWAY_SECONDS) refuse(403, "token is expired");
  if (now < time("nbf") - LEEWAY_SECONDS) refuse(403, "token is not valid yet");
  if (now < time("iat") - LEEWAY_SECONDS) refuse(403, "token used before issued");
}

/** What the bearer of the token may do: `{ user }`, or `{ resource, action }` of a server. */
function rightsOf(token, now) {
  if (token === "") refuse(403, "Missing auth header.");
  if (/^bearer /i.test(token)) {
    refuse(403, 'the Authorization header must be the token alone, without "Bearer "');
  }
  if (token.length > MAX_TOKEN_LENGTH) refuse(403, `token is longer than ${MAX_TOKEN_LENGTH} bytes`);
  const parts = token.split(".");
  if (parts.length !== 3) refuse(403, "token does not have three parts");
  const decoded = parts.map(decodePart);
  const malformed = decoded.indexOf(undefined);
  if (malformed >= 0) {
    const [verb, part] = [["is", "header"], ["are", "claims"], ["is", "signature"]][malformed];
    refuse(403, `token is malformed: its ${part} ${verb} not base64url`);
  }
  const header = tokenObject(decoded[0], "header");
  if (header.alg !== "HS256") refuse(403, "token is not signed with HS256");
  if (Object.hasOwn(header, "crit")) refuse(403, "token has critical header extensions, none is supported");
  const claims = tokenObject(decoded[1], "claims");
  checkTimes(claims, now);
  const [, resource, action, user] = ["feed_id", "resource", "action", "user_id"].map((name) => {
    const value = claims[name];
    if (value !== undefined && typeof value !== "string") refuse(403, `token claim ${name} must be a string`);
    return value;
  });
  // A token with both is a server's, whatever its `user_id`: Ruby and PHP write `*` there.
  if (resource !== undefined && action !== undefined) return { resource, action };
  if (resource !== undefined || action !== undefined) {
    refuse(403, "token has one of resource and action without the other");
  }
  if (user === undefined) refuse(403, "token has neither user_id nor resource and action");
  const broken = brokenIdRule(user);
  if (broken) refuse(403, `token claim user_id ${broken}`);
  return { user };
}

const covers = (claim, needed) => claim.split(",").some((name) => ["*", needed].includes(name.trim()));

function allowServer(rights, resource, action) {
  if (rights.user !== undefined) refuse(403, NO_PERMISSION);
  if (!covers(rights.resource, resource)) refuse(403, `token does not allow resource "${resource}"`);
  if (!covers(rights.action, action)) refuse(403, `token does not allow action "${action}"`);
}

/** Users may read every user, and change only themselves; whether the user exists plays no part. */
function allow(rights, action, id) {
  if (rights.user === undefined) allowServer(rights, "users", action);
  else if (action !== "read" && rights.user !== id) refuse(403, NO_PERMISSION);
}

// ---- requests ----

/** What a call of `fetch` asks for, in the form in which `requests` shows it. */
async function read(input, init) {
  const asked = typeof input === "object" && !(input instanceof URL) ? input : undefined;
  const { href, pathname, searchParams } = new URL(asked?.url ?? String(input));
  const given = init?.body ?? (asked ? await asked.text() : undefined);
  const text = typeof given === "string" || isMissing(given) ? given || "" : await new Response(given).text();
  // Behind the API root and the version; no id can hold a dot.
  const path = /^.*\/v1\.0\/(.*)$/.exec(pathname)?.[1];
  return {
    request: {
      method: (init?.method ?? asked?.method ?? "GET").toUpperCase(),
      url: href,
      path: path ?? pathname,
      // Of a parameter given twice the first counts.
      query: Object.fromEntries([...searchParams].reverse()),
      headers: Object.fromEntries(new Headers(init?.headers ?? asked?.headers)),
      body: parsed(text),
    },
    route: path === undefined ? undefined : path.replace(/\/$/, ""),
    pathname,
    text,
  };
}

function parsed(text) {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function bodyOf(text, limit = MAX_BODY_BYTES) {
  if (byteLength(text) > limit) refuse(413, `body is over ${limit} bytes`, "body");
  if (text === "") badInput("body", "body is empty, a JSON object is expected");
  try {
    return JSON.parse(text);
  } catch (error) {
    return badInput("body", `body is not JSON: ${error.message}`);
  }
}

/** A boolean of the query in any spelling that a client of the API uses. */
function queryFlag(query, name) {
  const value = query[name];
  if (["true", "True", "1"].includes(value)) return true;
  if (value === undefined || ["false", "False", "0"].includes(value)) return false;
  return badInput(name, `${name} must be true or false, but is ${JSON.stringify(value)}`);
}

/** The ids of a batch, each once, in the order given. */
function queryIds({ ids }) {
  if (ids === undefined) badInput("ids", "ids is missing");
  const given = checkBatch(ids.split(",").filter(Boolean), "ids");
  return [...new Set(given.map((id, index) => checkId(id, `ids[${index}]`)))];
}

/** The id in the path. One that no user can have leads to no user. */
function pathId(text) {
  let id;
  try {
    id = decodeURIComponent(text);
  } catch {
    refuse(404, "id is not valid UTF-8");
  }
  const broken = brokenIdRule(id);
  if (broken) refuse(404, `id ${broken}`);
  return id;
}

// ---- users ----

/** Where the clock starts that nobody sets, and what it moves on with each write: microseconds. */
const FIRST_WRITE = Date.UTC(2026, 0, 1) * 1_000, BETWEEN_WRITES = 1_000_000;

/** RFC 3339 with six fractional digits. */
function timestamp(micros) {
  const digits = String(micros % 1_000).padStart(3, "0");
  return new Date(Math.floor(micros / 1_000)).toISOString().replace("Z", `${digits}Z`);
}

class Store {
  #kept = new Map();
  #now;
  #writes = 0;
  #flags = 0;

  constructor(now) {
    this.#now = now;
  }

  /** The time of a write. */
  #time() {
    const time = FIRST_WRITE + BETWEEN_WRITES * this.#writes++;
    return this.#now ? Number(this.#now()) * 1_000 : time;
  }

  /** The user; undefined if the id is taken. */
  create({ id, data }) {
    if (this.#kept.has(id)) return undefined;
    const time = this.#time();
    this.#kept.set(id, { created: time, updated: time, data });
    return this.get(id);
  }

  /** Each user is a copy of its own: what is done to it changes nothing here. */
  get(id) {
    const user = this.#kept.get(id);
    return user && {
      created_at: timestamp(user.created), updated_at: timestamp(user.updated), id, data: JSON.parse(user.data),
    };
  }

  /** `updated_at` grows even where the clock stands still. */
  replace({ id, data }) {
    const user = this.#kept.get(id);
    if (!user) return undefined;
    this.#kept.set(id, { ...user, data, updated: Math.max(this.#time(), user.updated + 1) });
    return this.get(id);
  }

  delete = (id) => this.#kept.delete(id);

  all = () => [...this.#kept.keys()].map((id) => this.get(id));

  flag({ entity_id, user_id, reason }) {
    this.#flags += 1;
    const flag_id = `00000000-0000-4000-8000-${String(this.#flags).padStart(12, "0")}`;
    const more = { flagged_by: user_id ?? undefined, reason: reason ?? undefined };
    return { created_at: timestamp(this.#time()), flag_id, target_user_id: entity_id, ...more };
  }
}

const noSuchUser = (id) => refuse(404, `user "${id}" does not exist`);

const SINGLE = {
  GET({ store, rights, id, query }) {
    allow(rights, "read", id);
    const counts = queryFlag(query, "with_follow_counts") ? { followers_count: 0, following_count: 0 } : {};
    return [200, { ...(store.get(id) ?? noSuchUser(id)), ...counts }];
  },
  PUT({ store, rights, id, text }) {
    allow(rights, "write", id);
    const body = bodyOf(text);
    const data = checkData(isEmptyArray(body) ? undefined : checkObject(body, "body").data, "data");
    return [201, store.replace({ id, data }) ?? noSuchUser(id)];
  },
  DELETE({ store, rights, id }) {
    allow(rights, "delete", id);
    return store.delete(id) ? [200, {}] : noSuchUser(id);
  },
};

const ROUTES = {
  user: {
    POST({ store, rights, query, text }) {
      const getOrCreate = queryFlag(query, "get_or_create");
      const user = checkUser(bodyOf(text), "");
      allow(rights, "write", user.id);
      const created = store.create(user);
      if (!created && !getOrCreate) refuse(409, `user "${user.id}" already exists`);
      return [201, created ?? store.get(user.id)];
    },
  },
  users: {
    POST({ store, rights, text }) {
      allowServer(rights, "users", "write");
      const body = checkObject(bodyOf(text, MAX_BATCH_BODY_BYTES), "body");
      if (isMissing(body.users)) badInput("users", "users is missing");
      if (!Array.isArray(body.users)) badInput("users", `users must be an array, but is ${describe(body.users)}`);
      checkBatch(body.users, "users");
      const replace = [checkFlag(body.override, "override"), checkFlag(body.override_existing, "override_existing")];
      const users = body.users.map((user, index) => checkUser(user, `users[${index}]`));
      // Of an id that stands there twice, what it came to in the end.
      const written = new Map();
      for (const user of users) {
        const stored = store.create(user) ?? (replace.includes(true) ? store.replace(user) : undefined);
        if (stored) written.set(user.id, stored);
      }
      return [201, { created_users: [...written.values()] }];
    },
    GET({ store, rights, query }) {
      allowServer(rights, "users", "read");
      return [200, { users: queryIds(query).flatMap((id) => store.get(id) ?? []) }];
    },
    DELETE({ store, rights, query }) {
      allowServer(rights, "users", "delete");
      const ids = queryIds(query);
      ids.forEach(store.delete);
      return [200, { deleted_user_ids: ids }];
    },
  },
  "moderation/flag": {
    POST({ store, rights, text }) {
      allowServer(rights, "moderation", "write");
      const body = checkObject(bodyOf(text), "body");
      if (!FLAGGABLE.includes(checkText(body.entity_type, "entity_type"))) {
        const rule = `must be one of ${FLAGGABLE.join(", ")}, but is ${JSON.stringify(body.entity_type)}`;
        badInput("entity_type", `entity_type ${rule}`);
      }
      checkId(checkText(body.entity_id, "entity_id"), "entity_id");
      if (!isMissing(body.user_id)) checkId(checkText(body.user_id, "user_id"), "user_id");
      if (!isMissing(body.reason)) checkText(body.reason, "reason");
      return [201, store.flag(body)];
    },
  },
};

// ---- answers and failures ----

/** What the server's headers show where nothing is limited. */
const UNLIMITED = "1000000";

/** When the window ends in which requests are counted. */
const endOfWindow = (seconds) => (Math.floor(seconds / 60) + 1) * 60;

function respond(status, body, more = {}) {
  const headers = { "content-type": "application/json;charset=utf-8", "cache-control": "no-cache", ...more };
  const text = isMissing(body) || typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers });
}

/** The same response, whose body breaks off. */
async function cutShort(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const body = new ReadableStream({
    pull(controller) {
      if (this.started) controller.error(connectionError("terminated", "ECONNRESET"));
      else controller.enqueue(bytes.subarray(0, bytes.length >> 1));
      this.started = true;
    },
  });
  return new Response(body, response);
}

/** In the words of Node, where alone the cause tells whether a connection was made. */
function connectionError(message, code) {
  return new TypeError(message, { cause: Object.assign(new Error(`connection: ${code}`), { code }) });
}

/** By hand: a page's own `AbortSignal`, as jsdom has it, may be without `throwIfAborted`. */
function throwIfAborted(signal) {
  if (signal?.aborted) throw signal.reason;
}

/** Ends only by the signal. */
function hang(signal) {
  throwIfAborted(signal);
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

const FAILURES = ["network", "unreachable", "hang", "cut"];

function checkFailure(failure) {
  const status = failure?.status;
  const isAnswer = Number.isInteger(status) && status >= 200 && status <= 599;
  if (isAnswer || FAILURES.includes(failure)) return failure;
  throw new TypeError(`a failure is one of ${FAILURES.join(", ")}, or has a status from 200 to 599`);
}

function optional(object, name, type) {
  const value = object?.[name];
  if (value !== undefined && typeof value !== type) throw new TypeError(`${name} must be a ${type}`);
  return value;
}

export function standIn(options) {
  const apiKey = optional(options, "apiKey", "string");
  const now = optional(options, "now", "function");
  const seed = [...(options?.users ?? [])].map((user, index) => checkedSeed(user, `users[${index}]`));
  const requests = [];
  let store;
  let failures;

  function reset() {
    store = new Store(now);
    failures = [];
    requests.length = 0;
    add(seed);
  }

  function add(users) {
    for (const user of users) if (!store.create(user)) store.replace(user);
  }

  /** The failure that this request is to meet. */
  function nextFailure(request) {
    const next = failures.find(({ left, when }) => left > 0 && when(request));
    if (next) next.left -= 1;
    return next;
  }

  const nowInSeconds = () => Number(now ? now() : Date.now()) / 1_000;

  function answer({ request, route, pathname, text }) {
    const { method, query, headers } = request;
    // Where nobody sets the clock, the window is that of its first write.
    const endOfMinute = endOfWindow(now ? nowInSeconds() : FIRST_WRITE / 1_000_000);
    const limits = {
      "x-ratelimit-limit": UNLIMITED, "x-ratelimit-remaining": UNLIMITED, "x-ratelimit-reset": String(endOfMinute),
    };
    try {
      const id = /^user\/([^/]*)$/.exec(route)?.[1];
      const methods = id === undefined ? Object.hasOwn(ROUTES, route ?? "") && ROUTES[route] : SINGLE;
      if (!methods) refuse(404, `there is nothing at ${pathname}`);
      if (!Object.hasOwn(methods, method)) refuse(405, `method ${method} is not allowed on this path`);
      if (!query.api_key) refuse(401, "api_key is missing");
      if (apiKey !== undefined && query.api_key !== apiKey) refuse(401, "api_key is unknown");
      const rights = rightsOf(headers.authorization ?? "", nowInSeconds());
      const given = { store, rights, query, text, id: id === undefined ? undefined : pathId(id) };
      const [status, body] = methods[method](given);
      return respond(status, { ...body, duration }, limits);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return respond(refusal.status, refusal.body, limits);
    }
  }

  async function fail({ failure, applied }, asked, signal) {
    if (failure === "cut") return cutShort(answer(asked));
    if (applied) answer(asked);
    if (failure === "hang") return hang(signal);
    if (failure === "network") throw connectionError("fetch failed", "ECONNRESET");
    if (failure === "unreachable") throw connectionError("fetch failed", "ECONNREFUSED");
    const { status, headers, body = errorBody(status, `scripted failure ${status}`) } = failure;
    return respond(status, [204, 205, 304].includes(status) ? null : body, headers);
  }

  reset();
  return {
    async fetch(input, init) {
      const signal = init?.signal ?? (typeof input === "object" ? input.signal : undefined);
      throwIfAborted(signal);
      const asked = await read(input, init);
      requests.push(asked.request);
      const next = nextFailure(asked.request);
      const response = await (next ? fail(next, asked, signal) : answer(asked));
      throwIfAborted(signal);
      return response;
    },

    requests,

    user: (id) => store.get(id),

    users: () => store.all(),

    add(users) {
      add([...users].map((user, index) => checkedSeed(user, `users[${index}]`)));
    },

    fail(failure, options) {
      const when = optional(options, "when", "function") ?? (() => true);
      const left = optional(options, "times", "number") ?? 1;
      const script = { failure: checkFailure(failure), left, when, applied: optional(options, "applied", "boolean") };
      failures.push(script);
      return () => { script.left = 0; };
    },

    reset,
  };
}

/** A user that a test is prepared with: a mistake there is the test's. */
function checkedSeed(user, path) {
  try {
    return checkUser(JSON.parse(JSON.stringify(user ?? null)), path);
  } catch (refusal) {
    throw refusal instanceof Refusal ? new TypeError(refusal.body.detail) : refusal;
  }
}

export function userToken(id, claims) {
  const broken = typeof id === "string" ? brokenIdRule(id) : `must be a string, but is ${describe(id)}`;
  if (broken) throw new TypeError(`id ${broken}`);
  const part = (value) => {
    const bytes = String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)));
    return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  return [part({ alg: "HS256", typ: "JWT" }), part({ ...claims, user_id: id }), part("not signed")].join(".");
}
