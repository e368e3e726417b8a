import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database, type PreparedQuery } from '#libs/database';
import { ID_TABLES, MARK, type IdTable, type Witness } from './witness.js';

// A user id of 36 characters takes 105 bytes here: full caches stay near 65 MB.
const CACHED_USERS = 500_000;
const CACHED_ORGS = 100_000;

/** Far more turns than processes that give numbers at the same time need. */
const MOST_TURNS = 100;

// Any numbers of our own: the letters "idsu" and "idso".
const LOCKS = { user_ids: 0x69647375, org_ids: 0x6964736f };

/** Numbers by id, and what proves them: undefined when there are none. */
export interface Numbers {
  keys: ReadonlyMap<string, number>;
  witness: Witness | undefined;
}

/** A row of a table of ids: a number, the id it stands for, and the mark of the row. */
type Row = Witness;

// The name of the earlier witness is looked up by the same statement as what is missing, so that its presence and
// the new numbers are of one state of the store.
const find = ({ table, name }: IdTable): PreparedQuery => ({
  name: `find_${table}`,
  text: `select id, ${name} as name, ${MARK} as mark from ${table} where ${name} = any($1)`,
});

// The lock lasts until the commit, so that numbers are committed in their order.
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

/** The numbers of one state of the store, as far as this process has seen them. */
class RunReplica {
  /** Proves all of them; always the highest ever seen. */
  witness: Witness | undefined;
  readonly numbers: LRUCache<string, number>;

  constructor(max: number) {
    this.numbers = new LRUCache({ max });
  }
}

/** The numbers behind the ids of users, or of orgs. */
class IdNumbers {
  // Made with the first id: an empty one takes its whole room at once, which is 0.1 s of a start.
  private known: RunReplica | undefined;
  private readonly find: PreparedQuery;
  private readonly add: PreparedQuery;

  constructor(
    private readonly database: Database,
    table: IdTable,
    private readonly max: number,
  ) {
    this.find = find(table);
    this.add = add(table);
  }

  /** Nothing that is known is true any more. */
  forget(): void {
    this.known = undefined;
  }

  /** @throws Error when other processes keep changing the store under it */
  async of(wanted: ReadonlySet<string>): Promise<Numbers> {
    if (wanted.size === 0) return { keys: new Map(), witness: undefined };
    let known = this.current();
    let keys = cached(known, wanted);
    // An insert that meets an existing row burns a number and makes the numbers less dense: look first.
    // Another process may add the same id in between: then look again.
    for (let turn = 0, total = 0; total < MOST_TURNS; total++) {
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
        // Another call added numbers meanwhile, and the reply proves only the earlier ones: ask again.
        turn = 0;
      } else {
        put(known, keys, rows);
        turn++;
      }
    }
    throw new Error('The numbers of ids could not be found: the store changes all the time.');
  }

  private look(names: readonly string[], witness: Witness | undefined): Promise<Row[]> {
    const wanted = witness ? [...names, witness.name] : names;
    return this.database.queryPrepared<Row>(this.find, [wanted], this.database.pool);
  }

  private give(names: readonly string[], witness: Witness | undefined): Promise<Row[]> {
    return this.database.queryPrepared<Row>(this.add, [names, witness?.name], this.database.pool);
  }

  private current(): RunReplica {
    return (this.known ??= new RunReplica(this.max));
  }
}

function cached({ numbers }: RunReplica, wanted: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of wanted) {
    const key = numbers.get(name);
    if (key !== undefined) found.set(name, key);
  }
  return found;
}

/** Whether the row of an earlier witness is among rows; true without one. */
function isAmong(witness: Witness | undefined, rows: readonly Row[]): boolean {
  return (
    !witness ||
    rows.some(
      ({ id, name, mark }) => id === witness.id && name === witness.name && mark === witness.mark,
    )
  );
}

function put(known: RunReplica, keys: Map<string, number>, rows: readonly Row[]): void {
  for (const row of rows) {
    keys.set(row.name, row.id);
    known.numbers.set(row.name, row.id);
    if (row.id > (known.witness?.id ?? -Infinity)) known.witness = row;
  }
}

/**
 * The dense integer behind each user and org id. A number is given at the first mention and never
 * changes, so it is committed on its own, before the facts. Numbers are kept in memory with a witness: the
 * transaction that writes them proves by it that the store is still the same.
 */
@Injectable()
export class IdStore {
  private readonly users: IdNumbers;
  private readonly orgs: IdNumbers;

  constructor(database: Database) {
    this.users = new IdNumbers(database, ID_TABLES.users, CACHED_USERS);
    this.orgs = new IdNumbers(database, ID_TABLES.orgs, CACHED_ORGS);
  }

  /** Numbers of all the users named, giving new ones where needed. */
  userKeys(userIds: Iterable<string>): Promise<Numbers> {
    return this.users.of(new Set(userIds));
  }

  /** Numbers of all the orgs named, giving new ones where needed. */
  orgKeys(orgIds: Iterable<string>): Promise<Numbers> {
    return this.orgs.of(new Set(orgIds));
  }

  /** To be called when a witness was missing from the store. */
  forget(): void {
    this.users.forget();
    this.orgs.forget();
  }
}
