import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ApiError } from '#libs/contracts';
import { Database, sqlState, type PreparedQuery } from '#libs/database';
import { ID_TABLES, MARK, type IdTable, type Witness } from './witness.js';

// A user id of 36 characters takes 105 bytes, so full caches take about 65 MB.
const CACHED_USERS = 500_000;
const CACHED_ORGS = 100_000;

/** SQLSTATE of a sequence without further values. */
const SEQUENCE_AT_END = '2200H';
const RETRY_AT_END_SECONDS = 3_600;

/** Far above what processes that create keys at the same time need. */
const MAX_TURNS = 100;

// Advisory lock keys: the letters "idsu" and "idso".
const LOCKS = { user_ids: 0x69647375, org_ids: 0x6964736f };

/** Keys by id, and their witness; undefined when there are no keys. */
export interface Numbers {
  keys: ReadonlyMap<string, number>;
  witness: Witness | undefined;
}

/** A row of an id table: the key, the id, and the row's mark. */
type Row = Witness;

// The same statement reads the earlier witness and the missing ids, so both come from one state of
// the store.
const find = ({ table, name }: IdTable): PreparedQuery => ({
  name: `find_${table}`,
  text: `select id, ${name} as name, ${MARK} as mark from ${table} where ${name} = any($1)`,
});

// The lock is held until the commit, so keys are committed in ascending order.
const add = ({ table, name }: IdTable): PreparedQuery => ({
  name: `add_${table}`,
  text: `
    with locked as materialized (
      select pg_advisory_xact_lock(${LOCKS[table]})
    ), added as (
      insert into ${table} (${name})
      select name from locked, unnest($1::text[]) name order by name
      on conflict do nothing
      returning id, ${name} as name, token::text as mark
    )
    select id, name, mark from added
    union all
    select id, ${name}, ${MARK} from ${table} where ${name} = $2`,
});

/** The keys that this process has read from one state of the store. */
class KeyCache {
  /** The row of the highest key seen; proves all keys in the cache. */
  witness: Witness | undefined;
  readonly numbers: LRUCache<string, number>;

  constructor(max: number) {
    this.numbers = new LRUCache({ max });
  }
}

/** Resolves the ids of users, or of orgs, to keys. */
class IdNumbers {
  // Created with the first id: the cache allocates all its memory at once, which takes 0.1 s of a
  // start.
  private known: KeyCache | undefined;
  private readonly find: PreparedQuery;
  private readonly add: PreparedQuery;

  constructor(
    private readonly database: Database,
    table: IdTable,
    private readonly kind: 'users' | 'organizations',
    private readonly max: number,
  ) {
    this.find = find(table);
    this.add = add(table);
  }

  /** Discards all cached keys. */
  forget(): void {
    this.known = undefined;
  }

  /**
   * The keys of all `wanted` ids. Creates missing ones.
   * @throws Error when the store keeps changing
   */
  async of(wanted: ReadonlySet<string>): Promise<Numbers> {
    if (wanted.size === 0) return { keys: new Map(), witness: undefined };
    let known = this.current();
    let keys = cached(known, wanted);
    // Reads before inserting: an insert that conflicts consumes a key and makes keys less dense.
    // Reads again after inserting: another process may have added the same id in between.
    for (let turn = 0, total = 0; total < MAX_TURNS; total++) {
      const missing = [...wanted].filter((name) => !keys.has(name));
      if (missing.length === 0) return { keys, witness: known.witness };
      const { witness } = known;
      const rows = await (turn % 2 === 0
        ? this.look(missing, witness)
        : this.give(missing, witness));
      if (this.known === known && !isAmong(witness, rows)) this.forget();
      if (this.known !== known) {
        [known, turn] = [this.current(), 0];
        keys = cached(known, wanted);
      } else if (known.witness !== witness) {
        // Another call has added keys in the meantime. The reply proves only the earlier keys, so the loop repeats.
        turn = 0;
      } else {
        put(known, keys, rows);
        turn++;
      }
    }
    throw new Error('The keys of ids could not be read: the store keeps changing.');
  }

  private look(names: readonly string[], witness: Witness | undefined): Promise<Row[]> {
    const wanted = witness ? [...names, witness.name] : names;
    return this.database.queryPrepared<Row>(this.find, [wanted], this.database.pool);
  }

  /** @throws ApiError `unavailable` when all keys were given */
  private async give(names: readonly string[], witness: Witness | undefined): Promise<Row[]> {
    try {
      return await this.database.queryPrepared<Row>(
        this.add,
        [names, witness?.name],
        this.database.pool,
      );
    } catch (error) {
      throw sqlState(error) === SEQUENCE_AT_END ? this.allGiven(error) : error;
    }
  }

  private allGiven(cause: unknown): ApiError {
    const message =
      `This store cannot take new ${this.kind}: a store numbers at most 2,147,483,647 of them, and all numbers were given. ` +
      `Events of known ${this.kind} are accepted. Nothing of this request was stored; new ${this.kind} need another store.`;
    return new ApiError('unavailable', message, { cause, retryAfterSeconds: RETRY_AT_END_SECONDS });
  }

  private current(): KeyCache {
    return (this.known ??= new KeyCache(this.max));
  }
}

function cached({ numbers }: KeyCache, wanted: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of wanted) {
    const key = numbers.get(name);
    if (key !== undefined) found.set(name, key);
  }
  return found;
}

/** Whether `rows` include the earlier witness; true without one. */
function isAmong(witness: Witness | undefined, rows: readonly Row[]): boolean {
  return (
    !witness ||
    rows.some(
      ({ id, name, mark }) => id === witness.id && name === witness.name && mark === witness.mark,
    )
  );
}

function put(known: KeyCache, keys: Map<string, number>, rows: readonly Row[]): void {
  for (const row of rows) {
    keys.set(row.name, row.id);
    known.numbers.set(row.name, row.id);
    if (row.id > (known.witness?.id ?? -Infinity)) known.witness = row;
  }
}

/**
 * Maps user and org ids to keys. A key is created at the first mention of its id and never changes,
 * so it is committed in a transaction of its own, before the facts. Keys are cached with a witness,
 * by which the transaction that writes them proves that the store is still the same.
 */
@Injectable()
export class IdStore {
  private readonly users: IdNumbers;
  private readonly orgs: IdNumbers;

  constructor(database: Database) {
    this.users = new IdNumbers(database, ID_TABLES.users, 'users', CACHED_USERS);
    this.orgs = new IdNumbers(database, ID_TABLES.orgs, 'organizations', CACHED_ORGS);
  }

  /** The keys of users. Creates missing ones. */
  userKeys(userIds: Iterable<string>): Promise<Numbers> {
    return this.users.of(new Set(userIds));
  }

  /** The keys of orgs. Creates missing ones. */
  orgKeys(orgIds: Iterable<string>): Promise<Numbers> {
    return this.orgs.of(new Set(orgIds));
  }

  /** Discards all cached keys. Call it when a witness is missing from the store. */
  forget(): void {
    this.users.forget();
    this.orgs.forget();
  }
}
