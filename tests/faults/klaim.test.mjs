// Five rows of faults on Klaim, in Node: the call loop is the same, so that what is expected is as well.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { after, describe, test } from "node:test";

import { BEFORE, CLIENT, endsOf, watchTime } from "./perform.mjs";
import { klaimFaces } from "../support/package.mjs";
import { PATIENCE } from "../support/patience.mjs";
import { KLAIM_KEY, startServer } from "../support/server.mjs";
import { startFaultServer } from "./fault-server.mjs";
import { classOf, expectedIn, rows } from "./rows.mjs";

/** Lost before the headers, broken off in the body, late, cut short, and refused for a while. */
const ROWS = [5, 9, 12, 15, 36];
/** Where a case has none: what is to be answered is, on any machine. */
const LIMITS = { timeout: PATIENCE, deadline: PATIENCE };

const api = klaimFaces.import;
const server = await startServer();
const faults = await startFaultServer(server);
after(() => Promise.all([server.stop(), faults.stop()]));

const admin = api.connect(KLAIM_KEY, { baseUrl: server.klaim });
const fields = (id, metadata) => ({ email: `${id}@example.com`, metadata });

const CALLS = {
  get: (user, options) => user.get(options),
  create: (user, options) => user.create(fields(user.id, CLIENT), options),
  getOrCreate: (user, options) => user.getOrCreate(fields(user.id, CLIENT), options),
  update: (user, options) => user.update({ metadata: CLIENT }, options),
};

let count = 0;

/** Makes the call of a case, and tells as plain data what came of it. */
async function run({ calls: [call], script, before, options }) {
  const id = `klaim-${(count += 1)}`;
  if (before) await admin.user(id).create(fields(id, BEFORE));
  faults.start(id, script);
  let attempts = 0;
  const pending = [];
  const time = watchTime(endsOf(script), options, (attempt) => faults.arrived(id, attempt));
  // The fault server tells attempts apart by their number, and may wait until the headers were seen.
  const numbered = async (url, init) => {
    const attempt = (attempts += 1);
    const given = fetch(`${url}?attempt=${attempt}`, init);
    time.sent(attempt, given);
    const response = await given;
    if (script.some(({ told }) => told)) pending.push(fetch(`${faults.url}/${id}/told?attempt=${attempt}`));
    return response;
  };
  const client = api.connect(KLAIM_KEY, { baseUrl: `${faults.url}/${id}/klaim/`, fetch: numbered });
  const seen = await told(() => CALLS[call](client.user(id), { ...LIMITS, ...options }));
  time.restore();
  await Promise.all(pending);
  const { hits } = await faults.finish(id);
  assert.equal(hits.length, attempts, "requests that arrived");
  const database = await admin.user(id).get().then(({ data }) => data, () => null);
  return { attempts, ...seen, database };
}

async function told(call) {
  try {
    return { result: "ok", data: (await call()).data };
  } catch (error) {
    assert.ok(api.isUserHandleError(error) && error instanceof api[error.name], `not an error of ours: ${error}`);
    assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /canary/);
    const { name, message, code, attempts, retryable, mayHaveBeenApplied, status, phase } = error;
    return { name, message, code, attempts, retryable, mayHaveBeenApplied, status, phase };
  }
}

/** `getOrCreate` of one who exists already, after the lost answer that created it, reads once more. */
const ofKlaim = ({ calls, script }, { attempts, ...expected }) => {
  const readsBack = calls[0] === "getOrCreate" && script.length > 1 && script[0].forward === 1;
  return { ...expected, attempts: readsBack ? attempts + 1 : attempts };
};

const random = Math.random;
Math.random = () => 0;
after(() => { Math.random = random; });

let cases = 0;
for (const { row, fault, cases: all } of rows.filter(({ row }) => ROWS.includes(row))) {
  describe(`${row}. ${fault}`, () => {
    for (const one of all.filter(({ calls, without }) => CALLS[calls.at(-1)] && !without?.node)) {
      cases += 1;
      test(`${one.calls.at(-1)}: ${one.title}`, async () => {
        const { text = "", within, ...expected } = ofKlaim(one, expectedIn("node", one));
        const seen = await run(one);
        const shown = JSON.stringify(seen);
        for (const [name, value] of Object.entries(expected)) {
          assert.ok(isDeepStrictEqual(seen[name], value), `${name} is not ${JSON.stringify(value)}: ${shown}`);
        }
        assert.ok((seen.message ?? "").includes(text), `the message lacks "${text}": ${shown}`);
        if (expected.code) assert.equal(seen.name, classOf(expected.code).replace("StreamApi", "Klaim"), shown);
      });
    }
  });
}

test("there were cases of every row", () => assert.ok(cases > 30, `${cases}`));
