import type { Connection, RowTransfer, Queryable, RowSet } from '#libs/database';
import { namesAddress, pseudonymOfVersion } from './pseudonyms.js';
import { partsOf } from '../membership/version.js';
import { packStep, unpackSteps, type StoredStep } from '../membership/steps.js';

export interface KeyedStep extends StoredStep {
  userKey: number;
  orgKey: number;
}

/** The new steps of one pair, packed. */
interface PairSteps {
  userKey: number;
  orgKey: number;
  packed: Buffer[];
}

// Steps are appended in order of arrival; readers sort them and remove repetitions. Steps that are
// already stored are left out here only to keep rows small.
const ADD_STEPS = (from: string) => `
  insert into memberships as m (user_key, org_key, steps)
  select user_key, org_key, steps from ${from}
  order by user_key, org_key
  on conflict (user_key, org_key) do update set steps = m.steps || excluded.steps
  where position(excluded.steps in m.steps) = 0`;

const COLUMNS: RowSet['columns'] = [
  ['user_key', 'int'],
  ['org_key', 'int'],
  ['steps', 'bytea'],
];

/** Stores membership steps. Readers derive spans by replaying them. */
export async function addSteps(
  db: Connection,
  steps: readonly KeyedStep[],
  transfer: RowTransfer,
): Promise<void> {
  if (steps.length === 0) return;
  const pairs = new Map<string, PairSteps>();
  for (const step of steps) {
    const { userKey, orgKey } = step;
    const pair = pairs.get(`${userKey}/${orgKey}`) ?? { userKey, orgKey, packed: [] };
    pairs.set(`${userKey}/${orgKey}`, pair);
    pair.packed.push(packStep(step));
  }
  await removeStored(db, pairs);
  const rows = Array.from(pairs.values(), ({ userKey, orgKey, packed }) => {
    return [userKey, orgKey, Buffer.concat(packed)];
  });
  const { from, values } = await transfer(db, { name: 'steps', columns: COLUMNS, rows });
  await db.query(ADD_STEPS(from), values);
}

const STEPS_OF = `
  select user_key, org_key, steps from memberships
  where (user_key, org_key) in (select * from unnest($1::int[], $2::int[]))`;

/**
 * Removes steps that are already stored from pairs with several new steps. `ADD_STEPS` compares all
 * new steps of a pair as one value, so it only recognizes a single stored step.
 */
async function removeStored(db: Queryable, pairs: Map<string, PairSteps>): Promise<void> {
  const several = [...pairs.values()].filter(({ packed }) => packed.length > 1);
  if (several.length === 0) return;
  const { rows } = await db.query<{ user_key: number; org_key: number; steps: Buffer }>(STEPS_OF, [
    several.map(({ userKey }) => userKey),
    several.map(({ orgKey }) => orgKey),
  ]);
  for (const { user_key: userKey, org_key: orgKey, steps } of rows) {
    const pair = pairs.get(`${userKey}/${orgKey}`)!;
    pair.packed = pair.packed.filter((step) => !steps.includes(step));
    if (pair.packed.length === 0) pairs.delete(`${userKey}/${orgKey}`);
  }
}

// A union, so that each side uses its index.
const STEPS_WITH_ADDRESSES = `
  select user_key, org_key, steps from (
    select user_key, org_key, steps from memberships where user_key = any($1)
    union
    select user_key, org_key, steps from memberships where org_key = any($2)) pairs
  where position('@'::bytea in steps) > 0 or position('%40'::bytea in steps) > 0`;
// The last condition keeps steps that another transaction has added meanwhile.
const REPLACE_STEPS = `
  update memberships set steps = $3 where user_key = $1 and org_key = $2 and steps = $4`;

/**
 * Replaces event ids and sources that contain an address in the steps of deleted users and orgs.
 * Earlier releases stored such steps.
 * @returns the users of these steps: steps of one moment are in another order now
 */
export async function pseudonymizeSteps(
  db: Queryable,
  userKeys: readonly number[],
  orgKeys: readonly number[],
  readKey: () => Promise<Buffer>,
): Promise<number[]> {
  if (userKeys.length + orgKeys.length === 0) return [];
  const { rows } = await db.query<{ user_key: number; org_key: number; steps: Buffer }>(
    STEPS_WITH_ADDRESSES,
    [userKeys, orgKeys],
  );
  const changed: number[] = [];
  for (const { user_key: userKey, org_key: orgKey, steps } of rows) {
    const stored = unpackSteps(steps);
    // The bytes of times and lengths may look like an at sign.
    if (!stored.some(({ version }) => namesAddress(partsOf(version)))) continue;
    const key = await readKey();
    const renamed = stored.map((step) =>
      packStep({ ...step, version: pseudonymOfVersion(step.version, key) }),
    );
    await db.query(REPLACE_STEPS, [userKey, orgKey, Buffer.concat(renamed), steps]);
    changed.push(userKey);
  }
  return changed;
}
