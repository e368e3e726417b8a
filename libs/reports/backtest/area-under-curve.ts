/** Values are whole numbers from 0 to 100. */
const VALUES = 101;

/** Pairs of a churned and a kept org: how many there are, and in how many the churned one has the lower value. */
export interface Pairs {
  all: number;
  /** A pair with equal values counts one half. */
  lower: number;
}

/**
 * Counts the pairs by value instead of one by one: exact, and linear in the number of orgs.
 * @param values one per org, from 0 to 100
 * @param churned one per org: 1 for churned, 0 for kept
 */
export function pairsOf(values: Uint8Array, churned: Uint8Array): Pairs {
  const counts = [new Float64Array(VALUES), new Float64Array(VALUES)] as const;
  for (let org = 0; org < values.length; org++) counts[churned[org] === 1 ? 1 : 0][values[org]!]!++;
  const [kept, gone] = counts;
  let [above, all, lower] = [0, 0, 0];
  for (const count of kept) above += count;
  const keptOrgs = above;
  for (let value = 0; value < VALUES; value++) {
    above -= kept[value]!;
    all += gone[value]! * keptOrgs;
    lower += gone[value]! * (above + kept[value]! / 2);
  }
  return { all, lower };
}

/**
 * AUC of docs/semantics.md: the probability that a churned org has a lower value than a kept one, equal values counting
 * one half. Null without pairs.
 */
export function areaUnderCurve(...pairs: readonly Pairs[]): number | null {
  const sum = (field: keyof Pairs) => pairs.reduce((total, one) => total + one[field], 0);
  const all = sum('all');
  return all === 0 ? null : sum('lower') / all;
}
