import { MAX_VALUE_CHARACTERS, isText, type TraitValue } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { scanOpenSpans, type Bitset } from '#libs/facts';
import { MAX_OFFERED, type OfferedKey, type OrgTrait } from './values.query.js';

/** The open spans of some users, grouped by user in linked lists: 16 bytes per span, and 4 per user. */
class OpenSpans {
  private readonly latest: Int32Array;
  private readonly earlier: number[] = [];
  private readonly orgs: number[] = [];
  private readonly roles: string[] = [];

  /** @param size one more than the highest key of a user */
  constructor(size: number) {
    this.latest = new Int32Array(size).fill(-1);
  }

  add(user: number, org: number, role: string): void {
    this.earlier.push(this.latest[user]!);
    this.latest[user] = this.orgs.push(org) - 1;
    this.roles.push(role);
  }

  /** Calls `onUser` with the distinct values of each user's spans. */
  forEachUser<V>(
    valueOf: (org: number, role: string) => V | undefined,
    onUser: (values: Set<V>) => void,
  ): void {
    for (const latest of this.latest) {
      if (latest < 0) continue;
      const values = new Set<V>();
      for (let at = latest; at >= 0; at = this.earlier[at]!) {
        const value = valueOf(this.orgs[at]!, this.roles[at]!);
        if (value !== undefined) values.add(value);
      }
      onUser(values);
    }
  }
}

/**
 * Counts the users of each role and of each value of the orgs' traits.
 * @param users the users to count @param excluded the excluded orgs @param momentMs the last millisecond that counts
 */
export async function offeredMemberships(
  db: Connection,
  momentMs: number,
  users: Bitset,
  excluded: Bitset,
  traits: readonly OrgTrait[],
): Promise<OfferedKey[]> {
  const spans = new OpenSpans(users.words.length * 32);
  const open = (user: number, org: number, role: string) => {
    if (users.has(user) && !excluded.has(org)) spans.add(user, org, role);
  };
  await scanOpenSpans(db, momentMs, { open, ahead: () => undefined });
  const keys = [
    offer(
      'role',
      countsOf<TraitValue>(spans, (_org, role) => role),
    ),
  ];
  for (const key of new Set(traits.map((trait) => trait.key))) {
    const values = new Map<number, TraitValue>();
    for (const { org, value } of traits.filter((trait) => trait.key === key))
      values.set(org, value);
    keys.push(
      offer(
        `org.${key}`,
        countsOf(spans, (org) => values.get(org)),
      ),
    );
  }
  return keys;
}

function countsOf<V>(
  spans: OpenSpans,
  valueOf: (org: number, role: string) => V | undefined,
): Map<V, number> {
  const counts = new Map<V, number>();
  spans.forEachUser(valueOf, (values) => {
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  });
  return counts;
}

function offer(key: string, counts: ReadonlyMap<TraitValue, number>): OfferedKey {
  const values = [...counts].map(([value, count]) => ({ value, count }));
  values.sort(
    (one, other) => other.count - one.count || (String(one.value) < String(other.value) ? -1 : 1),
  );
  const kinds = [...new Set(values.map(({ value }) => typeof value))].sort();
  return {
    key,
    kinds: kinds as OfferedKey['kinds'],
    values: values
      .filter(({ value }) => typeof value !== 'string' || isText(value, MAX_VALUE_CHARACTERS))
      .slice(0, MAX_OFFERED),
  };
}
