// The ids of a batch as numbers, by which writes to one user are found. Not in the build for browsers.

/** A number for an id (FNV-1a), never 0. Of two billion pairs of ids, one shares its number. */
function markOf(id) {
  let mark = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) mark = Math.imul(mark ^ id.charCodeAt(i), 0x01000193);
  // As engines keep it without an object.
  return mark & 0x7fffffff || 1;
}

/**
 * A set of ids that keeps none of them: what lives until the answer to a batch comes, for each of its users, costs an import
 * more memory than all else. Where two ids share a number, one write waits for the other without need.
 */
export class Marks {
  /** Open addressing: as many slots as a power of two has, at most half of them taken; 0 is free. */
  #slots;

  constructor(ids) {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * ids.length + 1)));
    for (const id of ids) {
      const mark = markOf(id);
      this.#slots[this.#slotOf(mark)] = mark;
    }
  }

  /** `id` may be undefined: a user whose token was not asked for yet. */
  has(id) {
    return id !== undefined && this.#slots[this.#slotOf(markOf(id))] !== 0;
  }

  /** Whether an id may be in both. */
  meets(other) {
    // Not by its iterator, which makes an object of each.
    const { length } = other.#slots;
    for (let slot = 0; slot < length; slot++) {
      const mark = other.#slots[slot];
      if (mark !== 0 && this.#slots[this.#slotOf(mark)] !== 0) return true;
    }
    return false;
  }

  /** Where a number is, or would be. */
  #slotOf(mark) {
    const slots = this.#slots;
    let slot = mark & (slots.length - 1);
    while (slots[slot] !== 0 && slots[slot] !== mark) slot = (slot + 1) & (slots.length - 1);
    return slot;
  }
}

/** The last write to each id; batches that hold users have their marks for a key. */
export class Writes extends Map {
  #batches = new Set();

  set(key, write) {
    if (key instanceof Marks) this.#batches.add(key);
    return super.set(key, write);
  }

  delete(key) {
    this.#batches.delete(key);
    return super.delete(key);
  }

  /** Those that a batch has users in common with, or the batches that have one of these ids. */
  overlapping(ids) {
    const { marks } = ids;
    const found = new Set();
    if (marks) {
      for (const [key, write] of this) if (key instanceof Marks ? key.meets(marks) : marks.has(key)) found.add(write);
    } else {
      for (const batch of this.#batches) if (ids.some((id) => batch.has(id))) found.add(this.get(batch));
    }
    return found;
  }
}
