import type { Connection } from '#libs/database';

/** Sets what a select reads as `current_setting(name)::int[]`, for the transaction: COPY takes no parameters. */
export async function setList(
  db: Connection,
  name: string,
  keys: readonly number[],
): Promise<void> {
  await db.query('select set_config($1, $2, true)', [name, `{${keys.join(',')}}`]);
}
