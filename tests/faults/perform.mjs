// Makes the calls of one case, in whatever realm this is loaded, and tells as plain data what came of the last one.

// The package takes the timers that there are when it is imported. So this file is imported first, and what the package takes
// calls what is here at the time.
const timers = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
globalThis.setTimeout = (...given) => timers.setTimeout.call(globalThis, ...given);
globalThis.clearTimeout = (...given) => timers.clearTimeout.call(globalThis, ...given);

export const CLIENT = { from: "the client" };
export const BEFORE = { from: "before" };

/** A function inside the module that only `addUsers` calls: what is to trap. */
export const TRAPPING = "idHashes";

const REASON = { mine: true };

const CALLS = {
  get: (client, id, options) => client.user(id).get(options),
  create: (client, id, options) => client.user(id).create(CLIENT, options),
  getOrCreate: (client, id, options) => client.user(id).getOrCreate(CLIENT, options),
  update: (client, id, options) => client.user(id).update(CLIENT, options),
  delete: (client, id, options) => client.user(id).delete(options),
  /** Another user, who may be there or not: afterwards there is a connection to use again. */
  elsewhere: (client, id, options) => client.user(`${id}-other`).get(options).catch(() => {}),
  getUsers: (client, id, options) => client.getUsers([id], options),
};

const native = globalThis.fetch.bind(globalThis);
const own = /user-handle\/dist\/|\/package\//;

/**
 * `given` is what suite.mjs makes of a case. The first argument is the realm's: the package as `api`, `fresh()`, which
 * gives a copy of it whose module traps in `addUsers`, and `startWorker(given)`, which starts the call in a worker and
 * gives `end()` and `told()`.
 */
export async function perform({ api, fresh, startWorker }, given) {
  const watched = watch(given);
  try {
    if (given.special === "trap") return await withTrap(await fresh(), given, watched);
    if (given.special === "worker") return await withWorker(api, startWorker, given, watched);
    return await inOrder(api, given, watched);
  } finally {
    await watched.restore();
  }
}

function connect(api, given, watched, events = {}) {
  const { key, credentials, tokens, base } = given;
  const provider = async (reason) => {
    watched.asked.push(reason);
    return tokens[Math.min(watched.asked.length, tokens.length) - 1];
  };
  const client = api.connect(key, tokens ? provider : credentials, undefined, { baseUrl: base });
  for (const [event, listener] of Object.entries(events)) client.on(event, listener);
  return client;
}

/** The calls of the case on one client; those before the last must succeed. */
async function inOrder(api, given, watched) {
  const seen = { requests: 0, delays: [] };
  const controller = new AbortController();
  const abort = () => controller.abort(REASON);
  const listening = countListeners(controller.signal);
  const outcome = await told(api, async () => {
    const client = connect(api, given, watched, {
      request: () => (seen.requests += 1),
      retry: ({ delayMs }) => {
        seen.delays.push(delayMs);
        if (given.abort === "backoff") queueMicrotask(abort);
      },
    });
    if (given.abort === "before") abort();
    if (given.abort === "headers") watched.onArrival = abort;
    if (given.abort === "body") watched.onHeaders = abort;
    const options = { ...given.options, ...(given.abort && { signal: controller.signal }) };
    for (const call of given.calls.slice(0, -1)) await CALLS[call](client, given.id, given.options);
    seen.requests = 0;
    return CALLS[given.calls.at(-1)](client, given.id, options);
  });
  // Not by the clock, which would measure the machine: what the package waited for.
  const elapsed = watched.time.held() ?? seen.delays.reduce((sum, delay) => sum + delay, 0);
  if (given.abort === "after") abort();
  return {
    ...outcome, ...seen, elapsed, asked: watched.asked, timers: watched.time.timers.size, listeners: listening(),
    attempts: outcome.attempts ?? seen.requests,
  };
}

/** One call in flight, and one that traps; then one that is to succeed. */
async function withTrap(api, given, watched) {
  const client = connect(api, given, watched);
  const inFlight = told(api, () => CALLS[given.calls[0]](client, given.id));
  await watched.arrival();
  const trapped = await told(api, () => client.addUsers([{ id: given.id, data: {} }]));
  const outcome = await inFlight;
  const next = await told(api, () => CALLS[given.calls[1]](client, given.id));
  return { ...outcome, trapped: trapped.code, next: next.result ?? next.code, timers: watched.time.timers.size };
}

/** A call in a worker that is ended meanwhile; then one here. */
async function withWorker(api, startWorker, given, watched) {
  const worker = await startWorker(given);
  await watched.arrival();
  await worker.end();
  const client = connect(api, given, watched);
  const next = await told(api, () => CALLS[given.calls[1]](client, given.id));
  return { result: worker.told() ?? "nothing is told", next: next.result ?? next.code, attempts: 1 };
}

