// Numbers that were measured, and what is made of them.

/** The value below which this share of the others lies; between two of them, in proportion. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

/** The median, and the quartiles around it. */
export const summary = (values) =>
  ({ median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) });

/** `one` against `other`, round by round: what disturbs a round disturbs both. */
export const ratio = (one, other) => summary(one.map((value, round) => value / other[round]));

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A copy in an order that is drawn (Fisher and Yates). */
export function shuffled(list, random) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

/**
 * Measures in turns: each round asks each contestant once, in an order that is drawn. `contestants` are functions that
 * measure once; the rounds before the first warm up, and do not count. Gives for each the list of what it measured.
 */
export async function inTurns(contestants, { rounds, seed, warmUp = 1 }) {
  const random = randomNumbers(seed);
  const names = Object.keys(contestants);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of shuffled(names, random)) {
      const found = await contestants[name]();
      if (round >= 0) measured[name].push(found);
    }
  }
  return measured;
}

/** One number of each round. */
export const column = (measured, key) => measured.map((found) => found[key]);
