import type { Queryable } from '#libs/database';

/**
 * The row of the highest key that a process has cached. While the store contains it, all cached
 * keys are valid.
 *
 * Keys are committed in ascending order (`ids.store.ts`), so a store that contains this row
 * contains all earlier ones. The row is missing in another store, and in one that went back to an
 * earlier state: a backup restored in place, a standby promoted too early, a crash without
 * synchronous commits. There the key does not exist, or belongs to a row with another mark.
 */
export interface Witness {
  /** The key. */
  id: number;
  /** The id of the user or org. */
  name: string;
  mark: string;
}

/** Thrown within a transaction when the keys to be written are not those of the current store. */
export class StoreChanged extends Error {
  constructor() {
    super('The store went back to an earlier state or was replaced.');
  }
}

/** The id tables. */
export const ID_TABLES = {
  users: { table: 'user_ids', name: 'user_id' },
  orgs: { table: 'org_ids', name: 'org_id' },
} as const;
export type IdTable = (typeof ID_TABLES)[keyof typeof ID_TABLES];

export const MARK = 'token::text';

/**
 * SQL condition: the witness is in its table, or there is none. It selects a column because Citus cannot read the rows of
 * its subquery without one.
 * @param first number of its first of three parameters
 */
export function isPresent({ table, name }: IdTable, first: number): string {
  return `($${first}::int is null or exists (
    select 1 from ${table} where id = $${first} and ${name} = $${first + 1} and ${MARK} = $${first + 2}))`;
}

/** The three parameters of `isPresent`. */
export function parametersOf(witness: Witness | undefined): (number | string | null)[] {
  return witness ? [witness.id, witness.name, witness.mark] : [null, null, null];
}

const BOTH_PRESENT = `
  select ${isPresent(ID_TABLES.users, 1)} and ${isPresent(ID_TABLES.orgs, 4)} as present`;

/** The witnesses of a batch's keys. */
export interface Witnesses {
  users: Witness | undefined;
  orgs: Witness | undefined;
}

/** Checks the witnesses. Call it last in a transaction that writes keys. @throws StoreChanged */
export async function expectPresent(db: Queryable, { users, orgs }: Witnesses): Promise<void> {
  if (!users && !orgs) return;
  const values = [...parametersOf(users), ...parametersOf(orgs)];
  const { rows } = await db.query<{ present: boolean }>(BOTH_PRESENT, values);
  if (!rows[0]!.present) throw new StoreChanged();
}

function highestKey({ table, name }: IdTable): string {
  return `select id, ${name} as name, ${MARK} as mark from ${table} order by id desc limit 1`;
}

/** The witnesses of all keys of the store. Read them before keys, and check them after the names. */
export async function currentWitnesses(db: Queryable): Promise<Witnesses> {
  const users = await db.query<Witness>(highestKey(ID_TABLES.users));
  const orgs = await db.query<Witness>(highestKey(ID_TABLES.orgs));
  return { users: users.rows[0], orgs: orgs.rows[0] };
}
