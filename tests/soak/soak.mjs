// A soak: many mixed calls through the packed package while one request in five fails, and then the books are balanced.
//
// `cargo xtask soak` runs it. Afterwards every write that was acknowledged is in the database, every other one was
// reported as uncertain or as not done, no call is pending, and neither memory nor handles have grown. What is left uncertain is
// written once more until that is acknowledged, and then there is one state that each user may have.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { assertFlat, measure, told, watchInstances } from "../support/memory.mjs";
import { fresh } from "../support/package.mjs";
import { PATIENCE } from "../support/patience.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";
import { Model } from "./model.mjs";

/** Lanes run side by side. Each has ids of its own, since only the writes of one client keep their order. */
const LANES = 16;
const IDS_PER_LANE = 32;
/** Calls under way at the same time in one lane. */
const IN_FLIGHT = 4;
/** Calls after which a lane opens a new client: one that has seen too many failures repeats nothing. */
const CALLS_PER_CLIENT = 24;
/** After each of so many parts everything is measured, while no call runs; the first part warms up. */
const PARTS = 10;
/** Short, because a stall ends with the timeout. On a slow machine other calls do too: they are more that is left uncertain. */
const OPTIONS = { timeout: 200, deadline: 2_000, retries: 2 };
const KINDS = "reset,stall,503,429,500,truncate";
/** How a call may fail here. `internal`, or a refusal of input, is a defect. */
const EXPECTED = new Set([
  "network", "timeout", "outcome_unknown", "invalid_response", "rate_limited", "server_error", "conflict", "not_found",
]);

/** Mulberry32: 32 bits of state are plenty to choose calls with. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const data = (number) => ({ number, text: "é".repeat(number % 150) });

/** The state of a record; data that no call has sent is none. */
function stateOf(record) {
  const { number } = record.data;
  assert.deepEqual(record.data, data(number), `data that nobody sent is stored for ${record.id}`);
  return number;
}

/** Makes the calls. */
class Soak {
  model = new Model();
  outcomes = new Map();
  retries = 0;
  made = 0;
  open = 0;
  pending = new Map();
  lastEnd = Date.now();
  #number = 0;

  constructor(api, baseUrl, seed) {
    this.api = api;
    this.baseUrl = baseUrl;
    this.lanes = Array.from({ length: LANES }, (_, lane) => ({
      random: random(seed + lane),
      ids: Array.from({ length: IDS_PER_LANE }, (_, n) => `user-${lane}-${n}`),
      // The first lane keeps its client to the end.
      client: lane === 0 ? this.#connect() : undefined,
    }));
  }

