import type { Connection } from '#libs/database';
import {
  Bitset,
  canResumeFrom,
  changedRowsSince,
  membersOf,
  readExcluded,
  type ChangedFact,
  type ChangedRow,
  type Excluded,
  type ReadPoint,
} from '#libs/facts';
import { copyOf, differing } from './bits.js';
import type { Moment } from './moment.js';
import type { Rule } from './rules.js';
import { deletedAmong } from './values.query.js';

/** The keys that satisfied a rule at a read point. Never changed: an update makes another one. */
export interface Evaluated {
  bits: Bitset;
  readPoint: ReadPoint;
  /** Keys with facts dated after the evaluation. */
  ahead: readonly number[];
  /** The orgs that a rule on memberships was evaluated with. */
  orgs?: Bitset;
}

/** What a process remembers between requests. */
export interface Remembered {
  get: (name: string) => Evaluated | undefined;
  set: (name: string, evaluated: Evaluated) => void;
  /** The latest excluded users and orgs, and when they were read. */
  excluded?: { readPoint: ReadPoint; excluded: Excluded };
}

const FACTS: readonly ChangedFact[] = [
  ...(['users', 'orgs', 'memberships', 'user_profiles', 'user_traits', 'org_traits'] as const),
];
/** With more changes than this share of the keys, evaluating everything is as fast. */
const MAX_CHANGED_SHARE = 0.05;
const MIN_LIMIT = 10_000;
const NO_BITS = new Bitset(0);

/** A rule must be evaluated for all keys, which reads a whole table. */
export class ScanNeeded extends Error {}

/**
 * Evaluates rules in one transaction whose statements all see one snapshot. Rules that were evaluated before are
 * evaluated for changed keys only; the result equals a full evaluation.
 */
export class Reading {
  private readonly evaluated = new Map<string, Promise<Evaluated>>();
  private readonly changes = new Map<bigint, Promise<ChangedRow[] | undefined>>();
  private known: Promise<Excluded> | undefined;

  constructor(
    private readonly db: Connection,
    readonly moment: Moment,
    private readonly remembered: Remembered,
    private readonly mayScan: boolean,
  ) {}

  /** The keys that satisfy a rule now. @throws ScanNeeded unless the reading may scan */
  async bitsOf(rule: Rule): Promise<Bitset> {
    return (await this.evaluate(rule)).bits;
  }

  /** The excluded users and orgs. */
  excluded(): Promise<Excluded> {
    return (this.known ??= this.readExcluded());
  }

  private evaluate(rule: Rule): Promise<Evaluated> {
    const begun = this.evaluated.get(rule.name) ?? this.update(rule);
    this.evaluated.set(rule.name, begun);
    return begun;
  }

  private async update(rule: Rule): Promise<Evaluated> {
    const orgs = await this.orgsOf(rule);
    const before = this.remembered.get(rule.name);
    const isUsable = before && canResumeFrom(before.readPoint, this.moment.readPoint);
    const keys = isUsable ? await this.changedKeys(rule, before, orgs) : undefined;
    if (!keys && !this.mayScan) throw new ScanNeeded();
    const now = await this.scanned(rule, orgs, keys && { before: before!, keys });
    // A request that began earlier may end later.
    const latest = this.remembered.get(rule.name);
    const isLater = latest?.readPoint.store === now.readPoint.store;
    if (!isLater || latest.readPoint.horizon <= now.readPoint.horizon)
      this.remembered.set(rule.name, now);
    return now;
  }

  private async scanned(
    rule: Rule,
    orgs: Bitset | undefined,
    changed: { before: Evaluated; keys: readonly number[] } | undefined,
  ): Promise<Evaluated> {
    const { db, moment } = this;
    const { readPoint, sizes } = moment;
    const evaluated = { readPoint, ...(orgs && { orgs }) };
    if (changed?.keys.length === 0) return { ...changed.before, ...evaluated };
    const size = sizes[rule.subject];
    const bits = changed ? copyOf(changed.before.bits, size) : new Bitset(size);
    for (const key of changed?.keys ?? []) bits.delete(key);
    const ahead = new Set<number>();
    const context = { db, momentMs: moment.ms, ...(orgs && { orgs }) };
    await rule.scan(
      { ...context, ...(changed && { keys: changed.keys }) },
      { onKey: (key) => bits.add(key), onAhead: (key) => ahead.add(key) },
    );
    // The same object shows that nothing has changed.
    const old = changed?.before.bits;
    const isSame = old && changed.keys.every((key) => old.has(key) === bits.has(key));
    return { ...evaluated, bits: isSame ? old : bits, ahead: [...ahead] };
  }

  /** The orgs that a rule on memberships uses; the same object while they are equal. */
  private async orgsOf({ name, memberships }: Rule): Promise<Bitset | undefined> {
    if (!memberships) return undefined;
    const satisfying = memberships.ofOrg && (await this.bitsOf(memberships.ofOrg));
    const orgs = memberships.orgs(await this.excluded(), satisfying);
    const before = this.remembered.get(name)?.orgs;
    return before && differing(before, orgs, 0) ? before : orgs;
  }

  /** The keys to evaluate again; undefined when everything must be. */
  private async changedKeys(
    rule: Rule,
    before: Evaluated,
    orgs: Bitset | undefined,
  ): Promise<readonly number[] | undefined> {
    const changes = await this.changesSince(before.readPoint);
    if (!changes) return undefined;
    const keysOf = (fact: ChangedFact) =>
      changes.flatMap((change) => (change.fact === fact ? change.keys : []));
    if (!orgs) return distinct([...rule.facts.flatMap(keysOf), ...before.ahead]);
    const { db } = this;
    const deletedOrgs = await deletedAmong(db, 'orgs', keysOf('orgs'));
    const changedOrgs = differing(before.orgs ?? NO_BITS, orgs, this.limit);
    const members =
      changedOrgs && (await membersOf(db, [...deletedOrgs, ...changedOrgs], this.limit));
    if (!members) return undefined;
    const deletedUsers = await deletedAmong(db, 'users', keysOf('users'));
    return distinct([...keysOf('memberships'), ...deletedUsers, ...members, ...before.ahead]);
  }

  private changesSince(readPoint: ReadPoint): Promise<ChangedRow[] | undefined> {
    const { horizon } = readPoint;
    const begun =
      this.changes.get(horizon) ?? changedRowsSince(this.db, readPoint, FACTS, this.limit);
    this.changes.set(horizon, begun);
    return begun;
  }

  private get limit(): number {
    const { user, org } = this.moment.sizes;
    return Math.max(MIN_LIMIT, Math.max(user, org) * MAX_CHANGED_SHARE);
  }

  private async readExcluded(): Promise<Excluded> {
    const { readPoint, exclusions } = this.moment;
    const known = this.remembered.excluded;
    const isCurrent =
      known?.excluded.state === exclusions && canResumeFrom(known.readPoint, readPoint);
    if (isCurrent) return known.excluded;
    const excluded = await readExcluded(this.db);
    this.remembered.excluded = { readPoint, excluded };
    return excluded;
  }
}

function distinct(keys: readonly number[]): number[] {
  return [...new Set(keys)];
}
