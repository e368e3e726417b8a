import { Injectable } from '@nestjs/common';
import type { SegmentKeys, Subject } from '#libs/contracts';
import { Database, sqlState, type Connection } from '#libs/database';
import { readExcluded } from '#libs/facts';
import { currentMoment } from '../sets/moment.js';
import { SegmentsService } from '../segments.service.js';
import { offeredMemberships } from './memberships.js';
import {
  limitStatements,
  offeredDomains,
  offeredParameters,
  offeredTraits,
  traitsOfOrgs,
  type OfferedKey,
} from './values.query.js';

/**
 * An answer of this age is counted again in the background; an older one is not used any more. None is used after a
 * deletion, because it may contain erased values, or after a change of the exclusions.
 */
const [FRESH_MS, KEPT_MS] = [30_000, 600_000];
const CANCELLED = '57014';

const STATE = `
  select concat_ws('/', e.version, e.changes,
    (select count(*) from users where deleted_stamp is not null),
    (select count(*) from orgs where deleted_stamp is not null)) as state
  from exclusions e`;

interface Answer {
  at: number;
  /** Changes with every deletion and every change of the exclusions. */
  state: string;
  keys: SegmentKeys;
}

/** Lists the keys for conditions and their most frequent values. */
@Injectable()
export class OfferedKeys {
  private readonly known = new Map<Subject, Answer>();
  private readonly begun = new Map<string, Promise<SegmentKeys>>();

  constructor(
    private readonly database: Database,
    private readonly segments: SegmentsService,
  ) {}

  /** The last answer, counted again in the background after half a minute. A first count takes seconds in a large store. */
  async of(subject: Subject): Promise<SegmentKeys> {
    const state = await this.state();
    const last = this.known.get(subject);
    const known = last?.state === state ? last : undefined;
    const age = known ? performance.now() - known.at : Infinity;
    if (known && age < FRESH_MS) return known.keys;
    const counting = this.counted(subject, state);
    if (!known || age > KEPT_MS) return counting;
    // The next request tries again.
    counting.catch(() => undefined);
    return known.keys;
  }

  /** Concurrent requests share one count. */
  private counted(subject: Subject, state: string): Promise<SegmentKeys> {
    const name = `${subject} ${state}`;
    const begun =
      this.begun.get(name) ??
      this.count(subject)
        .then((keys) => {
          this.known.set(subject, { at: performance.now(), state, keys });
          return keys;
        })
        .finally(() => this.begun.delete(name));
    this.begun.set(name, begun);
    return begun;
  }

  private async state(): Promise<string> {
    return (await this.database.pool.query<{ state: string }>(STATE)).rows[0]!.state;
  }

  private async count(subject: Subject): Promise<SegmentKeys> {
    const { kept } = this.segments;
    const traits = await this.within((db) => offeredTraits(db, subject, kept[subject]));
    const parts = [traits];
    const names = kept[subject].map((key) => `trait.${key}`);
    if (subject === 'user') {
      parts.push(await this.within((db) => offeredParameters(db)));
      parts.push(await this.ofMemberships());
      parts.push(await this.within((db) => offeredDomains(db)));
      names.push('role', ...kept.org.map((key) => `org.${key}`), 'domain');
    }
    const known = new Map(parts.flatMap((part) => part ?? []).map((one) => [one.key, one]));
    const all = new Set([...names, ...known.keys()]);
    return {
      subject,
      keys: [...all].map((key) => known.get(key) ?? { key, kinds: [], values: [] }),
      is_complete: parts.every((part) => part !== undefined),
    };
  }

  private async ofMemberships(): Promise<OfferedKey[] | undefined> {
    const users = await this.segments.matching('user', []);
    return this.within(async (db) => {
      const traits = await traitsOfOrgs(db, this.segments.kept.org);
      const { ms } = await currentMoment(db);
      return offeredMemberships(db, ms, users, (await readExcluded(db)).orgs, traits);
    });
  }

  /** @returns undefined when a statement took too long */
  private async within(
    work: (db: Connection) => Promise<OfferedKey[]>,
  ): Promise<OfferedKey[] | undefined> {
    try {
      return await this.database.transaction(async (db) => {
        await limitStatements(db);
        return work(db);
      });
    } catch (error) {
      if (sqlState(error) === CANCELLED) return undefined;
      throw error;
    }
  }
}
