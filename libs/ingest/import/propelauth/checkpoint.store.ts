import type { Queryable } from '#libs/database';

/** The next page to read. `orgsDone` counts the orgs of a page whose members are imported. */
export interface Checkpoint {
  stage: 'users' | 'orgs' | 'invites';
  page: number;
  orgsDone: number;
}

export const BEGINNING: Checkpoint = { stage: 'users', page: 0, orgsDone: 0 };

const LOAD = 'select state from import_checkpoints where source = $1';
const SAVE = `
  insert into import_checkpoints (source, state) values ($1, $2)
  on conflict (source) do update set state = excluded.state, saved_at = now()`;
const DROP = 'delete from import_checkpoints where source = $1';

/** The checkpoint of an incomplete import; undefined without one. */
export async function loadCheckpoint(
  db: Queryable,
  source: string,
): Promise<Checkpoint | undefined> {
  return (await db.query<{ state: Checkpoint }>(LOAD, [source])).rows[0]?.state;
}

export async function saveCheckpoint(
  db: Queryable,
  source: string,
  state: Checkpoint,
): Promise<void> {
  await db.query(SAVE, [source, state]);
}

export async function dropCheckpoint(db: Queryable, source: string): Promise<void> {
  await db.query(DROP, [source]);
}
