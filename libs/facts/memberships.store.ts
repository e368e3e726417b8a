import type { Queryable } from '#libs/platform';
import { packStep, type StoredStep } from './steps.js';

export interface KeyedStep extends StoredStep {
  userKey: number;
  orgKey: number;
}

// Appended as they come: order and repetition are settled where they are read. A step that came
// before is left out here only so that rows do not grow.
const ADD_STEPS = `
  insert into memberships as m (user_key, org_key, steps)
  select * from unnest($1::int[], $2::int[], $3::bytea[]) as told (user_key, org_key, steps)
  order by user_key, org_key
  on conflict (user_key, org_key) do update set steps = m.steps || excluded.steps
  where position(excluded.steps in m.steps) = 0`;

/** Keeps the steps of memberships as told; what they amount to is found by replaying them. */
export async function addSteps(db: Queryable, steps: readonly KeyedStep[]): Promise<void> {
  if (steps.length === 0) return;
  const pairs = new Map<string, { userKey: number; orgKey: number; packed: Buffer[] }>();
  for (const step of steps) {
    const { userKey, orgKey } = step;
    const pair = pairs.get(`${userKey}/${orgKey}`) ?? { userKey, orgKey, packed: [] };
    pairs.set(`${userKey}/${orgKey}`, pair);
    pair.packed.push(packStep(step));
  }
  const rows = [...pairs.values()];
  await db.query(ADD_STEPS, [
    rows.map((row) => row.userKey),
    rows.map((row) => row.orgKey),
    rows.map((row) => Buffer.concat(row.packed)),
  ]);
}

const ORGS_OF = `select distinct org_key from memberships where user_key = any($1)`;

/** The orgs that any step was told about with one of these users. */
export async function orgsOf(db: Queryable, userKeys: readonly number[]): Promise<number[]> {
  if (userKeys.length === 0) return [];
  const { rows } = await db.query<{ org_key: number }>(ORGS_OF, [userKeys]);
  return rows.map((row) => row.org_key);
}
