import { Injectable } from '@nestjs/common';
import { ApiError, MAX_SEGMENTS, type NewSegment, type Segment } from '#libs/contracts';
import { Database } from '#libs/database';
import { SegmentsService, unknownSegment } from '../segments.service.js';
import {
  addSegment,
  changeSegment,
  findSegment,
  listSegments,
  removeSegment,
  subscriptionsWith,
} from './segments.store.js';

/** Subscriptions that an error names. */
const MOST_NAMES = 5;

/** Lists, saves and removes segments. */
@Injectable()
export class SavedSegments {
  constructor(
    private readonly database: Database,
    private readonly segments: SegmentsService,
  ) {}

  /** All segments, by name. */
  list(): Promise<Segment[]> {
    return listSegments(this.database.pool);
  }

  /** @throws ApiError `not_found` */
  async get(id: string): Promise<Segment> {
    return found(await findSegment(this.database.pool, id));
  }

  /** @throws ApiError `invalid` for an unknown key, or when there are too many segments */
  async add(given: NewSegment): Promise<Segment> {
    this.segments.check(given.subject, given.where);
    const added = await addSegment(this.database.pool, given);
    if (added) return added;
    const message = `There are ${MAX_SEGMENTS} segments already. Remove one that is no longer needed.`;
    throw new ApiError('invalid', message);
  }

  /** @throws ApiError `not_found`, or `invalid` for an unknown key */
  async change(id: string, given: NewSegment): Promise<Segment> {
    this.segments.check(given.subject, given.where);
    return found(await changeSegment(this.database.pool, id, given));
  }

  /** @throws ApiError `not_found`, or `conflict` while subscriptions use it */
  async remove(id: string): Promise<void> {
    const { pool } = this.database;
    if (await removeSegment(pool, id)) return;
    const users = await subscriptionsWith(pool, id);
    if (users.length === 0) throw unknownSegment();
    const names = users.slice(0, MOST_NAMES).map((name) => `"${name}"`);
    const others = users.length > MOST_NAMES ? ` and ${users.length - MOST_NAMES} more` : '';
    const message = `Subscriptions use this segment: ${names.join(', ')}${others}. Change or remove these first.`;
    throw new ApiError('conflict', message);
  }
}

function found(segment: Segment | undefined): Segment {
  if (!segment) throw unknownSegment();
  return segment;
}
