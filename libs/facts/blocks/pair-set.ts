const NONE = -1;

/** Distinct pairs of user and org, by keys. Each has a place, from 0 in the order in which they were added. */
export class PairSet {
  readonly users: number[] = [];
  readonly orgs: number[] = [];
  /** The place of a user's only pair, or the place of each of the user's orgs. Most users have one org. */
  private readonly places = new Map<number, number | Map<number, number>>();

  static of(pairs: Iterable<{ user: number; org: number }>): PairSet {
    const set = new PairSet();
    for (const { user, org } of pairs) set.add(user, org);
    return set;
  }

  get size(): number {
    return this.users.length;
  }

  /** Adds a pair unless it is there. @returns its place */
  add(user: number, org: number): number {
    const known = this.find(user, org);
    return known === NONE ? this.append(user, org) : known;
  }

  /** The place of a pair, or -1. */
  find(user: number, org: number): number {
    const known = this.places.get(user);
    if (known === undefined) return NONE;
    if (typeof known !== 'number') return known.get(org) ?? NONE;
    return this.orgs[known] === org ? known : NONE;
  }

  private append(user: number, org: number): number {
    const place = this.users.push(user) - 1;
    this.orgs.push(org);
    const known = this.places.get(user);
    if (known === undefined) this.places.set(user, place);
    else if (typeof known !== 'number') known.set(org, place);
    else this.places.set(user, new Map([known, place].map((of) => [this.orgs[of]!, of])));
    return place;
  }
}
