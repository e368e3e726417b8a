import { copyRows, literal, type Connection, type CopiedRow } from '#libs/database';
import { Deletions } from '../read/deletions.js';
import { scanSubjects } from '../read/scan-subjects.js';
import { Bitset } from '../blocks/bitset.js';

/** With more changes than this share of all keys, the whole order is read again. */
const MAX_CHANGED_SHARE = 0.05;

/** Statements on the table of users, or of orgs, and its id table. */
interface Statements {
  table: 'users' | 'orgs';
  highest: string;
  changed: (keys: readonly number[]) => string;
  /** The next part of the order. @param after the last id of the previous part */
  order: (after: string | undefined, count: number) => string;
  idOf: string;
  positions: (keys: readonly number[]) => string;
}

/** Keys in a row of the order. A value of PostgreSQL has at most 1 GB, which 268 million keys would exceed. */
const KEYS_A_ROW = 2 ** 18;

// The order is read as a value per 262,144 keys: reading a row per key takes longer than reading the keys. The limit
// keeps the order of the subquery; sorting in the aggregate took 2.5 times as long (1.4 s instead of 0.56 for a million
// ids). The last id of a part is looked up: as its maximum, it took a third of the reading. A subject that is only
// mentioned has an id but no row.
const statements = (
  { table, ids, text }: { table: 'users' | 'orgs'; ids: string; text: string },
  isPlaced: string,
): Statements => ({
  table,
  highest: `select coalesce(max(id), 0) as key from ${table}`,
  changed: (keys) => `
    select id, created_at, deleted_stamp from ${table}
    where id in (select unnest(${literal.ints(keys)}))`,
  order: (after, count) => `
    select coalesce(string_agg(int4send(id), ''), '')
    from (
      select id from ${ids}
      ${after === undefined ? '' : `where ${text} > ${literal.text(after)}`}
      order by ${text} limit ${Math.trunc(count)}) part`,
  idOf: `select ${text} as id from ${ids} where id = $1`,
  positions: (keys) => `
    select moved.id, coalesce((
      select before.id from ${ids} before
      where before.${text} < moved.${text} and (${isPlaced})
      order by before.${text} desc limit 1), 0)
    from ${ids} moved
    where moved.id in (select unnest(${literal.ints(keys)}))`,
});
// Scalar subqueries, which are looked up by index: two `exists` joined by `or` hash both tables for a few ids, 136 ms
// instead of 1.5 with 200,000 users.
const HAS_ROW = (table: string, key = 'id') =>
  `(select ${key} from ${table} where ${key} = before.id limit 1) is not null`;
// The champion of an org may be a member who is only mentioned.
const USERS = statements(
  { table: 'users', ids: 'user_ids', text: 'user_id' },
  `${HAS_ROW('users')} or ${HAS_ROW('memberships', 'user_key')}`,
);
const ORGS = statements({ table: 'orgs', ids: 'org_ids', text: 'org_id' }, HAS_ROW('orgs'));

/**
 * In-memory copy of all users, or all orgs, at one read point: when they were created and deleted,
 * and the byte order of their ids. An update applies the changed rows. The order also contains the users who are only
 * mentioned, if they are or were members of an org.
 */
export class Subjects {
  readonly deletions = new Deletions();
  /** By key, milliseconds since 1970; NaN when unknown. */
  createdAt = new Float64Array(0);
  /** Number of users, or of orgs. */
  count = 0;
  private isKnown = new Uint8Array(0);
  private order: Uint32Array = new Uint32Array(0);
  /** The previous order's buffer, reused for the next order. */
  private spare: Uint32Array = new Uint32Array(0);
  private rank: Uint32Array = new Uint32Array(0);
  /** The order that `rank` was computed from. */
  private rankedOrder = this.order;

  private constructor(private readonly sql: Statements) {}

  static users(): Subjects {
    return new Subjects(USERS);
  }

  static orgs(): Subjects {
    return new Subjects(ORGS);
  }

  /** Greater than any key. */
  get size(): number {
    return this.isKnown.length;
  }

  /** Reads all subjects, without their order. @param upTo the highest key that counts */
  async read(db: Connection, upTo = Infinity): Promise<void> {
    const { rows } = await db.query<{ key: number }>(this.sql.highest);
    const highest = Math.min(rows[0]!.key, upTo);
    if (highest >= this.size) this.resize(highest + 1);
    await scanSubjects(
      ...([db, this.sql.table, highest] as const),
      (key, createdAt) => this.put(key, createdAt),
      (key, version) => void this.deletions.put(key, version),
    );
  }

  /** Reads the order of the ids. @param keysARow how many keys to read at a time */
  async readOrder(db: Connection, keysARow = KEYS_A_ROW): Promise<void> {
    const parts: Uint32Array[] = [];
    for (let after: string | undefined; ;) {
      await copyRows(db, this.sql.order(after, keysARow), (row) => {
        const keys = row.bytes();
        const part = new Uint32Array(keys.length / 4);
        for (let index = 0; index < part.length; index++) {
          part[index] = keys.readInt32BE(4 * index);
          if (part[index]! >= this.size) this.grow(part[index]!);
        }
        parts.push(part);
      });
      const last = parts.at(-1)!;
      if (last.length < keysARow) break;
      after = (await db.query<{ id: string }>(this.sql.idOf, [last.at(-1)])).rows[0]!.id;
    }
    this.order = joined(parts);
  }

