import type { Span } from '../membership/replay.js';

interface Pair {
  user: number;
  org: number;
  spans: Span[];
}

/** The spans of changed (user, org) pairs. Look-ups are fast for the many users without changes. */
export class ChangedPairs {
  private readonly byUser = new Map<number, Map<number, Pair>>();
  private isChanged = new Uint8Array(0);

  /** Sets the spans of a pair. @param spans copied */
  put(user: number, org: number, spans: readonly Span[]): void {
    if (user >= this.isChanged.length) {
      const grown = new Uint8Array(2 * (user + 1));
      grown.set(this.isChanged);
      this.isChanged = grown;
    }
    this.isChanged[user] = 1;
    const pairs = this.byUser.get(user) ?? new Map<number, Pair>();
    this.byUser.set(user, pairs);
    pairs.set(org, { user, org, spans: spans.map((span) => ({ ...span })) });
  }

  has(user: number, org: number): boolean {
    return this.isChanged[user] === 1 && this.byUser.get(user)!.has(org);
  }

  *all(): Generator<Pair> {
    for (const pairs of this.byUser.values()) yield* pairs.values();
  }
}
