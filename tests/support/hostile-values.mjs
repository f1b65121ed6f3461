// Hostile values for fast-check: recipes, which make the same value as often as they are asked to.
//
// A recipe is `{ show, make }`. `make(world)` gives a fresh value; `world` is what a hostile value can reach:
// `world.enter()` calls the client again, `world.dispose()` ends it, `world.reason(value)` notes with what an aborted
// call may reject.

import fc from "fast-check";

/** A world in which nothing happens: for the value that is expected. */
export const QUIET = { enter() {}, dispose() {}, reason: (value) => value };

const recipe = (show, make) => ({ show, make, [fc.toStringMethod]: () => show });
const fixed = (show, make) => fc.constant(recipe(show, make));

/** Text of any UTF-16: controls, halves of surrogate pairs, whole ones. */
const unit = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff }), fc.constant(0xd83d));
const text = fc.array(unit, { maxLength: 6 }).map((units) => String.fromCharCode(...units));

const NAMES = [
  "__proto__", "constructor", "prototype", "toJSON", "toString", "valueOf", "then", "hasOwnProperty", "length", "id",
  "data", "user_id", "signal", "0", "", "a", "b", "duration", "name",
];
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, text);

const thrower = () => { throw new Error("hostile"); };
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const nested = (levels, wrap) => {
  let value = wrap();
  for (let level = 1; level < levels; level += 1) value = wrap(value);
  return value;
};

const rejecting = () => {
  const lost = Promise.reject(new Error("hostile"));
  lost.catch(() => {});
  return lost;
};
/** Each level is read from a getter, and has one of its own. */
const endless = () => ({ get a() { return endless(); } });
const endlessToJson = () => ({ toJSON: () => ({ a: endlessToJson() }) });

const scalar = fc.oneof(
  fc.constantFrom(undefined, null, true, false, 0, -0, NaN, Infinity, 2 ** 53, 1n),
  fc.double(), text,
).map((value) => recipe(typeof value === "string" ? JSON.stringify(value) : `${String(value)}`, () => value));

/** What is wrong in itself, or nearly so. */
const oddity = fc.oneof(...Object.entries({
  "a symbol": () => Symbol("hostile"),
  "a function": () => () => {},
  "a class": () => class {},
  "a date": () => new Date(0),
  "a broken date": () => new Date(NaN),
  "a map": () => new Map([[{}, 1]]),
  "a set": () => new Set([1]),
  "a weak map": () => new WeakMap(),
  "bytes": () => new Uint8Array(3),
  "a buffer": () => new ArrayBuffer(3),
  "a regular expression": () => /a/g,
  "an error": () => new Error("hostile"),
  "a promise": () => Promise.resolve({}),
  "a promise that rejects": rejecting,
  "a thenable that never ends": () => ({ then() {} }),
  "a thenable that throws": () => ({ then: thrower }),
  "a boxed string": () => new String("text"),
  "a boxed number": () => new Number(7),
  "a boxed NaN": () => Object(NaN),
  "a boxed BigInt": () => Object(1n),
  "a boxed symbol": () => Object(Symbol("hostile")),
  "an object without a prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "an object with a hostile prototype": () => Object.create({ get a() { return thrower(); }, toJSON: thrower }),
  "a generator": () => (function* () { yield 1; throw new Error("hostile"); })(),
  "an endless generator": () => (function* () { for (;;) yield "a"; })(),
  "an iterator that throws": () => ({ [Symbol.iterator]: thrower }),
  "an iterator that is none": () => ({ [Symbol.iterator]: () => 7 }),
  "a revoked proxy": () => revoked({}),
  "a revoked proxy of an array": () => revoked([]),
  "a revoked proxy of a function": () => revoked(() => {}),
  "a proxy of a proxy": () => new Proxy(new Proxy({ a: [1] }, {}), {}),
  "a sparse array": () => { const list = [1]; list[5] = 2; return list; },
  "an array of great length": () => { const list = []; list.length = 1e5; return list; },
  "an array with more than members": () => Object.assign([1, 2], { extra: 1, "-1": 2 }),
  "an array that makes no text": () => { const list = [1]; list.toJSON = thrower; return list; },
  "a cycle": () => { const value = { a: [] }; value.a.push(value); return value; },
  "a cycle of arrays": () => { const value = []; value.push([value]); return value; },
  "10 000 levels of arrays": () => nested(10_000, (inner) => (inner === undefined ? [] : [inner])),
  "10 000 levels of objects": () => nested(10_000, (inner) => (inner === undefined ? {} : { a: inner })),
  "10 000 levels of toJSON": () => nested(10_000, (inner) => ({ toJSON: () => inner ?? 1 })),
  "levels without end": endless,
  "64 levels": () => nested(64, (inner) => (inner === undefined ? {} : { a: inner })),
  "65 levels": () => nested(65, (inner) => (inner === undefined ? {} : { a: inner })),
  "20 kB": () => ({ a: "x".repeat(20_000) }),
  "a key of 100 kB": () => ({ ["k".repeat(100_000)]: NaN }),
  "what cannot be a primitive": () => ({ [Symbol.toPrimitive]: thrower, toString: thrower, valueOf: thrower }),
  "what is called a Number": () => ({ [Symbol.toStringTag]: "Number", valueOf: () => 1, a: [1] }),
  "what is called a Number and throws": () => ({ [Symbol.toStringTag]: "Number", valueOf: thrower }),
  "what is called a String": () => ({ [Symbol.toStringTag]: "String", a: { b: 1 } }),
  "70 levels of what is called a String": () =>
    nested(70, (inner) => ({ [Symbol.toStringTag]: "String", ...(inner && { a: inner }) })),
  "what is called a Map": () => ({ [Symbol.toStringTag]: "Map", a: 1 }),
  "what throws when it is called anything": () => ({ get [Symbol.toStringTag]() { return thrower(); } }),
  "a toJSON that is no function": () => ({ toJSON: { a: 1 } }),
  "a toJSON that gives itself": () => ({ a: 1, toJSON() { return this; } }),
  "a toJSON that gives undefined": () => ({ toJSON() {} }),
  "a toJSON that gives more of it": endlessToJson,
}).map(([show, make]) => fixed(show, make)));

