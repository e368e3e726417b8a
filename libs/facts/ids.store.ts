import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '#libs/platform';

// A user id of 36 characters takes 105 bytes here: full caches stay near 65 MB.
const CACHED_USERS = 500_000;
const CACHED_ORGS = 100_000;

type Ids = ReadonlyMap<string, number>;

interface Table {
  find: string;
  add: string;
}

const USERS: Table = {
  find: 'select id, user_id as name from user_ids where user_id = any($1)',
  add: `insert into user_ids (user_id) select name from unnest($1::text[]) name order by name
        on conflict do nothing returning id, user_id as name`,
};
const ORGS: Table = {
  find: 'select id, org_id as name from org_ids where org_id = any($1)',
  add: `insert into org_ids (org_id) select name from unnest($1::text[]) name order by name
        on conflict do nothing returning id, org_id as name`,
};

/**
 * The dense integer behind each user and org id. A number is given at the first mention and never
 * changes, so it is committed on its own, before the facts, and may be cached for ever.
 */
@Injectable()
export class IdStore {
  // Made with the first id: an empty one takes its whole room at once, which is 0.1 s of a start.
  private users?: LRUCache<string, number>;
  private orgs?: LRUCache<string, number>;

  constructor(private readonly database: Database) {}

  /** Numbers of all the users named, giving new ones where needed. */
  userKeys(userIds: Iterable<string>): Promise<Ids> {
    this.users ??= new LRUCache({ max: CACHED_USERS });
    return this.resolve(USERS, this.users, new Set(userIds));
  }

  /** Numbers of all the orgs named, giving new ones where needed. */
  orgKeys(orgIds: Iterable<string>): Promise<Ids> {
    this.orgs ??= new LRUCache({ max: CACHED_ORGS });
    return this.resolve(ORGS, this.orgs, new Set(orgIds));
  }

  private async resolve(
    table: Table,
    cache: LRUCache<string, number>,
    wanted: Set<string>,
  ): Promise<Ids> {
    const found = new Map<string, number>();
    for (const name of wanted) {
      const key = cache.get(name);
      if (key !== undefined) found.set(name, key);
    }
    // An insert that meets an existing row burns a number and makes the numbers less dense: look
    // first. Another process may add the same id in between: then look again.
    for (const statement of [table.find, table.add, table.find]) {
      const missing = [...wanted].filter((name) => !found.has(name));
      if (missing.length === 0) break;
      const { rows } = await this.database.pool.query<{ id: number; name: string }>(statement, [
        missing,
      ]);
      for (const { id, name } of rows) {
        found.set(name, id);
        cache.set(name, id);
      }
    }
    return found;
  }
}
