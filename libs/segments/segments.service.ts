import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  ApiError,
  invalidField,
  type SegmentRequest,
  type Subject,
  type Where,
} from '#libs/contracts';
import { Database } from '#libs/database';
import { Bitset } from '#libs/facts';
import { SETTINGS, type Settings } from '#libs/platform';
import { parseCondition, type KeptTraits, type ParsedCondition } from './keys/conditions.js';
import { findSegment } from './saved/segments.store.js';
import { everyNumber } from './sets/bits.js';
import { existing, satisfying } from './sets/rules.js';
import type { Reading } from './sets/reading.js';
import { Sets } from './sets/sets.service.js';

const COMBINED_BYTES = 32 * 1024 * 1024;

/** A combination of sets; the same object while its parts are. */
interface Combined {
  parts: readonly Bitset[];
  bits: Bitset;
}

/** Finds the users and orgs that satisfy conditions now. */
@Injectable()
export class SegmentsService {
  readonly kept: KeptTraits;
  private readonly combined = new LRUCache<string, Combined>({
    maxSize: COMBINED_BYTES,
    sizeCalculation: ({ bits }) => bits.words.byteLength + 500,
  });

  constructor(
    private readonly database: Database,
    private readonly sets: Sets,
    @Inject(SETTINGS) settings: Pick<Settings, 'USER_TRAITS' | 'ORG_TRAITS'>,
  ) {
    this.kept = { user: settings.USER_TRAITS, org: settings.ORG_TRAITS };
  }

  /**
   * The keys of the users or orgs that exist, are not excluded and satisfy all conditions; the same object while they
   * are equal.
   * @throws ApiError `invalid` for an unknown key
   */
  matching(subject: Subject, where: Where): Promise<Bitset> {
    const conditions = this.parsed(subject, where);
    const all = existing(subject);
    return this.sets.reading([all, ...rulesOf(subject, conditions)], async (reading) => {
      const start = await reading.bitsOf(all);
      return this.combine(`matching ${subject}`, subject, start, conditions, reading);
    });
  }

  /**
   * For charts: the keys of all users or orgs that are not excluded and satisfy all conditions, including ids known only
   * by mention, and deleted ones, which have no values; undefined when these are all keys.
   * @throws ApiError `invalid` for an unknown key
   */
  counted(subject: Subject, where: Where): Promise<Bitset | undefined> {
    const conditions = this.parsed(subject, where);
    return this.sets.reading(rulesOf(subject, conditions), async (reading) => {
      const excluded = (await reading.excluded())[subject === 'user' ? 'users' : 'orgs'];
      if (conditions.length === 0 && !excluded.words.some((word) => word !== 0)) return undefined;
      const start = everyNumber(reading.moment.sizes[subject]);
      return this.combine(undefined, subject, start, conditions, reading);
    });
  }

  /**
   * The conditions of a request.
   * @returns undefined when it has neither `where` nor `segment`
   * @throws ApiError `invalid` for an unknown key or a segment of another subject, `not_found` for an unknown segment
   */
  async resolve(subject: Subject, { where, segment }: SegmentRequest): Promise<Where | undefined> {
    if (where) this.check(subject, where);
    if (segment === undefined) return where;
    const saved = await findSegment(this.database.pool, segment);
    if (!saved) throw unknownSegment();
    if (saved.subject !== subject) {
      const [is, needed] =
        saved.subject === 'user' ? ['users', 'organizations'] : ['organizations', 'users'];
      throw invalidField('segment', `is a segment of ${is}; name a segment of ${needed} here`);
    }
    this.check(subject, saved.where, 'segment');
    return [...(where ?? []), ...saved.where];
  }

  /**
   * `matching` for the conditions of a request; undefined when it has neither `where` nor `segment`.
   * @throws ApiError like `resolve`
   */
  async matchingOf(subject: Subject, request: SegmentRequest): Promise<Bitset | undefined> {
    const where = await this.resolve(subject, request);
    return where && this.matching(subject, where);
  }

  /**
   * `counted` for the conditions of a request.
   * @throws ApiError like `resolve`
   */
  async countedOf(subject: Subject, request: SegmentRequest): Promise<Bitset | undefined> {
    const where = await this.resolve(subject, request);
    return where && this.counted(subject, where);
  }

  /** @param field the name of the parameter in an error @throws ApiError `invalid` for an unknown key */
  check(subject: Subject, where: Where, field = 'where'): void {
    for (const condition of where) parseCondition(subject, condition, this.kept, field);
  }

  private parsed(subject: Subject, where: Where): ParsedCondition[] {
    return where.map((condition) => parseCondition(subject, condition, this.kept));
  }

  /** @param name of the start; undefined when it differs each time */
  private async combine(
    name: string | undefined,
    subject: Subject,
    start: Bitset,
    conditions: readonly ParsedCondition[],
    reading: Reading,
  ): Promise<Bitset> {
    const excluded = (await reading.excluded())[subject === 'user' ? 'users' : 'orgs'];
    const parts = [start, excluded];
    for (const { condition } of conditions)
      parts.push(await reading.bitsOf(satisfying(subject, condition)));
    const key = name && JSON.stringify([name, conditions.map(nameOf)]);
    const known = key === undefined ? undefined : this.combined.get(key);
    if (known && known.parts.every((part, index) => part === parts[index])) return known.bits;
    let bits = start.without(excluded);
    for (const [index, { isNegated }] of conditions.entries()) {
      const part = parts[index + 2]!;
      bits = isNegated ? bits.without(part) : bits.and(part);
    }
    if (key !== undefined) this.combined.set(key, { parts, bits });
    return bits;
  }
}

function rulesOf(subject: Subject, conditions: readonly ParsedCondition[]) {
  return conditions.map(({ condition }) => satisfying(subject, condition));
}

function nameOf({ condition, isNegated }: ParsedCondition): unknown {
  return [condition.name, isNegated];
}

export function unknownSegment(): ApiError {
  const message =
    'There is no segment with this id. GET /api/insights/v1/segments lists the segments.';
  return new ApiError('not_found', message);
}
