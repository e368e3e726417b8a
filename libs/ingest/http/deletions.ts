import { ApiError, isObject, type AuditDetails, type IngestReply } from '#libs/contracts';
import { withPlainData } from './cloud-events.js';
import type { Incoming } from './read-events.js';

/** A native event that deletes a user or an org, before it is checked. */
export interface Deletion {
  /** The position in the request. */
  index: number;
  subject: 'user' | 'org';
  id: string;
}

/** The most deletions in one entry of the audit log. */
const ENTRY_DELETIONS = 100;

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

/** What an entry of the audit log says about deletions. */
export interface Erasure {
  target?: string;
  details: AuditDetails;
}

/**
 * The entries of the audit log about the accepted deletions of a request. Together they name all deleted users and
 * orgs, so that each can be found by its id.
 * @param hashed hashes the id of a user or org
 */
export function erasuresOf(
  deletions: readonly Deletion[],
  { rejected }: Pick<IngestReply, 'rejected'>,
  hashed: (subject: Deletion['subject'], id: string) => string,
): Erasure[] {
  const refused = new Set(rejected.map(({ index }) => index));
  const accepted = deletions.filter(({ index }) => !refused.has(index));
  const entries: Erasure[] = [];
  for (let start = 0; start < accepted.length; start += ENTRY_DELETIONS) {
    const named = accepted.slice(start, start + ENTRY_DELETIONS);
    const users = named.filter(({ subject }) => subject === 'user').length;
    const targets = named.map(({ subject, id }) => hashed(subject, id));
    const counts = { users, orgs: named.length - users };
    entries.push(
      targets.length === 1
        ? { target: targets[0]!, details: counts }
        : { details: { ...counts, targets } },
    );
  }
  return entries;
}

function typeOf(one: Incoming): unknown {
  return 'value' in one && isObject(one.value) ? one.value['type'] : undefined;
}

function idOf(event: unknown, field: string): string {
  const plain = withPlainData(event);
  const data = isObject(plain) ? plain['data'] : undefined;
  return isObject(data) ? String(data[field]) : '';
}
