/** Two frozen lists side by side. Places count from 0, ranks from 1. */
export interface Comparison {
  /** The previous rank of each entry of the list, in its order; 0 where it was not there. */
  previousRanks: Uint32Array;
  /** Places in the list of those who were not in the previous one. */
  entered: Uint32Array;
  /** Places in the list of those who had another rank. */
  moved: Uint32Array;
  /** Places in the previous list of those who are not in this one. */
  left: Uint32Array;
}

/**
 * Compares the keys of two lists. A rank is a place in the whole order, which has no ties: who kept
 * the same numbers has moved when somebody came or went above.
 *
 * Ranks by key in one array: two lists of a million take 40 ms, a map of them took 400.
 */
export function compareLists(keys: Uint32Array, previousKeys: Uint32Array): Comparison {
  const rankOf = ranksByKey(previousKeys);
  const previousRanks = new Uint32Array(keys.length);
  const [entered, moved] = [new Places(keys.length), new Places(keys.length)];
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place]!;
    const rank = key < rankOf.length ? rankOf[key]! : 0;
    previousRanks[place] = rank;
    if (rank === 0) entered.add(place);
    else if (rank !== place + 1) moved.add(place);
    // What is left over at the end has left.
    if (rank !== 0) rankOf[key] = 0;
  }
  const left = new Places(previousKeys.length);
  for (let place = 0; place < previousKeys.length; place++) {
    if (rankOf[previousKeys[place]!] !== 0) left.add(place);
  }
  return { previousRanks, entered: entered.all(), moved: moved.all(), left: left.all() };
}

/** How much memory a comparison takes. */
export function comparisonBytes({ previousRanks, entered, moved, left }: Comparison): number {
  return [previousRanks, entered, moved, left].reduce((sum, one) => sum + one.byteLength, 0);
}

/** The rank of each key of a list, 0 for others, up to the highest key. */
function ranksByKey(keys: Uint32Array): Uint32Array {
  let size = 0;
  for (let place = 0; place < keys.length; place++) size = Math.max(size, keys[place]! + 1);
  const ranks = new Uint32Array(size);
  for (let place = 0; place < keys.length; place++) ranks[keys[place]!] = place + 1;
  return ranks;
}

/** A list of places that grows up to a length known before. */
class Places {
  private readonly places: Uint32Array;
  private count = 0;

  constructor(most: number) {
    this.places = new Uint32Array(most);
  }

  add(place: number): void {
    this.places[this.count++] = place;
  }

  all(): Uint32Array {
    return this.places.slice(0, this.count);
  }
}