  /**
   * Reads some subjects again, with their positions in the order. Normally only new keys get a new
   * position, but a key that was removed and reused by hand may belong to another id.
   * @param mentioned keys that get a position even without a row
   * @returns the keys whose deletion changed
   */
  async update(
    db: Connection,
    keys: readonly number[],
    mentioned: readonly number[] = [],
  ): Promise<number[]> {
    const changed = new Set<number>();
    const deleted: number[] = [];
    if (keys.length > 0) {
      await copyRows(db, this.sql.changed(keys), (row) => {
        changed.add(this.take(row, (key) => deleted.push(key)));
      });
    }
    for (const key of mentioned) {
      if (key >= this.size) this.grow(key);
      if (this.isKnown[key] === 0) changed.add(key);
    }
    if (changed.size > this.order.length * MAX_CHANGED_SHARE) await this.readOrder(db);
    else if (changed.size > 0) await this.insert(db, changed);
    return deleted;
  }

  /** The subjects that exist at a moment. @param moment milliseconds since 1970 */
  existingAt(moment: number): Bitset {
    const { createdAt, deletions, size } = this;
    const exists = new Bitset(size);
    for (let key = 0; key < size; key++) if (createdAt[key]! <= moment) exists.add(key);
    deletions.forEachBy(moment, (key) => exists.delete(key));
    return exists;
  }

  /**
   * The keys of a set in the order of their ids.
   * @param found receives the keys; at least `count` long
   */
  inOrder(set: Bitset, found: Uint32Array = new Uint32Array(this.count)): Uint32Array {
    const { order } = this;
    let length = 0;
    for (let index = 0; index < order.length; index++) {
      const key = order[index]!;
      if (set.has(key)) found[length++] = key;
    }
    return found.subarray(0, length);
  }

  /** By key, the number of ids that sort before the key's own. In shared memory. */
  ranks(): Uint32Array {
    if (this.rankedOrder !== this.order) {
      const { order } = this;
      if (this.rank.length < this.size) this.rank = sharedWords(this.size);
      for (let index = 0; index < order.length; index++) this.rank[order[index]!] = index;
      this.rankedOrder = order;
    }
    return this.rank;
  }

  /** @param onDeleted receives the key when its deletion changed @returns the key */
  private take(row: CopiedRow, onDeleted?: (key: number) => void): number {
    const key = row.int();
    if (key >= this.size) this.grow(key);
    this.put(key, row.instantMs());
    if (this.deletions.put(key, row.bytesOrNull())) onDeleted?.(key);
    return key;
  }

  private put(key: number, createdAt: number): void {
    if (this.isKnown[key] === 0) this.count++;
    this.isKnown[key] = 1;
    this.createdAt[key] = createdAt;
  }

  private grow(key: number): void {
    this.resize(Math.ceil((key + 1) * 1.5));
  }

  private resize(size: number): void {
    const createdAt = new Float64Array(size).fill(Number.NaN);
    createdAt.set(this.createdAt);
    this.createdAt = createdAt;
    const isKnown = new Uint8Array(size);
    isKnown.set(this.isKnown);
    this.isKnown = isKnown;
  }

  /** Inserts keys into the order, each after its predecessor, which may be one of `keys` itself. */
  private async insert(db: Connection, moved: ReadonlySet<number>): Promise<void> {
    const next = new Map<number, number>();
    await copyRows(db, this.sql.positions([...moved]), (row) => {
      const key = row.int();
      next.set(row.int(), key);
    });
    const before = this.order;
    const most = before.length + moved.size;
    const order = this.spare.length >= most ? this.spare : new Uint32Array(most * 1.01);
    let [length, copied] = [0, 0];
    const copyUpTo = (end: number) => {
      order.set(before.subarray(copied, end), length);
      length += end - copied;
      copied = end;
    };
    const insertAfter = (key: number) => {
      for (let later = next.get(key); later !== undefined; later = next.get(later)) {
        order[length++] = later;
      }
    };
    insertAfter(0);
    // Copies all keys between two affected ones at once: 6 → 1.5 ms of CPU for 200 new ids and a million others.
    for (const position of this.positionsOf([...moved, ...next.keys()])) {
      const key = before[position]!;
      const isMoved = moved.has(key);
      copyUpTo(isMoved ? position : position + 1);
      if (isMoved) copied = position + 1;
      else insertAfter(key);
    }
    copyUpTo(before.length);
    this.order = order.subarray(0, length);
    this.spare = new Uint32Array(before.buffer);
  }

  /** The positions of keys in the order, ascending, without those that are not in it. */
  private positionsOf(keys: readonly number[]): Uint32Array {
    const { order } = this;
    const ranks = this.ranks();
    const positions = new Set<number>();
    for (const key of keys) if (order[ranks[key]!] === key) positions.add(ranks[key]!);
    return Uint32Array.from(positions).sort();
  }
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  return all;
}

function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT));
}