/** Defined, not set: `__proto__` is a key like any other. */
const define = (object, name, value) =>
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });

const TRAPS = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "isExtensible", "set"];

/** Ways to wrap a value in something hostile. */
const WRAPPERS = {
  "an object of it": (inner, name) => (world) => define({}, name, inner.make(world)),
  "an array of it": (inner) => (world) => [inner.make(world), inner.make(world)],
  "a getter of it": (inner, name) => (world) =>
    Object.defineProperty({}, name, { enumerable: true, get: () => inner.make(world) }),
  "a getter that gives it once": (inner, name) => (world) => {
    let reads = 0;
    const get = () => ((reads += 1) === 1 ? inner.make(world) : NaN);
    return Object.defineProperty({}, name, { enumerable: true, get });
  },
  "a getter that throws": (inner, name) => (world) =>
    Object.defineProperty({ a: inner.make(world) }, name, { enumerable: true, configurable: true, get: thrower }),
  "a getter that mutates": (inner, name) => (world) => {
    const value = { second: inner.make(world), [`${name}!`]: 1 };
    const get = () => {
      delete value.second;
      value.third = 3;
      return 1;
    };
    return { list: [Object.defineProperty({}, name, { enumerable: true, get }), value], value };
  },
  "a getter that empties the array around it": (inner) => (world) => {
    const list = [];
    list.push({ get a() { list.length = 0; return 1; } }, inner.make(world));
    return { list };
  },
  "a getter that enters the client": (inner, name) => (world) =>
    Object.defineProperty({}, name, { enumerable: true, get() { world.enter(); return inner.make(world); } }),
  "a getter that disposes of the client": (inner, name) => (world) =>
    Object.defineProperty({}, name, { enumerable: true, get() { world.dispose(); return inner.make(world); } }),
  "a toJSON that gives it": (inner) => (world) => ({ lost: 1, toJSON: () => inner.make(world) }),
  "a toJSON that enters the client": (inner, name) => (world) =>
    ({ toJSON() { world.enter(); return define({}, name, inner.make(world)); } }),
  "a toJSON that throws": (inner, name) => (world) => define({ toJSON: thrower }, `${name}!`, inner.make(world)),
  "a proxy": (inner, name) => (world) => new Proxy(define({}, name, inner.make(world)), {}),
  "a proxy of an array": (inner) => (world) => new Proxy([inner.make(world)], {}),
  "a proxy that changes with each read": (inner, name) => (world) => {
    const reads = {};
    const get = (target, read) => {
      if (typeof read !== "string" || read === "toJSON") return target[read];
      return (reads[`_${read}`] = (reads[`_${read}`] ?? 0) + 1) === 1 ? target[read] : undefined;
    };
    return new Proxy(define({}, name, inner.make(world)), { get });
  },
  "a proxy that throws": (inner, name, trap) => (world) =>
    new Proxy(define({}, name, inner.make(world)), { [trap]: thrower }),
  "a proxy that enters the client": (inner, name) => (world) =>
    new Proxy(define({}, name, inner.make(world)), { get(target, read) { world.enter(); return target[read]; } }),
  "a proxy that lies about its keys": (inner, name) => (world) =>
    new Proxy(define({}, name, inner.make(world)), { ownKeys: () => ["a", "a"] }),
};

