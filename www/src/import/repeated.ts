// Which ids a file has more than once. What is kept of each id is a hash of 64 bits, so that files of many millions of users
// can be told about; that two different ids share one is as likely as one in a million among six million of them.

const FIRST_SLOTS = 1 << 16;
/** How full the table may be, of one. */
const FULL = 0.6;
const MAX_NAMED = 5;

export interface Repeated {
  /** Users with an id that was there before. */
  count: number;
  /** The first of these ids. */
  ids: readonly string[];
  /** There are others than these. */
  hasMore: boolean;
}

export class RepeatedIds {
  #count = 0;
  #ids = new Set<string>();
  #hasMore = false;
  /** Two numbers for each slot; a slot of zeros is free. */
  #slots = new Uint32Array(2 * FIRST_SLOTS);
  #used = 0;

  add(id: string): void {
    if (id === "") return;
    const [high, low] = hash(id);
    if (this.#isNew(high, low)) return;
    this.#count += 1;
    if (this.#ids.has(id)) return;
    if (this.#ids.size < MAX_NAMED) this.#ids.add(id);
    else this.#hasMore = true;
  }

  get found(): Repeated {
    return { count: this.#count, ids: [...this.#ids], hasMore: this.#hasMore };
  }

  #isNew(high: number, low: number): boolean {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let slot = low & mask;
    for (; slots[2 * slot] !== 0 || slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      if (slots[2 * slot] === high && slots[2 * slot + 1] === low) return false;
    }
    slots[2 * slot] = high;
    slots[2 * slot + 1] = low;
    this.#used += 1;
    if (this.#used > FULL * (mask + 1)) this.#grow();
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(2 * before.length);
    this.#used = 0;
    for (let at = 0; at < before.length; at += 2) {
      const [high, low] = [before[at] ?? 0, before[at + 1] ?? 0];
      if (high !== 0 || low !== 0) this.#isNew(high, low);
    }
  }
}

/** FNV-1a twice, with other beginnings and a last mixing of the bits. Never zero twice. */
function hash(id: string): [high: number, low: number] {
  let [high, low] = [0x811c9dc5, 0xcbf29ce4];
  for (let i = 0; i < id.length; i += 1) {
    const unit = id.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b);
  }
  return [mixed(high), mixed(low ^ high) || 1];
}

function mixed(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  const twice = Math.imul(once ^ (once >>> 15), 0x735a2d97);
  return (twice ^ (twice >>> 15)) >>> 0;
}
