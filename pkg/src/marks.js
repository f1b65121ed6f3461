// The ids of batches as numbers, by which writes to one user are found. Not in the build for browsers.
//
// An import has thousands of users in flight. What lives for each until the answer comes costs it more memory than all else:
// so no id is kept, and what is kept lies outside the engine's heap. Where two ids share a number, as one pair in four billion
// does, one write waits for the other without need.

/** A number for an id (FNV-1a), never 0. */
export function markOf(id) {
  let mark = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) mark = Math.imul(mark ^ id.charCodeAt(i), 0x01000193);
  return mark | 0 || 1;
}

/** The marks of the users of a batch. */
export function marksOf(ids) {
  const marks = new Int32Array(ids.length);
  for (let i = 0; i < marks.length; i++) marks[i] = markOf(ids[i]);
  return marks;
}

/** How often each mark was added. Open addressing, in a power of two of slots of which at most half are taken; 0 is free. */
export class Tally {
  // Small: most clients never send a batch.
  #marks = new Int32Array(16);
  #counts = new Int32Array(16);
  #used = 0;

  get capacity() { return this.#marks.length; }

  has(mark) {
    return this.#marks[this.#slotOf(mark)] !== 0;
  }

  add(mark) {
    const slot = this.#slotOf(mark);
    this.#counts[slot] += 1;
    if (this.#marks[slot] !== 0) return;
    this.#marks[slot] = mark;
    this.#used += 1;
    if (2 * this.#used > this.#marks.length) this.#grow();
  }

  /** Takes away one that was added. */
  remove(mark) {
    const [marks, counts, last] = [this.#marks, this.#counts, this.#marks.length - 1];
    let gap = this.#slotOf(mark);
    counts[gap] -= 1;
    if (counts[gap] > 0) return;
    this.#used -= 1;
    // What follows moves up, if the gap is not before where it would be at best: a search ends at the first gap.
    for (let slot = (gap + 1) & last; marks[slot] !== 0; slot = (slot + 1) & last) {
      if (((slot - marks[slot]) & last) < ((slot - gap) & last)) continue;
      marks[gap] = marks[slot];
      counts[gap] = counts[slot];
      gap = slot;
    }
    marks[gap] = counts[gap] = 0;
  }

  #grow() {
    const [marks, counts] = [this.#marks, this.#counts];
    this.#marks = new Int32Array(2 * marks.length);
    this.#counts = new Int32Array(2 * marks.length);
    for (let slot = 0; slot < marks.length; slot++) {
      if (marks[slot] === 0) continue;
      const moved = this.#slotOf(marks[slot]);
      this.#marks[moved] = marks[slot];
      this.#counts[moved] = counts[slot];
    }
  }

  /** Where a mark is, or would be. */
  #slotOf(mark) {
    const [marks, last] = [this.#marks, this.#marks.length - 1];
    let slot = mark & last;
    while (marks[slot] !== 0 && marks[slot] !== mark) slot = (slot + 1) & last;
    return slot;
  }
}

/** The last write to each id; a batch that holds users has their marks for a key. */
export class Writes extends Map {
  #batches = new Set();
  #tally = new Tally();

  set(key, write) {
    if (typeof key === "object") {
      this.#batches.add(key);
      for (let i = 0; i < key.length; i++) this.#tally.add(key[i]);
    }
    return super.set(key, write);
  }

  delete(key) {
    if (this.#batches.delete(key)) for (let i = 0; i < key.length; i++) this.#tally.remove(key[i]);
    return super.delete(key);
  }

  /** Those that a batch has users in common with, or the batches that have one of these ids. */
  overlapping(ids) {
    // An own user has no id where its token was not asked for yet.
    const marks = ids.marks ?? marksOf(ids.filter((id) => id !== undefined));
    const found = new Set();
    if (marks.some((mark) => this.#tally.has(mark))) {
      const sought = new Set(marks);
      for (const batch of this.#batches) if (batch.some((mark) => sought.has(mark))) found.add(this.get(batch));
    }
    if (ids.marks && this.size > this.#batches.size) {
      const sought = new Set(marks);
      for (const [key, write] of this) if (typeof key === "string" && sought.has(markOf(key))) found.add(write);
    }
    return found;
  }
}
