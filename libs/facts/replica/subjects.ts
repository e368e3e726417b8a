import { copyRows, type Connection, type CopiedRow } from '#libs/database';
import { Deletions } from '../read/deletions.js';
import { Bitset } from './bitset.js';
import { setList } from '../read/session-list.js';

/** When more have changed than this share of all, their order is read whole. */
const FEW = 0.05;

/** Statements about a table of users or of orgs, and about the ids of either. */
interface Statements {
  all: string;
  changed: string;
  order: string;
  places: string;
}

// The order comes in one value, since a row each takes longer to read than the number in it. At most a
// gigabyte. Who is only mentioned has an id and no row.
const statements = (table: string, ids: string, text: string): Statements => ({
  all: `select id, created_at, deleted_stamp from ${table}`,
  changed: `
    select id, created_at, deleted_stamp from ${table}
    where id in (select unnest(current_setting('insightd.keys')::int[]))`,
  order: `select coalesce(string_agg(int4send(id), '' order by ${text}), '') from ${ids}`,
  places: `
    select placed.id, coalesce((
      select before.id from ${ids} before join ${table} on ${table}.id = before.id
      where before.${text} < placed.${text} order by before.${text} desc limit 1), 0)
    from ${ids} placed
    where placed.id in (select unnest(current_setting('insightd.keys')::int[]))`,
});
const USERS = statements('users', 'user_ids', 'user_id');
const ORGS = statements('orgs', 'org_ids', 'org_id');

/**
 * When all users, or all orgs, were created and deleted, and the order of their ids' bytes: as one
 * picture of the store shows them, brought up to a later one by what has changed.
 */
export class Subjects {
  readonly deletions = new Deletions();
  /** By key, in milliseconds since 1970; NaN when not told. */
  createdAt = new Float64Array(0);
  /** How many there are. */
  count = 0;
  private isKnown = new Uint8Array(0);
  private order = new Uint32Array(0);
  /** That before the last, to be filled anew. */
  private spare = new Uint32Array(0);
  private rank = new Uint32Array(0);
  /** Which order it is of. */
  private rankedOrder = this.order;

  private constructor(private readonly sql: Statements) {}

  static users(): Subjects {
    return new Subjects(USERS);
  }

  static orgs(): Subjects {
    return new Subjects(ORGS);
  }

  /** More than any key of those there are. */
  get size(): number {
    return this.isKnown.length;
  }

  /** Reads all there are, but for their order. */
  async read(db: Connection): Promise<void> {
    await copyRows(db, this.sql.all, (row) => void this.take(row));
  }

  /** Reads in which order the ids are of those that have been read. */
  async readOrder(db: Connection): Promise<void> {
    const order = new Uint32Array(this.count);
    let place = 0;
    await copyRows(db, this.sql.order, (row) => {
      const keys = row.bytes();
      for (let at = 0; at < keys.length; at += 4) {
        const key = keys.readInt32BE(at);
        if (this.isKnown[key] === 1) order[place++] = key;
      }
    });
    this.order = order;
  }

  /**
   * Reads some anew, and where they are in the order. Only new ones have a new place, but a key that
   * somebody removed and used again may stand for another id.
   * @returns whose deletion is another than before
   */
  async update(db: Connection, keys: readonly number[]): Promise<number[]> {
    const [changed, deleted]: [number[], number[]] = [[], []];
    if (keys.length === 0) return deleted;
    await setList(db, 'insightd.keys', keys);
    await copyRows(db, this.sql.changed, (row) => {
      const { key, isDeletionNew } = this.take(row);
      changed.push(key);
      if (isDeletionNew) deleted.push(key);
    });
    if (changed.length > this.order.length * FEW) await this.readOrder(db);
    else if (changed.length > 0) await this.place(db, changed);
    return deleted;
  }

  /** Those that exist at a moment. @param moment ms since 1970 */
  existingAt(moment: number): Bitset {
    const { createdAt, deletions, size } = this;
    const exists = new Bitset(size);
    for (let key = 0; key < size; key++) if (createdAt[key]! <= moment) exists.add(key);
    deletions.forEachBy(moment, (key) => exists.delete(key));
    return exists;
  }

  /** The keys of a set in the order of their ids. */
  inOrder(set: Bitset): Uint32Array {
    return this.order.filter((key) => set.has(key));
  }

  /** By key, how many ids come before the key's own. */
  ranks(): Uint32Array {
    if (this.rankedOrder !== this.order) {
      const { order } = this;
      if (this.rank.length < this.size) this.rank = new Uint32Array(this.size);
      for (let place = 0; place < order.length; place++) this.rank[order[place]!] = place;
      this.rankedOrder = order;
    }
    return this.rank;
  }

  private take(row: CopiedRow): { key: number; isDeletionNew: boolean } {
    const key = row.int();
    if (key >= this.isKnown.length) this.makeRoom(key);
    if (this.isKnown[key] === 0) this.count++;
    this.isKnown[key] = 1;
    this.createdAt[key] = row.instantMs();
    return { key, isDeletionNew: this.deletions.put(key, row.bytesOrNull()) };
  }

  private makeRoom(key: number): void {
    const size = Math.ceil((key + 1) * 1.5);
    const createdAt = new Float64Array(size).fill(Number.NaN);
    createdAt.set(this.createdAt);
    this.createdAt = createdAt;
    const isKnown = new Uint8Array(size);
    isKnown.set(this.isKnown);
    this.isKnown = isKnown;
  }

  /** Puts keys into the order, each behind the one before it, which may be one of them as well. */
  private async place(db: Connection, keys: readonly number[]): Promise<void> {
    const next = new Map<number, number>();
    // Nearly no key has to do with it.
    const concerned = new Bitset(this.size);
    const isPlaced = new Set(keys);
    for (const key of keys) concerned.add(key);
    await setList(db, 'insightd.keys', keys);
    await copyRows(db, this.sql.places, (row) => {
      const key = row.int();
      const before = row.int();
      next.set(before, key);
      concerned.add(before);
    });
    const before = this.order;
    const room = this.spare.length >= this.count ? this.spare : new Uint32Array(this.count * 1.01);
    const order = room.subarray(0, this.count);
    let place = 0;
    const putBehind = (key: number) => {
      for (let later = next.get(key); later !== undefined; later = next.get(later)) {
        order[place++] = later;
      }
    };
    putBehind(0);
    for (let index = 0; index < before.length; index++) {
      const key = before[index]!;
      const isConcerned = concerned.has(key);
      if (isConcerned && isPlaced.has(key)) continue;
      order[place++] = key;
      if (isConcerned) putBehind(key);
    }
    this.order = order;
    this.spare = new Uint32Array(before.buffer);
  }
}
