// The short form of the soak (`cargo xtask soak` runs the long one), and the model that it is judged by.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Model } from "../soak/model.mjs";
import { soak } from "../soak/soak.mjs";

test("2 000 calls while one request in five fails: nothing is lost, left pending or leaked", async () => {
  const { calls, outcomes, retries, ids, open } = await soak({ calls: 2_000 });
  assert.ok(calls >= 2_000 && ids > 450, `${calls} calls, ${ids} ids`);
  // How many of each depends on the speed of the machine: on a slow one more calls end with their timeout.
  const seen = [outcomes.done, outcomes["outcome_unknown (may have been applied)"], retries, open];
  assert.ok(seen.every((count) => count > 0), JSON.stringify({ outcomes, retries, open }));
});

describe("the model", () => {
  const done = { done: true };
  const uncertain = { code: "network", attempts: 1, mayHaveBeenApplied: true };
  const refused = (code) => ({ code, attempts: 1, mayHaveBeenApplied: false });

  /** A model that saw these writes of `ada` end one after the other. */
  function after(...writes) {
    const model = new Model();
    for (const [kind, number, outcome] of writes) model.write(kind, number, ["ada"])(outcome);
    return model;
  }

  /** What it says of this state in the database. */
  function judged(model, state) {
    model.compare(() => state);
    return model.violations;
  }

  test("knows which states a write may have left", () => {
    for (const [writes, states] of [
      [[["create", 1, done]], [1]],
      [[["create", 1, uncertain]], [null, 1]],
      [[["create", 1, refused("rate_limited")]], [null]],
      [[["create", 1, uncertain], ["create", 2, refused("conflict")]], [1]],
      [[["create", 1, uncertain], ["update", 2, refused("not_found")]], [null]],
      [[["create", 1, uncertain], ["update", 2, uncertain]], [null, 1, 2]],
      [[["create", 1, done], ["update", 2, uncertain]], [1, 2]],
      [[["create", 1, done], ["update", 2, uncertain], ["update", 3, done]], [3]],
      [[["create", 1, done], ["delete", 2, uncertain]], [1, null]],
      [[["create", 1, done], ["delete", 2, done]], [null]],
      [[["create", 1, uncertain], ["getOrCreate", 2, { done: true, seen: 1 }]], [1]],
      [[["create", 1, uncertain], ["add", 2, { done: true, written: new Set() }]], [2, 1]],
      [[["create", 1, done], ["override", 2, uncertain], ["deleteMany", 3, uncertain]], [1, 2, null]],
    ]) {
      const model = after(...writes);
      assert.deepEqual(model.states("ada"), states, JSON.stringify(writes));
      for (const state of states) assert.deepEqual(judged(model, state), []);
    }
  });

  test("notices a write that is lost, and one that nobody was told of", () => {
    assert.deepEqual(judged(after(["create", 1, done]), null), ["ada: null is stored, where 1 was possible"]);
    const refusedWrite = after(["create", 1, done], ["update", 2, refused("rate_limited")]);
    assert.deepEqual(judged(refusedWrite, 2), ["ada: 2 is stored, where 1 was possible"]);
    const late = after(["create", 1, done], ["update", 2, uncertain], ["update", 3, done]);
    assert.deepEqual(judged(late, 2), [
      "ada: 2 is stored, which an uncertain write left after a later one, where 3 was possible",
    ]);
  });

  test("notices an answer that cannot be true", () => {
    for (const [writes, text] of [
      [[["create", 1, done], ["create", 2, done]], "create 2 succeeded, where 1 was possible"],
      [[["create", 1, refused("conflict")]], "create 1 says that the user exists, where null was possible"],
      [[["update", 1, done]], "update 1 succeeded, where null was possible"],
      [
        [["create", 1, done], ["delete", 2, refused("not_found")]],
        "delete 2 says that there is no user, where 1 was possible",
      ],
      [
        [["create", 1, done], ["getOrCreate", 2, { done: true, seen: 2 }]],
        "getOrCreate 2 gave 2, where 1 was possible",
      ],
    ]) {
      assert.deepEqual(after(...writes).violations, [`ada: ${text}`]);
    }
  });

  test("notices writes that overtake, and calls that do not end", () => {
    const model = new Model();
    const first = model.write("create", 1, ["ada"]);
    model.write("update", 2, ["ada"])({ code: "timeout", attempts: 0, mayHaveBeenApplied: false });
    assert.deepEqual(model.violations, [], "a call that was never sent may end before");
    model.write("override", 3, ["ada"])(done);
    assert.deepEqual(model.violations, ["ada: override 3 overtook an earlier write, where null was possible"]);
    assert.deepEqual(judged(model, 3).slice(1), ["ada: a call is still pending, where 3 was possible"]);
    first(done);
  });

  test("lets a read see what was there, or is being written, and nothing else", () => {
    const model = after(["create", 1, done]);
    const [before, during, wrong] = [model.read(["ada"]), model.read(["ada"]), model.read(["ada"])];
    const update = model.write("update", 2, ["ada"]);
    before(new Map([["ada", 1]]));
    update(done);
    during(new Map([["ada", 2]]));
    assert.deepEqual(model.violations, []);
    wrong(new Map([["ada", null]]));
    assert.deepEqual(model.violations, ["ada: a read saw null, where 2 was possible"]);
    model.read(["ada"])(new Map([["ada", 1]]));
    assert.deepEqual(model.violations.slice(1), ["ada: a read saw 1, where 2 was possible"]);
  });
});
