import type { Queryable } from '#libs/database';
import { type LatestBlocks } from '../blocks/latest-blocks.js';

const STORED = 'select block, seconds from last_active where block = any($1)';

const UPSERT = `
  insert into last_active (block, seconds)
  select block, seconds from unnest($1::int[], $2::bytea[]) as latest (block, seconds)
  order by block
  on conflict (block) do update set seconds = excluded.seconds`;

/** Raises the stored times of last activity. Only one writer may run at a time. */
export async function raiseLastActive(db: Queryable, latest: LatestBlocks): Promise<void> {
  if (latest.numbers.length === 0) return;
  const changed = new Set(latest.numbers);
  const stored = await db.query<{ block: number; seconds: Buffer }>(STORED, [latest.numbers]);
  for (const { block, seconds } of stored.rows) {
    if (!latest.mergeStored(block, seconds)) changed.delete(block);
  }
  if (changed.size === 0) return;
  await db.query(UPSERT, [[...changed], Array.from(changed, (block) => latest.packed(block))]);
}
