// What several writes, or one whose answer was lost, leave behind: their order, and whether a create can be recognised.

import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";

import { faces } from "../support/package.mjs";
import { record, recordOf, startRecorder } from "../support/recorder.mjs";
import { assertError, failure } from "../support/refusal.mjs";

const recorder = await startRecorder();
after(() => recorder.stop());
afterEach(() => {
  recorder.answer = () => ({});
  recorder.requests.length = 0;
});

const sent = () => recorder.requests.map(({ method, path, body }) => `${method} ${path.slice("/api/v1.0/".length)} ${body}`);

for (const [face, api] of Object.entries(faces)) {
  const client = (options) => api.connect("key", "secret", undefined, { baseUrl: recorder.api, retries: 0, ...options });

  describe(`${face}: writes to one id never overtake each other`, () => {
    test("also when the first is sent again", async () => {
      const busy = { status: 503, headers: { "retry-after": "0" }, body: {} };
      const answers = [busy, {}, {}];
      recorder.answer = () => answers.shift();
      const ada = client({ retries: 1 }).user("ada");
      await Promise.all([ada.update({ n: 1 }), ada.update({ n: 2 })]);
      assert.deepEqual(sent(), [
        'PUT user/ada/ {"data":{"n":1}}', 'PUT user/ada/ {"data":{"n":1}}', 'PUT user/ada/ {"data":{"n":2}}',
      ]);
    });

    test("whichever handle and operation they come from, and whether they fail or not", async () => {
      recorder.answer = ({ method }) => (method === "POST" ? { status: 409, body: {} } : {});
      const c = client();
      const ends = await Promise.allSettled([
        c.user("ada").create({ n: 1 }), c.user("ada").getOrCreate({ n: 2 }), c.users.update("ada", { n: 3 }), c.user("ada").delete(),
      ]);
      assert.deepEqual(ends.map(({ status }) => status), ["rejected", "rejected", "fulfilled", "fulfilled"]);
      assert.deepEqual(sent().map((line) => line.split(" ")[0]), ["POST", "POST", "PUT", "DELETE"]);
    });

    test("in batches too; others, and reads, do not wait", async () => {
      const release = [];
      recorder.answer = (request) => {
        const { method, path } = request;
        if (method === "PUT" && path.endsWith("ada/")) return new Promise((resolve) => release.push(() => resolve({})));
        return { body: { ...recordOf(request), created_users: [] } };
      };
      const c = client();
      const arrived = recorder.arrived();
      const first = c.user("ada").update({ n: 1 });
      await arrived;
      const batch = c.addUsers([{ id: "eve" }, { id: "ada" }], true);
      const behind = c.user("eve").update({ n: 2 });
      await Promise.all([c.user("ada").get(), c.user("bob").update({ n: 3 })]);
      assert.deepEqual(sent().sort(), ["GET user/ada/ ", 'PUT user/ada/ {"data":{"n":1}}', 'PUT user/bob/ {"data":{"n":3}}']);
      release.shift()();
      await Promise.all([first, batch, behind]);
      assert.deepEqual(sent().slice(3).map((line) => line.split(" {")[0]), ["POST users/", "PUT user/eve/"]);
    });

    test("of two batches, or a batch and a single write, the later waits where they have a user in common", async () => {
      const held = [];
      recorder.answer = (request) => {
        const { method, body } = request;
        if (method === "POST" && body.includes('"first"')) return new Promise((resolve) => held.push(resolve));
        return { body: { ...recordOf(request), created_users: [], deleted_user_ids: [] } };
      };
      const c = client();
      const arrived = recorder.arrived();
      const first = c.addUsers([{ id: "eve" }, { id: "ada", data: { name: "first" } }]);
      await arrived;
      const waiting = [
        c.addUsers([{ id: "eve", data: { name: "second" } }]), c.users.import([{ id: "ada", data: { name: "third" } }]),
        c.deleteUsers(["ada"]), c.user("eve").update({ n: 4 }),
      ];
      await Promise.all([c.addUsers([{ id: "bob" }]), c.user("dan").update({ n: 1 }), c.users.import([{ id: "fay" }])]);
      const lines = () => sent().map((line) => /first|second|third|DELETE|"n":4|bob|"n":1|fay/.exec(line)[0]);
      assert.deepEqual(lines().sort(), ['"n":1', "bob", "fay", "first"]);
      held[0]({ body: { created_users: [] } });
      await Promise.all([first, ...waiting]);
      const later = lines().slice(4);
      assert.deepEqual(later.sort(), ['"n":4', "DELETE", "second", "third"]);
      assert.ok(lines().indexOf("second") < lines().indexOf('"n":4'), lines().join());
    });

    test("nor is a read that began before a batch shared by one that comes after it", async () => {
      const held = [];
      recorder.answer = ({ method }) =>
        method === "GET" ? new Promise((resolve) => held.push(() => resolve({ body: record("ada") }))) : { body: { created_users: [] } };
      const c = client();
      const arrived = recorder.arrived();
      const before = c.user("ada").get();
      await arrived;
      await c.users.import([{ id: "bob" }, { id: "ada" }]);
      const again = recorder.arrived();
      const after = c.user("ada").get();
      await again;
      assert.equal(held.length, 2);
      held.forEach((release) => release());
      await Promise.all([before, after]);
    });

    test("one that waits ends with its abort or deadline, and was not sent", async () => {
      recorder.answer = ({ method }) => (method === "PUT" ? "silence" : {});
      const controller = new AbortController();
      const first = new AbortController();
      const ada = client().user("ada");
      const arrived = recorder.arrived();
      const running = failure(() => ada.update({ n: 1 }, { signal: first.signal }));
      await arrived;
      const aborted = failure(() => ada.update({ n: 2 }, { signal: controller.signal }));
      const late = await failure(() => ada.update({ n: 3 }, { deadline: 15 }));
      assertError(api, late, {
        name: "SiteError", code: "timeout", text: "update of user ada failed: no answer within 15 ms in all",
        phase: "connect", hint: "raise the option deadline",
      });
      controller.abort("enough");
      assert.equal(await aborted, "enough");
      // Those that gave up let nobody past the one that is on its way.
      const last = new AbortController();
      const behind = failure(() => ada.update({ n: 4 }, { signal: last.signal }));
      await client().user("bob").get().catch(() => {});
      assert.equal(recorder.requests.filter(({ method }) => method === "PUT").length, 1);
      last.abort("no more");
      assert.equal(await behind, "no more");
      first.abort("stop");
      assert.equal(await running, "stop");
      recorder.answer = () => ({});
      await ada.update({ n: 5 });
      assert.deepEqual(sent().filter((line) => line.startsWith("PUT")), [
        'PUT user/ada/ {"data":{"n":1}}', 'PUT user/ada/ {"data":{"n":5}}',
      ]);
    });
  });

  describe(`${face}: a create that is to be reconciled`, () => {
    const now = () => new Date().toISOString().replace("Z", "000Z");
    const stored = (data, created_at = now()) => ({ body: { ...record("ada", data), created_at } });
    const create = (answers, options) => {
      recorder.answer = () => answers.shift();
      return client().user("ada").create({ name: "Ada", tags: [1, { a: null }] }, { reconcile: true, ...options });
    };
    const same = { tags: [1, { a: null }], name: "Ada" };

    test("is done where the user is there with the same data, in any order of keys, and new", async () => {
      for (const first of ["reset", { cut: true }, { status: 503, body: {} }, { status: 409, body: {} }]) {
        assert.deepEqual((await create([first, stored(same)])).data, same);
        assert.deepEqual(recorder.requests.splice(0).map(({ method }) => method), ["POST", "GET"]);
      }
    });

    test("keeps its error where the user has other data, is older, is not there, or cannot be read", async () => {
      const year = `${new Date().getFullYear() - 1}-01-01T00:00:00.000000Z`;
      for (const second of [
        stored({ ...same, more: 1 }), stored({ ...same, tags: [1, { a: 0 }] }), stored(same, year), stored(same, "soon"),
        { status: 404, body: {} }, { status: 500, body: {} }, "reset",
      ]) {
        const lost = await failure(() => create(["reset", second]));
        assert.deepEqual([lost.code, lost.attempts, lost.mayHaveBeenApplied], ["outcome_unknown", 2, true]);
        const conflict = await failure(() => create([{ status: 409, body: {} }, second]));
        assert.deepEqual([conflict.code, conflict.attempts, conflict.mayHaveBeenApplied], ["conflict", 2, false]);
      }
    });

    test("compares by the clock of the service", async () => {
      const tenMinutesAgo = new Date(Date.now() - 600_000);
      const answer = stored(same, tenMinutesAgo.toISOString());
      answer.headers = { date: tenMinutesAgo.toUTCString() };
      assert.deepEqual((await create(["reset", answer])).data, same);
    });

    test("ends with its abort while it reads", async () => {
      const controller = new AbortController();
      const answers = ["reset", () => (controller.abort("enough"), "silence")];
      recorder.answer = () => {
        const answer = answers.shift();
        return typeof answer === "function" ? answer() : answer;
      };
      const options = { reconcile: true, signal: controller.signal };
      assert.equal(await failure(() => client().user("ada").create({}, options)), "enough");
    });

    test("is not read back where it certainly did nothing", async () => {
      assert.equal((await failure(() => create([{ status: 400, body: {} }]))).code, "invalid_input");
      assert.equal(recorder.requests.length, 1);
    });
  });
}