/** Any value. */
export const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: scalar }, { weight: 3, arbitrary: oddity }, { weight: 5, arbitrary: tie("wrapped") },
    { weight: 2, arbitrary: tie("object") },
  ),
  wrapped: fc.tuple(fc.constantFrom(...Object.entries(WRAPPERS)), tie("value"), key, fc.constantFrom(...TRAPS)).map(
    ([[show, wrap], inner, name, trap]) =>
      recipe(`${show} (${JSON.stringify(name)}, ${trap}, ${inner.show})`, wrap(inner, name, trap)),
  ),
  object: fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) =>
    recipe(`{${entries.map(([name, { show }]) => `${JSON.stringify(name)}: ${show}`)}}`,
      (world) => entries.reduce((object, [name, { make }]) => define(object, name, make(world)), {}))),
})).value;

/** Any character but halves of surrogate pairs. The library's own takes two seconds to list them. */
const character = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((code) => String.fromCodePoint(code));

/** What is sent as it is, mostly. */
export const plainData = fc.jsonValue({ maxDepth: 3, stringUnit: character }).map((value) => ({ value }))
  .map((data) => recipe(JSON.stringify(data), () => structuredClone(data)));

/** Data: fine one time in three, and hostile else. */
export const data = fc.oneof({ weight: 1, arbitrary: plainData }, { weight: 2, arbitrary: anything });

/** An id: fine one time in two. */
export const id = fc.oneof(
  fc.stringMatching(/^[\w-]{1,12}$/).map((value) => recipe(JSON.stringify(value), () => value)),
  fixed('"ada"', () => "ada"), scalar, anything,
);

/** A text, of any UTF-16. */
export const anyText = text.map((value) => recipe(JSON.stringify(value), () => value));

/** A signal of the platform, or what looks like one. */
const signal = fc.oneof(
  fixed("an open signal", () => new AbortController().signal),
  fixed("an aborted signal", (world) => AbortSignal.abort(world.reason(new Error("mine")))),
  fixed("a signal that is aborted soon", (world) => {
    const controller = new AbortController();
    queueMicrotask(() => controller.abort(world.reason(Object.freeze({ mine: true }))));
    return controller.signal;
  }),
  anything.map(({ show, make }) => recipe(`a signal aborted with ${show}`, (world) => {
    const reason = world.reason(make(QUIET));
    return { aborted: true, reason, addEventListener() {}, removeEventListener() {} };
  })),
  fixed("a signal that throws", (world) => ({
    aborted: false, addEventListener: thrower, removeEventListener: thrower,
    get reason() { world.reason(undefined); throw new Error("hostile"); },
  })),
  fixed("a signal that changes its mind", (world) => {
    let reads = 0;
    const reason = world.reason("mine");
    const listening = { addEventListener() {}, removeEventListener() {} };
    return { get aborted() { return (reads += 1) % 2 === 0; }, reason, ...listening };
  }),
  fixed("a signal that calls at once", (world) => ({
    aborted: false, reason: world.reason(7), removeEventListener() {},
    addEventListener(_, listener) {
      listener();
      listener();
    },
  })),
  anything,
);

const optional = (arbitrary) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Options of a call: undefined one time in three. */
export const options = fc.oneof(
  fixed("undefined", () => undefined),
  fc.record({
    signal: optional(signal),
    timeout: optional(fc.oneof(fc.constant(recipe("5", () => 5)), scalar, anything)),
    deadline: optional(fc.oneof(fc.constant(recipe("1000", () => 1_000)), scalar, anything)),
    with_follow_counts: optional(anything), get_or_create: optional(anything), getOrCreate: optional(anything),
    reason: optional(anything), user_id: optional(id),
  }).map((given) => {
    const entries = Object.entries(given).filter(([, made]) => made !== undefined);
    return recipe(`{${entries.map(([name, { show }]) => `${name}: ${show}`)}}`,
      (world) => Object.fromEntries(entries.map(([name, { make }]) => [name, make(world)])));
  }),
  anything,
);

/** Members of a batch. */
export const batch = (member) => fc.oneof(
  fc.array(member, { maxLength: 5 }).map((members) =>
    recipe(`[${members.map(({ show }) => show)}]`, (world) => members.map(({ make }) => make(world)))),
  fc.array(member, { maxLength: 3 }).map((members) =>
    recipe(`a set of [${members.map(({ show }) => show)}]`,
      (world) => new Set(members.map(({ make }) => make(world))))),
  anything,
);

export const newUser = fc.oneof(
  fc.tuple(id, data).map(([anId, some]) =>
    recipe(`{ id: ${anId.show}, data: ${some.show} }`, (world) => ({ id: anId.make(world), data: some.make(world) }))),
  anything,
);
