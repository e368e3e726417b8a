import { ApiError, isObject, type AuditDetails, type IngestReply } from '#libs/contracts';
import type { Incoming } from './read-events.js';

/** A native event that deletes a user or an org, before it is checked. */
export interface Deletion {
  /** The position in the request. */
  index: number;
  subject: 'user' | 'org';
  id: string;
}

/** An entry of the audit log names at most this many of the deleted users and orgs. */
const MAX_NAMED = 100;

/** The deletions in a request. */
export function deletionsIn(incoming: readonly Incoming[]): Deletion[] {
  return incoming.flatMap((one, index) => {
    const type = typeOf(one);
    if (type !== 'user.deleted' && type !== 'org.deleted') return [];
    const subject = type === 'user.deleted' ? 'user' : 'org';
    return [{ index, subject, id: idOf((one as { value: unknown }).value, `${subject}_id`) }];
  });
}

/**
 * Refuses a request with anything other than deletions, for keys without the scope `ingest`.
 * @throws ApiError `forbidden`
 */
export function demandDeletions(
  incoming: readonly Incoming[],
  deletions: readonly Deletion[],
): void {
  if (deletions.length === incoming.length) return;
  const index = incoming.findIndex((_, place) => deletions[place]?.index !== place);
  const message =
    'A key with the scope erase may send user.deleted and org.deleted only. ' +
    `Event ${index} of this request is another one, so nothing was used. Other events need the scope ingest.`;
  throw new ApiError('forbidden', message);
}

/**
 * What the audit log says about the accepted deletions of a request; undefined when there are none.
 * @param hashed hashes the id of a user or org
 */
export async function erasureOf(
  deletions: readonly Deletion[],
  { rejected }: IngestReply,
  hashed: (subject: Deletion['subject'], id: string) => Promise<string>,
): Promise<{ target?: string; details: AuditDetails } | undefined> {
  const refused = new Set(rejected.map(({ index }) => index));
  const used = deletions.filter(({ index }) => !refused.has(index));
  if (used.length === 0) return undefined;
  const users = used.filter(({ subject }) => subject === 'user').length;
  const targets = await Promise.all(
    used.slice(0, MAX_NAMED).map(({ subject, id }) => hashed(subject, id)),
  );
  const counts = { users, orgs: used.length - users };
  return targets.length === 1
    ? { target: targets[0]!, details: counts }
    : { details: { ...counts, targets } };
}

function typeOf(one: Incoming): unknown {
  return 'value' in one && isObject(one.value) ? one.value['type'] : undefined;
}

function idOf(event: unknown, field: string): string {
  const data = isObject(event) ? event['data'] : undefined;
  return isObject(data) ? String(data[field]) : '';
}
