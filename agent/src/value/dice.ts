/** Chances drawn from a seed: the same seed draws the same. */
export interface Dice {
  /** A whole number, 0 up to but not including `bound`. */
  below(bound: number): number;
  /** One of a list that is not empty. */
  pick<T>(from: readonly [T, ...T[]]): T;
  /** The list in a drawn order. */
  shuffled<T>(from: readonly T[]): T[];
}

/** Dice over the "mulberry32" generator: 32 bits of state, even enough for rehearsals. */
export function diceOf(seed: number): Dice {
  let state = seed | 0;
  const below = (bound: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * bound);
  };
  return {
    below,
    pick: (from) => from[below(from.length)] ?? from[0],
    shuffled: (from) => {
      const rest = [...from];
      return from.flatMap(() => rest.splice(below(rest.length), 1));
    },
  };
}
