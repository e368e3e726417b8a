import type { Queryable } from '#libs/database';
import { BLOCK_SHIFT, BLOCK_SIZE, forEachKey } from '../blocks/day-block.js';
import { Bitset } from '../blocks/bitset.js';

/** The tables of excluded users and orgs. */
export type ExcludedTable = 'excluded_users' | 'excluded_orgs';

/**
 * SQL condition: a user or an org is not excluded. Both tables have a row per block with anyone excluded, so they are
 * usually empty or tiny.
 * @param key SQL expression of the key
 */
export function notExcluded(table: ExcludedTable, key: string): string {
  return `
    not exists (
      select 1 from ${table} x
      where x.block = (${key}) >> ${BLOCK_SHIFT} and get_bit(x.bits, (${key}) & ${BLOCK_SIZE - 1}) = 1)`;
}

/** The excluded users and orgs at one moment, by key, and what identifies that state. */
export interface Excluded {
  users: Bitset;
  orgs: Bitset;
  /** The version of the rules. */
  version: number;
  /** Changes with every change of the excluded users and orgs. */
  state: string;
}

const STATE = `
  select e.version, e.version || '/' || e.changes as state,
    x.of_users as "ofUsers", x.block, substring(bit_send(x.bits) from 5) as bits
  from exclusions e
  left join (
    select true as of_users, block, bits from excluded_users
    union all
    select false, block, bits from excluded_orgs) x on true`;

/** The version of the rules. */
export async function exclusionsVersion(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ version: number }>('select version from exclusions');
  return rows[0]!.version;
}

/** Changes with every change of the excluded users and orgs. */
export async function exclusionsState(db: Queryable): Promise<string> {
  const text = `select version || '/' || changes as state from exclusions`;
  return (await db.query<{ state: string }>(text)).rows[0]!.state;
}

interface Row {
  version: number;
  state: string;
  ofUsers: boolean | null;
  block: number;
  bits: Buffer;
}

/** Reads the excluded users and orgs in one statement. */
export async function readExcluded(db: Queryable): Promise<Excluded> {
  const { rows } = await db.query<Row>(STATE);
  const bitsOf = (ofUsers: boolean) => {
    const some = rows.filter((row) => row.ofUsers === ofUsers);
    const highest = some.reduce((most, { block }) => Math.max(most, block), -1);
    const set = new Bitset((highest + 1) << BLOCK_SHIFT);
    for (const { block, bits } of some) forEachKey(block, bits, (key) => set.add(key));
    return set;
  };
  const { version, state } = rows[0]!;
  return { users: bitsOf(true), orgs: bitsOf(false), version, state };
}
