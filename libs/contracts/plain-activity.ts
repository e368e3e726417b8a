import type { CheckContext, EventOf } from './events.js';
import { MAX_CHARACTERS, MAX_AHEAD_MS, isObject, isStorable } from './fields.js';
import { parseInstant } from './instant.js';

/**
 * Checks a `user.active` event in its most common shape without the schema; undefined for any other event, which
 * the schema then checks. It is the most frequent event: with the schema alone, checks took three quarters of an
 * api's CPU (100 k/s instead of 1.2 M/s).
 */
export function plainActivity(
  raw: unknown,
  context: CheckContext,
): EventOf<'user.active'> | undefined {
  if (!isObject(raw) || raw.type !== 'user.active' || !isObject(raw.data)) return undefined;
  const { id, source = context.defaultSource, time, specversion = '1.0' } = raw;
  const { user_id: userId, org_id: orgId } = raw.data;
  if (!isPlainId(id) || !isPlainId(source) || !isPlainId(userId) || specversion !== '1.0') {
    return undefined;
  }
  if (orgId !== undefined && !isPlainId(orgId)) return undefined;
  const at = typeof time === 'string' ? parseInstant(time) : context.receivedAt;
  const isTimePlain = time === undefined || typeof time === 'string';
  if (!isTimePlain || at === undefined || at < 0 || at > context.now + MAX_AHEAD_MS) {
    return undefined;
  }
  return { type: 'user.active', id, source, at, data: { user_id: userId, org_id: orgId } };
}

function isPlainId(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= MAX_CHARACTERS && isStorable(value)
  );
}
