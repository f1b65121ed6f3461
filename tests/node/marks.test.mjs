// How often each number was added: what finds writes to one user, against a Map.

import assert from "node:assert/strict";
import { test } from "node:test";

import { marksOf, Tally, Writes } from "../../pkg/src/marks.js";

/** Numbers from 0 up to 1, always the same (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("a tally counts as a Map does, whatever is added and removed in whatever order", () => {
  const random = numbers(7);
  // Few slots to begin at, the ends among them, and negative ones: what shares one moves when another goes.
  const marks = Array.from({ length: 4_000 }, (_, n) => (Math.floor(random() * 40) + 1_000 + ((n % 64) - 32) * 2 ** 20) | 0);
  const [tally, counts, added] = [new Tally(), new Map(), []];
  for (let step = 0; step < 60_000; step += 1) {
    const isFilling = step % 20_000 < 10_000;
    if (added.length === 0 || random() < (isFilling ? 0.7 : 0.3)) {
      const mark = marks[Math.floor(random() * marks.length)];
      tally.add(mark);
      added.push(mark);
      counts.set(mark, (counts.get(mark) ?? 0) + 1);
    } else {
      const [mark] = added.splice(Math.floor(random() * added.length), 1);
      tally.remove(mark);
      counts.set(mark, counts.get(mark) - 1);
    }
    const held = new Set(added).size;
    assert.ok(tally.capacity >= Math.max(16, 2 * held));
    const asked = marks[step % marks.length];
    assert.equal(tally.has(asked), (counts.get(asked) ?? 0) > 0, `step ${step}`);
  }
  for (const mark of marks) assert.equal(tally.has(mark), (counts.get(mark) ?? 0) > 0);
});

test("a tally has twice as many slots as marks, rounded up, and no more after any number of them", () => {
  const tally = new Tally();
  for (let mark = 1; mark <= 33; mark += 1) tally.add(mark);
  assert.equal(tally.capacity, 128);
  for (let mark = 1; mark <= 100_000; mark += 1) {
    tally.add(mark + 33);
    tally.remove(mark);
  }
  assert.equal(tally.capacity, 128);
});

test("two ids that share a number are taken for one, and so two writes for writes to one user", () => {
  const ids = new Map();
  let pair;
  for (let n = 0; pair === undefined; n += 1) {
    const [mark] = marksOf([`user-${n}`]);
    if (ids.has(mark)) pair = [ids.get(mark), `user-${n}`];
    ids.set(mark, `user-${n}`);
  }
  const [writes, write] = [new Writes(), Promise.resolve()];
  const batch = marksOf([pair[0], "another"]);
  writes.set(batch, write);
  assert.deepEqual([...writes.overlapping([pair[1]])], [write]);
  assert.deepEqual([...writes.overlapping({ marks: marksOf([pair[1]]) })], [write]);
  assert.deepEqual([...writes.overlapping(["third", undefined])], []);
  writes.delete(batch);
  assert.deepEqual([...writes.overlapping([pair[1], "another"])], []);
  assert.equal(writes.size, 0);
  writes.set(pair[1], write);
  assert.deepEqual([...writes.overlapping({ marks: batch })], [write]);
  writes.delete(pair[1]);
  assert.equal(writes.size, 0);
  for (let n = 0; n < 100; n += 1) {
    const one = marksOf([`one-${n}`, `two-${n}`]);
    writes.set(one, write);
    writes.delete(one);
    assert.deepEqual([...writes.overlapping([`one-${n}`])], []);
  }
});
