import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '#libs/platform';
import { ID_TABLES, MARK, isPresent, parametersOf, type IdTable, type Witness } from './witness.js';

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

/** A number, and its mark where it is the highest of the reply. One row without an id when there are none. */
interface Row {
  isPresent: boolean;
  id: number | null;
  name: string;
  mark: string | null;
}

// Whether the earlier witness is there is asked in the same statement: what it proves and what is new are of one
// state of the store.
const find = ({ table, name }: IdTable) => `
  with found as materialized (
    select id, ${name} as name from ${table} where ${name} = any($4)
  ), latest as (
    select id, ${MARK} as mark from ${table} where id = (select max(id) from found)
  )
  select earlier."isPresent", found.id, found.name, latest.mark
  from (select ${isPresent({ table, name } as IdTable, 1)} as "isPresent") earlier
  left join found on true left join latest on latest.id = found.id`;

// The lock lasts until the commit, so that numbers are committed in their order.
const add = ({ table, name }: IdTable) => `
  with locked as materialized (
    select pg_advisory_xact_lock(${LOCKS[table]})
  ), added as (
    insert into ${table} (${name})
    select name from locked, unnest($4::text[]) name order by name
    on conflict do nothing
    returning id, ${name} as name, token::text as mark
  )
  select earlier."isPresent", added.id, added.name,
    case when added.id = max(added.id) over () then added.mark end as mark
  from (select ${isPresent({ table, name } as IdTable, 1)} as "isPresent") earlier
  left join added on true`;

/** The numbers of one state of the store, as far as this process has seen them. */
class Known {
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
  private known: Known | undefined;
  private readonly statements: readonly [find: string, add: string];

  constructor(
    private readonly database: Database,
    table: IdTable,
    private readonly max: number,
  ) {
    this.statements = [find(table), add(table)];
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
      const values = [...parametersOf(witness), missing];
      const { rows } = await this.database.pool.query<Row>(this.statements[turn % 2]!, values);
      if (this.known === known && !rows[0]!.isPresent) this.forget();
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

  private current(): Known {
    return (this.known ??= new Known(this.max));
  }
}

function cached({ numbers }: Known, wanted: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of wanted) {
    const key = numbers.get(name);
    if (key !== undefined) found.set(name, key);
  }
  return found;
}

function put(known: Known, keys: Map<string, number>, rows: readonly Row[]): void {
  for (const { id, name, mark } of rows) {
    if (id === null) continue;
    keys.set(name, id);
    known.numbers.set(name, id);
    if (mark !== null && id > (known.witness?.id ?? -Infinity)) known.witness = { id, name, mark };
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
