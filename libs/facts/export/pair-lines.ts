import type { EventType } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { NO_ORG } from '../blocks/no-org.js';
import type { StepKind } from '../membership/step-kind.js';
import { unpackSteps } from '../membership/steps.js';
import { rowsOf } from './cursor.js';
import {
  instantOf,
  milliseconds,
  timeOf,
  unversioned,
  versioned,
  type EventLine,
} from './lines.js';

const STEP_TYPES: Record<StepKind, EventType> = {
  add: 'user.added_to_org',
  remove: 'user.removed_from_org',
  role: 'user.role_changed_within_org',
};

const MEMBERSHIPS = `
  select u.user_id as user_id, o.org_id as org_id, m.steps
  from memberships m join user_ids u on u.id = m.user_key join org_ids o on o.id = m.org_key`;

/** An event for each membership step. */
export async function* stepLines(db: Connection): AsyncGenerator<EventLine> {
  type Row = { user_id: string; org_id: string; steps: Buffer };
  for await (const { steps, ...pair } of rowsOf<Row>(db, MEMBERSHIPS)) {
    for (const { version, kind, role } of unpackSteps(steps)) {
      yield versioned(STEP_TYPES[kind], version, { ...pair, ...(role !== null && { role }) });
    }
  }
}

const INVITES = `
  select u.user_id as inviter, encode(i.invitee_hash, 'hex') as hash, ${milliseconds('i.at')} as at, o.org_id as org
  from invites i join user_ids u on u.id = i.inviter_key
  left join org_ids o on o.id = i.org_key and i.org_key <> ${NO_ORG}`;

/** An event for each invite, with the hash of the invitee. */
export async function* inviteLines(db: Connection): AsyncGenerator<EventLine> {
  type Row = { inviter: string; hash: string; at: number; org: string | null };
  for await (const { inviter, hash, at, org } of rowsOf<Row>(db, INVITES)) {
    const data = {
      inviter_user_id: inviter,
      invitee_hash: hash,
      ...(org !== null && { org_id: org }),
    };
    yield unversioned('user.invited_to_org', `${hash}/${timeOf(at)}/${inviter}`, at, data);
  }
}

const IDENTITIES = `
  select source, event_id, ${instantOf('received_at')} as received_at from event_identities`;

/** The identities of events that count once, as the data of lines. */
export async function* identityLines(db: Connection): AsyncGenerator<Record<string, unknown>> {
  yield* rowsOf<Record<string, unknown>>(db, IDENTITIES);
}
