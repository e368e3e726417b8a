import type { Connection } from '#libs/database';

/**
 * Sets a list for `current_setting(name)::int[]` in this transaction. COPY accepts no parameters.
 */
export async function setList(
  db: Connection,
  name: string,
  keys: readonly number[],
): Promise<void> {
  await db.query('select set_config($1, $2, true)', [name, `{${keys.join(',')}}`]);
}
