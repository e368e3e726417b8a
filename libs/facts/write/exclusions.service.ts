import { Injectable } from '@nestjs/common';
import type { ExclusionRules, Exclusions } from '#libs/contracts';
import { Database, type Connection } from '#libs/database';
import { readExcluded } from '../read/excluded.js';
import { queueEverything, queueUsers } from './activity.store.js';
import {
  countExcluded,
  countExistingOf,
  excludedBy,
  lockExclusions,
  readRules,
  storedRules,
  writeExcluded,
  writeRules,
} from './exclusions.store.js';
import { FactsService, type ResolvedIds } from './facts.service.js';
import { expectPresent } from './witness.js';

/** With more users than this, deriving all org days again is as fast. */
const MANY = 10_000;

/** Keeps the exclusion rules and applies them to all users and orgs. */
@Injectable()
export class ExclusionsService {
  constructor(
    private readonly database: Database,
    private readonly facts: FactsService,
  ) {}

  /** The rules, their version, and how many existing users and orgs they exclude. */
  async read(): Promise<Exclusions> {
    return this.database.transaction((db) => view(db));
  }

  /** How many existing users and orgs some rules would exclude. Changes nothing. */
  async preview(rules: ExclusionRules): Promise<Exclusions['excluded']> {
    return this.database.transaction(async (db) => {
      const keys = await excludedBy(db, storedRules(rules), await this.facts.hashKey(db));
      return countExistingOf(db, keys);
    });
  }

  /**
   * Replaces the rules. Events that change e-mails wait meanwhile. The same rules in another order change nothing.
   * @returns the new rules
   */
  replace(rules: ExclusionRules): Promise<Exclusions> {
    return this.change(() => rules);
  }

  /**
   * Changes the rules.
   * @param change receives the current rules and returns the new ones; may be called several times
   */
  async change(change: (rules: ExclusionRules) => ExclusionRules): Promise<Exclusions> {
    for (;;) {
      const { rules, version } = await readRules(this.database.pool);
      const wanted = change(rules);
      const [users, orgs] = [new Set(wanted.user_ids), new Set(wanted.org_ids)];
      const changed = await this.facts.resolvingIds(users, orgs, (ids) =>
        // Long: a large store has many users to compare.
        this.database.transaction((db) => this.write(db, wanted, version, ids), 'long'),
      );
      if (changed) return changed;
    }
  }

  /** @returns undefined when the rules have changed since `version` */
  private async write(
    db: Connection,
    rules: ExclusionRules,
    version: number,
    ids: ResolvedIds,
  ): Promise<Exclusions | undefined> {
    await lockExclusions(db);
    const known = await readRules(db);
    if (known.version !== version) return undefined;
    if (isSame(known.rules, rules)) return view(db);
    const stored = storedRules(rules);
    const hashKey = await this.facts.hashKey(db);
    await writeRules(db, stored, hashKey, ids);
    const before = await readExcluded(db);
    const { users, orgs } = await excludedBy(db, stored, hashKey);
    const changedUsers = difference(before.users.keys(), users);
    const changedOrgs = difference(before.orgs.keys(), orgs);
    if (changedUsers.length > 0) await writeExcluded(db, 'excluded_users', users);
    if (changedOrgs.length > 0) await writeExcluded(db, 'excluded_orgs', orgs);
    // Charts leave excluded orgs out when they are read, so only the users' orgs are derived again.
    if (changedUsers.length > MANY) await queueEverything(db);
    else await queueUsers(db, changedUsers);
    await expectPresent(db, ids.witnesses);
    return view(db);
  }
}

async function view(db: Connection): Promise<Exclusions> {
  const { rules, version } = await readRules(db);
  return { ...rules, version, excluded: await countExcluded(db) };
}

/** Whether two sets of rules have the same entries. */
function isSame(one: ExclusionRules, other: ExclusionRules): boolean {
  const listed = (all: readonly string[]) => all.toSorted().join('\0');
  return (['email_domains', 'user_ids', 'org_ids'] as const).every(
    (list) => listed(one[list]) === listed(other[list]),
  );
}

/** The keys that are in one of two lists alone. */
function difference(some: readonly number[], others: readonly number[]): number[] {
  const [one, other] = [new Set(some), new Set(others)];
  return [...some.filter((key) => !other.has(key)), ...others.filter((key) => !one.has(key))];
}
