import type { Queryable } from '#libs/database';

/** The page that comes next. Of a page of orgs, how many have had their members. */
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

/** How far an import has come that was not complete; undefined when none was begun, or it was. */
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
