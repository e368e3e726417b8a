import type { Queryable } from '#libs/database';

/**
 * The row of the highest number that a process knows. While the store has it, all numbers that the process knows
 * are true.
 *
 * Ids get their numbers one transaction after the other (`ids.store.ts`), so a store that has this row has all the
 * earlier ones. A store that went back before it (a backup restored in place, a standby promoted too early, a
 * crash without synchronous commits), or another store, does not have it: the number is not there, or was
 * given again, to a row with another mark.
 */
export interface Witness {
  id: number;
  name: string;
  mark: string;
}

/** Thrown within a transaction when the numbers to be written are not those of the store as it is now. */
export class StoreChanged extends Error {
  constructor() {
    super('The store went back to an earlier state, or is another one than before.');
  }
}

/** The tables of ids. */
export const ID_TABLES = {
  users: { table: 'user_ids', name: 'user_id' },
  orgs: { table: 'org_ids', name: 'org_id' },
} as const;
export type IdTable = (typeof ID_TABLES)[keyof typeof ID_TABLES];

// A row that is older than the tokens has none: the transaction that wrote it is its mark.
export const MARK = `coalesce(token::text, 'x' || xmin::text)`;

/** The condition that a witness is in its table; true without a witness. @param first the number of its first parameter */
export function isPresent({ table, name }: IdTable, first: number): string {
  return `($${first}::int is null or exists (
    select from ${table} where id = $${first} and ${name} = $${first + 1} and ${MARK} = $${first + 2}))`;
}

/** The parameters of `isPresent`. */
export function parametersOf(witness: Witness | undefined): (number | string | null)[] {
  return witness ? [witness.id, witness.name, witness.mark] : [null, null, null];
}

const BOTH_PRESENT = `
  select ${isPresent(ID_TABLES.users, 1)} and ${isPresent(ID_TABLES.orgs, 4)} as present`;

/** What proves the numbers of a batch. */
export interface Witnesses {
  users: Witness | undefined;
  orgs: Witness | undefined;
}

/** To be called last in a transaction that writes numbers. @throws StoreChanged */
export async function expectPresent(db: Queryable, { users, orgs }: Witnesses): Promise<void> {
  if (!users && !orgs) return;
  const values = [...parametersOf(users), ...parametersOf(orgs)];
  const { rows } = await db.query<{ present: boolean }>(BOTH_PRESENT, values);
  if (!rows[0]!.present) throw new StoreChanged();
}