  #connect(options) {
    const client = this.api.connect(KEY, SECRET, undefined, { baseUrl: this.baseUrl, ...OPTIONS, ...options });
    client.on("retry", () => {
      this.retries += 1;
    });
    return client;
  }

  /** Makes so many calls, and ends when all of them have. */
  async run(calls) {
    let watch;
    const hangs = new Promise((_, reject) => {
      watch = setInterval(() => {
        if (Date.now() - this.lastEnd < PATIENCE) return;
        reject(new Error(`calls are pending that do not end: ${[...this.pending.values()].join(", ")}`));
      }, 1_000);
    });
    this.lastEnd = Date.now();
    try {
      await Promise.race([hangs, Promise.all(this.lanes.map((lane) => this.#lane(lane, Math.ceil(calls / LANES))))]);
    } finally {
      clearInterval(watch);
    }
    assert.equal(this.pending.size, 0);
  }

  /** Writes what is uncertain of a user until a write is acknowledged; each round has more time, for a machine of any speed. */
  async settle() {
    const isUncertain = (id) => this.model.states(id).length > 1;
    let open = this.model.ids.filter(isUncertain);
    this.open = open.length;
    for (let timeout = OPTIONS.timeout; open.length > 0; timeout *= 2) {
      for (let from = 0; from < open.length; from += LANES) {
        const client = this.#connect({ timeout, deadline: 4 * timeout });
        await Promise.all(open.slice(from, from + LANES).map((id) => {
          const number = (this.#number += 1);
          return this.#write("override", number, [id], () => client.addUsers([{ id, data: data(number) }], true));
        }));
        client[Symbol.dispose]();
      }
      open = open.filter(isUncertain);
    }
  }

  async #lane(lane, calls) {
    for (let left = calls; left > 0; left -= CALLS_PER_CLIENT) {
      const client = lane.client ?? this.#connect();
      let rest = Math.min(left, CALLS_PER_CLIENT);
      const worker = async () => {
        while (rest > 0) {
          rest -= 1;
          await this.#call(client, lane);
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
      if (!lane.client) client[Symbol.dispose]();
    }
  }

  async #call(client, lane) {
    const chance = lane.random();
    const id = lane.ids[Math.floor(lane.random() * lane.ids.length)];
    const from = Math.floor(lane.random() * (lane.ids.length - 8));
    const many = lane.ids.slice(from, from + 1 + Math.floor(lane.random() * 8));
    const number = (this.#number += 1);
    const user = client.user(id);
    const written = ({ created_users }) => ({ written: new Set(created_users.map((record) => record.id)) });
    const members = () => many.map((id) => ({ id, data: data(number) }));
    if (chance < 0.14) return this.#write("create", number, [id], () => user.create(data(number)));
    if (chance < 0.18) return this.#write("create", number, [id], () => user.create(data(number), { reconcile: true }));
    if (chance < 0.3) {
      const seen = (handle) => ({ seen: stateOf(handle) });
      return this.#write("getOrCreate", number, [id], () => user.getOrCreate(data(number)), seen);
    }
    if (chance < 0.5) return this.#write("update", number, [id], () => user.update(data(number)));
    if (chance < 0.64) return this.#write("delete", number, [id], () => user.delete());
    if (chance < 0.72) return this.#write("add", number, many, () => client.addUsers(members()), written);
    if (chance < 0.78) return this.#write("override", number, many, () => client.addUsers(members(), true));
    if (chance < 0.81) return this.#write("deleteMany", number, many, () => client.deleteUsers(many));
    if (chance < 0.95) return this.#read("get", [id], async () => [(await user.get()).full]);
    return this.#read("getMany", many, async () => (await client.getUsers(many)).users);
  }

  async #write(kind, number, ids, call, learn = ({ alreadyGone }) => ({ alreadyGone })) {
    const ended = this.model.write(kind, number, ids);
    const { answer, error } = await this.#outcome(`${kind} ${number} of ${ids.join(" ")}`, kind, call);
    ended(error ?? { done: true, ...learn(answer) });
  }

  async #read(kind, ids, call) {
    const ended = this.model.read(ids);
    const { answer, error } = await this.#outcome(`${kind} ${ids.join(" ")}`, kind, call);
    if (error) assert.equal(error.mayHaveBeenApplied, false, `a ${kind} may have been applied`);
    if (error && error.code !== "not_found") return ended(undefined);
    const found = new Map((answer ?? []).map((record) => [record.id, stateOf(record)]));
    return ended(new Map(ids.map((id) => [id, found.get(id) ?? null])));
  }

  async #outcome(text, kind, call) {
    const key = Symbol(text);
    this.pending.set(key, text);
    this.made += 1;
    let result;
    try {
      result = { answer: await call() };
    } catch (error) {
      if (!EXPECTED.has(error.code)) throw error;
      result = { error };
    }
    this.pending.delete(key);
    this.lastEnd = Date.now();
    const { error } = result;
    const name = !error ? "done" : `${error.code}${error.mayHaveBeenApplied ? " (may have been applied)" : ""}`;
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1);
    return result;
  }
}

/** Reads every id through a server without faults on the same file. */
async function readAll(api, database, ids) {
  const server = await startServer("", database);
  const client = api.connect(KEY, SECRET, undefined, { baseUrl: server.api });
  const stored = new Map();
  for (let from = 0; from < ids.length; from += 100) {
    const { users } = await client.getUsers(ids.slice(from, from + 100));
    for (const record of users) stored.set(record.id, stateOf(record));
  }
  client[Symbol.dispose]();
  assert.equal(await server.stop(), 0);
  return stored;
}

/** Makes so many calls, checks what came of them, and gives a report. */
export async function soak({ calls, seed = 7, rate = 0.2 }) {
  const started = [];
  const restoreInstance = watchInstances(started);
  // The waits before a retry are drawn at random, up to a second: here they are a thousandth of that.
  const nativeRandom = Math.random;
  Math.random = () => 0.001;
  try {
    const begin = Date.now();
    const api = await fresh();
    const start = (database) => startServer(`--faults seed=${seed},rate=${rate},kinds=${KINDS}`, database);
    let server = await start();
    const run = new Soak(api, server.api, seed);
    /** Stops the server, so that nothing is under way, and holds what is stored against what was reported. */
    const compare = async () => {
      assert.equal(await server.stop(), 0);
      const stored = await readAll(api, server.database, run.model.ids);
      const compared = run.model.compare((id) => stored.get(id) ?? null);
      assert.deepEqual(run.model.violations, []);
      return compared;
    };
    const measured = [];
    for (let part = 0; part < PARTS; part += 1) {
      await run.run(calls / PARTS);
      measured.push(await measure(started));
    }
    await compare();
    server = await start(server.database);
    run.baseUrl = server.api;
    await run.settle();
    const { ids, settled } = await compare();
    assert.equal(settled, ids, "ids that a write was acknowledged for are uncertain");
    assert.equal(started.length, 1, "the module was started again, so it has trapped");
    assertFlat(measured, LANES * IN_FLIGHT);
    const outcomes = Object.fromEntries([...run.outcomes].sort(([, a], [, b]) => b - a));
    const seconds = (Date.now() - begin) / 1_000;
    return { calls: run.made, seconds, outcomes, retries: run.retries, ids, open: run.open, measured };
  } finally {
    Math.random = nativeRandom;
    restoreInstance();
  }
}

function print({ calls, seconds, outcomes, retries, ids, open, measured }) {
  console.log(`${calls} calls in ${seconds.toFixed(1)} s, ${retries} requests sent again`);
  for (const [name, count] of Object.entries(outcomes)) console.log(`  ${String(count).padStart(8)}  ${name}`);
  console.log(`${ids} ids are stored as reported; ${open} of them were left open, and a further write settled them`);
  console.log("After each tenth of the calls:");
  for (const line of told(measured)) console.log(`  ${line}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { calls: { type: "string", default: "200000" }, seed: { type: "string", default: "7" } },
  });
  print(await soak({ calls: Number(values.calls), seed: Number(values.seed) }));
}
