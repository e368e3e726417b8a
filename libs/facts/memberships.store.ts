import type { Queryable } from '#libs/platform';
import type { StepKind } from './batch.js';
import type { Stamp } from './stamp.js';

export interface KeyedStep {
  userKey: number;
  orgKey: number;
  stamp: Stamp;
  kind: StepKind;
  role: string | null;
}

const ADD_STEPS = `
  insert into membership_steps (user_key, org_key, stamp, kind, role)
  select * from unnest($1::int[], $2::int[], $3::bytea[], $4::text[], $5::text[])
    as told (user_key, org_key, stamp, kind, role)
  order by user_key, org_key, stamp
  on conflict do nothing`;

/** Keeps the steps of memberships as told; what they amount to is found by replaying them. */
export async function addSteps(db: Queryable, steps: readonly KeyedStep[]): Promise<void> {
  if (steps.length === 0) return;
  await db.query(ADD_STEPS, [
    steps.map((step) => step.userKey),
    steps.map((step) => step.orgKey),
    steps.map((step) => step.stamp),
    steps.map((step) => step.kind),
    steps.map((step) => step.role),
  ]);
}
