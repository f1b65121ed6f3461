// Runs every case in one engine: the package under test calls the fault server, which stands before the real one.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { after, describe, test } from "node:test";

import { esm } from "../support/package.mjs";
import { PATIENCE } from "../support/patience.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";
import { startFaultServer } from "./fault-server.mjs";
import { BEFORE, endsOf } from "./perform.mjs";
import { classOf, expectedIn, rows } from "./rows.mjs";

// Not UTC, for the package and for browsers alike: the dates of a server are not in the zone of whoever reads them.
process.env.TZ = "America/New_York";

/** The most that a case waits between attempts where it says nothing else. */
const WITHIN = 5_000;
/** Where a case has none: what is to be answered is, on any machine. */
const LIMITS = { timeout: PATIENCE, deadline: PATIENCE };

/**
 * `engine` is "node", "chromium" or "firefox". `start()` gives `perform(given)`, which runs a case in it, what browsers
 * alone have, `offline(isOffline)` and `unload(given, arrived)`, and `stop()`.
 */
export async function runFaults(engine, start) {
  let server = await startServer("--rate-limit 1000000");
  const real = {
    get url() { return server.url; },
    async crash() {
      await server.kill();
      server = await startServer("--rate-limit 1000000", server.database);
    },
  };
  const faults = await startFaultServer(real);
  const realm = await start();
  after(async () => {
    await realm.stop();
    await Promise.all([server.stop(), faults.stop()]);
  });
  const admin = () => esm.connect(KEY, SECRET, undefined, { baseUrl: server.api });
  const token = (id, inSeconds) =>
    admin().createUserToken(id, inSeconds === undefined ? {} : { exp: Math.floor(Date.now() / 1_000) + inSeconds });
  // A name that is found to be none without a word to the network: some resolvers take seconds over one in `.invalid`.
  // And a port that no `fetch` connects to.
  const places = { ...faults.places, nowhere: `https://${"x".repeat(64)}.invalid/api/`,
    blocked: "http://127.0.0.1:6000/api/" };
  let count = 0;

  async function run(one) {
    const id = `${engine}-${(count += 1)}`;
    if (one.before) await admin().user(id).create(BEFORE);
    faults.start(id, one.script, one.preflight);
    const { calls, script, place, options, random, clock, abort, block, special } = one;
    const outcome = await within(realm, one, {
      id, calls, options: { ...LIMITS, ...options }, ends: place === "silent" ? ["none"] : endsOf(script), random, clock, abort, block, special, key: KEY,
      base: places[one.place] ?? `${faults.url}/${id}/api/`,
      credentials: one.secret ? SECRET : token(id),
      tokens: one.tokens?.map((inSeconds) => token(id, inSeconds)),
      tells: one.script.some(({ told }) => told),
    }, () => faults.arrived(id, 1));
    const { hits, redirected } = await faults.finish(id);
    const { users } = await admin().getUsers([id]);
    return {
      ...outcome, redirected, hits: hits.length,
      path: hits.at(-1)?.path.replace(id, "{id}"), database: users[0]?.data ?? null,
    };
  }

  for (const { row, fault, cases } of rows) {
    describe(`${row}. ${fault}`, () => {
      for (const one of cases.filter(({ without }) => !without?.[engine])) {
        test(`${one.calls.at(-1)}${one.title && `: ${one.title}`}`, async () => {
          check(engine, one, await run(one), expectedIn(engine, one));
        });
      }
    });
  }
}

async function within(realm, one, given, arrived) {
  if (one.special === "unload") return realm.unload(given, arrived);
  if (!one.offline) return realm.perform(given);
  await realm.offline(true);
  try {
    return await realm.perform(given);
  } finally {
    await realm.offline(false);
  }
}

/** What was seen must be what is expected, in each thing that the expectation names. */
function check(engine, one, seen, { text = "", lacks, within = WITHIN, database, ...expected }) {
  const told = JSON.stringify(seen);
  // Several values where it is up to chance: whether an idle connection's end is seen before it is used again.
  for (const [name, value] of Object.entries({ ...expected, ...(database === undefined ? {} : { database }) })) {
    if (value === undefined) continue;
    const allowed = Array.isArray(value) && ["attempts", "database", "code", "phase"].includes(name) ? value : [value];
    assert.ok(allowed.some((it) => isDeepStrictEqual(seen[name], it)),
      `${name} is not ${JSON.stringify(value)}: ${told}`);
  }
  assert.ok(seen.elapsed === undefined || seen.elapsed <= within, `waited over ${within} ms: ${told}`);
  assert.equal(seen.timers ?? 0, expected.timers ?? 0, `timers are left: ${told}`);
  assert.equal(seen.listeners ?? 0, 0, `listeners are left: ${told}`);
  if (expected.code) {
    assert.equal(seen.name, classOf([expected.code].flat()[0]), told);
    assert.ok(seen.known, `not an instance of its class: ${told}`);
    assert.ok(seen.message.includes(text), `the message lacks "${text}": ${told}`);
    assert.ok(lacks === undefined || !seen.message.includes(lacks), `the message has "${lacks}": ${told}`);
  }
  // Browsers send a request again by themselves, and preflights are not counted; Node sends what it is told.
  if (engine === "node" && !one.place && !one.special && one.calls.length === 1 && !one.secret) {
    assert.equal(seen.hits, seen.attempts, `requests that arrived: ${told}`);
  }
}
