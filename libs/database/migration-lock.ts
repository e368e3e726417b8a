import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

// A number that no other program is likely to lock: the letters "insi".
const MIGRATION_LOCK = 0x696e7369;
const WAIT_MS = 600_000;
const LOOK_MS = 200;
/** PostgreSQL notices a lost holder within this time and releases its lock. */
const DEAD_WITHIN = {
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
};

/**
 * Takes the lock that allows one process at a time to change the schema. It lasts until the session ends.
 * @throws Error when another process holds it for ten minutes
 */
export async function takeMigrationLock(client: pg.ClientBase): Promise<void> {
  for (const [name, value] of Object.entries(DEAD_WITHIN)) {
    await client.query('select set_config($1, $2, false)', [name, String(value)]);
  }
  const giveUpAt = performance.now() + WAIT_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [MIGRATION_LOCK],
    );
    if (rows[0]!.taken) return;
    if (performance.now() > giveUpAt) {
      throw new Error(
        'Another process has been migrating the database for ten minutes: ' +
          'check its log, or the sessions that hold an advisory lock in pg_locks.',
      );
    }
    await delay(LOOK_MS);
  }
}