async function told(api, run) {
  try {
    const value = await run();
    return { result: "ok", data: value?.data, ...(value?.alreadyGone && { alreadyGone: true }) };
  } catch (error) {
    if (error === REASON) return { result: "the reason" };
    const { name, message, code, attempts, retryable, mayHaveBeenApplied, status, phase, hint, retryAfterMs } = error;
    const known = api.isUserHandleError(error) && error instanceof api[name];
    return { name, message, code, attempts, retryable, mayHaveBeenApplied, status, phase, hint, retryAfterMs, known };
  }
}

/**
 * Numbers the requests, watches the package's timers, and pins chance and, where the case says so, the clock. Lets the
 * fault server know when headers have been seen.
 */
function watch({ base, random = 0, clock = 0, block, tells, special, ends, options }) {
  const original = { fetch: globalThis.fetch, setTimeout, random: Math.random, now: Date.now };
  const root = base.replace(/\/api\/$/, "");
  const asks = (what, attempt) => native(`${root}/${what}?attempt=${attempt}`);
  // A realm that is frozen has the platform's time.
  const time = watchTime(block === undefined ? ends : [], options, (attempt) => asks("arrived", attempt));
  const watched = { asked: [], time, arrival: () => asks("arrived", 1), restore };
  const pending = [];
  // The first is the worker's.
  let attempts = special === "worker" ? 1 : 0;

  globalThis.fetch = async (url, init) => {
    const attempt = (attempts += 1);
    const given = native(`${url}&attempt=${attempt}`, init);
    time.sent(attempt, given);
    if (watched.onArrival) pending.push(watched.arrival().then(watched.onArrival));
    if (block) pending.push(watched.arrival().then(() =>
      { for (const end = performance.now() + block; performance.now() < end; ); }));
    const response = await given;
    if (tells) pending.push(asks("told", attempt));
    if (watched.onHeaders) original.setTimeout.call(globalThis, watched.onHeaders);
    return response;
  };
  Math.random = () => random;
  Date.now = () => original.now() + clock;

  async function restore() {
    globalThis.fetch = original.fetch;
    time.restore();
    Math.random = original.random;
    Date.now = original.now;
    await Promise.allSettled(pending);
  }
  return watched;
}

/** What is a time limit that a case is to reach, in milliseconds: others are as long as the tests have patience. */
const SHORT = 1_000;

/**
 * Watches the package's timers. Where a case is to reach a time limit, it also holds the time, so that it makes no difference
 * how fast the machine is: the clock stands still but for the package's timers, and such a timer runs when the attempt has
 * come as far as it will come. `ends` says for each attempt how far that is: "request", which the service has then, "headers",
 * or "answer", which is before any limit. `arrived` resolves once the service has the request of an attempt.
 */
export function watchTime(ends, { timeout = Infinity, deadline = Infinity } = {}, arrived) {
  const original = { ...timers };
  const isHeld = ends.length > 0 && Math.min(timeout, deadline) < SHORT;
  const running = new Set();
  const start = performance.now();
  let now = 0;
  let [attempt, headers] = [0, undefined];

  const comes = {
    request: () => arrived(attempt),
    headers: () => headers,
    answer: () => new Promise(() => {}),
    none: () => {},
  };

  timers.setTimeout = (run, ms, ...rest) => {
    const isOwn = own.test(new Error().stack);
    const due = now + ms;
    const fire = (...args) => {
      running.delete(timer);
      run(...args);
    };
    const fireWhenItIsTime = async (...args) => {
      await comes[ends[Math.min(attempt, ends.length) - 1]]();
      // The package hears of the headers first.
      await new Promise((resolve) => original.setTimeout.call(globalThis, resolve));
      if (!running.has(timer)) return;
      now = Math.max(now, due);
      fire(...args);
    };
    const timer = original.setTimeout.call(globalThis, isOwn && isHeld ? fireWhenItIsTime : fire, ms, ...rest);
    if (isOwn) running.add(timer);
    return timer;
  };
  timers.clearTimeout = (timer) => {
    running.delete(timer);
    original.clearTimeout.call(globalThis, timer);
  };
  if (isHeld) performance.now = () => start + now;

  return {
    timers: running,
    /** An attempt was sent: its number, and what `fetch` gave. */
    sent(number, given) {
      attempt = number;
      headers = given.then(() => {}, () => {});
    },
    /** The milliseconds that have gone by, where the time is held. */
    held: () => (isHeld ? now : undefined),
    restore() {
      Object.assign(timers, original);
      if (isHeld) delete performance.now;
    },
  };
}

/** How far each attempt of a script comes. */
export const endsOf = (script) => script.map((fault) => {
  if (fault === "serve" || Array.isArray(fault)) return "answer";
  return fault.nothing ? "request" : "headers";
});

/** Counts the listeners that a signal has of those that are added from now on. */
function countListeners(signal) {
  const listening = new Set();
  for (const [method, note] of [["addEventListener", "add"], ["removeEventListener", "delete"]]) {
    const original = signal[method];
    signal[method] = function (...given) {
      listening[note](given[1]);
      return original.apply(this, given);
    };
  }
  return () => listening.size;
}
