import { createHmac } from 'node:crypto';
import type { NativeEvent } from '#libs/contracts';
import { partsOf, versionOf, type Version } from '../membership/version.js';

/** An at sign as it stands in text, in an URL, in escaped JSON and in HTML. */
const AT_SIGNS = ['@', '\uff20', '%40', '\\u0040', '&#64;', '&#x40;', '&commat;'];

/** 128 bits: no two texts of one store share a hash. */
const HASH_BYTES = 16;

/** Whether a text may hold an e-mail address, as it is or encoded. */
export function holdsAddress(text: string): boolean {
  const lower = text.toLowerCase();
  return AT_SIGNS.some((sign) => lower.includes(sign));
}

/**
 * A name under which a text that may hold an address is stored; other texts are returned unchanged.
 * The same text always gets the same name, and a name stays as it is.
 */
export function pseudonymOf(text: string, key: Buffer): string {
  if (!holdsAddress(text)) return text;
  const hash = createHmac('sha256', key).update(`pseudonym ${text}`).digest();
  return `hash:${hash.toString('hex', 0, HASH_BYTES)}`;
}

/** Whether an event's id or source may hold an address, which must not be stored. */
function namesAddress({ id, source }: Pick<NativeEvent, 'id' | 'source'>): boolean {
  return holdsAddress(id) || holdsAddress(source);
}

/**
 * Events whose ids and sources hold no address: such a one is replaced by its keyed hash, which
 * identifies and orders the event instead. Ids stay in the store for good, in identities and membership
 * steps, and a deletion could not find an address in them.
 * @param readKey reads the store's hash key; called only when it is needed
 */
export async function withoutAddresses(
  events: readonly NativeEvent[],
  readKey: () => Promise<Buffer>,
): Promise<readonly NativeEvent[]> {
  if (!events.some(namesAddress)) return events;
  const key = await readKey();
  return events.map((event) => (namesAddress(event) ? withoutAddress(event, key) : event));
}

function withoutAddress<E extends NativeEvent>(event: E, key: Buffer): E {
  const id = pseudonymOf(event.id, key);
  // An order key ends with the event's id; what precedes it orders the events.
  const orderKey = event.orderKey && event.orderKey.slice(0, -event.id.length) + id;
  return { ...event, id, source: pseudonymOf(event.source, key), ...(orderKey && { orderKey }) };
}

/** The version of a fact, (time, event id, source), whose id and source hold no address. */
export function pseudonymOfVersion(version: Version, key: Buffer): Version {
  const { at, id, source } = partsOf(version);
  return versionOf({ at, id: pseudonymOf(id, key), source: pseudonymOf(source, key) });
}
