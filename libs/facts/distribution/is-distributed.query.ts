import type { Queryable } from '#libs/database';

const IS_DISTRIBUTED = `
  select exists (select from instance where distribution is not null) as "isDistributed"`;

/** Whether the facts are distributed over nodes of Citus. */
export async function isDistributed(db: Queryable): Promise<boolean> {
  return (await db.query<{ isDistributed: boolean }>(IS_DISTRIBUTED)).rows[0]!.isDistributed;
}
