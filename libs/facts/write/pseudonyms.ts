import { createHmac } from 'node:crypto';
import type { NativeEvent } from '#libs/contracts';
import { partsOf, versionOf, type Version } from '../membership/version.js';

/** The at sign in plain text, full width, in URLs, in escaped JSON and in HTML. */
const AT_SIGNS = ['@', '\uff20', '%40', '\\u0040', '&#64;', '&#x40;', '&commat;'];
/** The first characters of `AT_SIGNS`. Nearly all texts have none of them. */
const MAY_HOLD_ADDRESS = /[@\uff20%\\&]/;

/** 128 bits make collisions within one store practically impossible. */
const HASH_BYTES = 16;

/** Whether a text may contain an e-mail address, plain or encoded. */
export function holdsAddress(text: string): boolean {
  if (!MAY_HOLD_ADDRESS.test(text)) return false;
  const lower = text.toLowerCase();
  return AT_SIGNS.some((sign) => lower.includes(sign));
}

/**
 * The pseudonym of a text that may contain an address: `hash:` and 32 hexadecimal digits. Other
 * texts, pseudonyms included, are returned unchanged. The same text always gets the same pseudonym.
 */
export function pseudonymOf(text: string, key: Buffer): string {
  if (!holdsAddress(text)) return text;
  const hash = createHmac('sha256', key).update(`pseudonym ${text}`).digest();
  return `hash:${hash.toString('hex', 0, HASH_BYTES)}`;
}

/** Whether an event's id or source may contain an address, which must not be stored. */
export function namesAddress({ id, source }: Pick<NativeEvent, 'id' | 'source'>): boolean {
  return holdsAddress(id) || holdsAddress(source);
}

/**
 * Replaces event ids and sources that may contain an address with their keyed hashes, which then
 * identify and order the event. Ids stay in the store permanently, in identities and membership
 * steps, where a deletion could not find an address.
 * @param readKey reads the store's hash key; called only when needed
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

/**
 * A version whose order key and source are replaced with pseudonyms where they contain an address.
 */
export function pseudonymOfVersion(version: Version, key: Buffer): Version {
  const { at, id, source } = partsOf(version);
  return versionOf({ at, id: pseudonymOf(id, key), source: pseudonymOf(source, key) });
}
