import { parseInstant } from '#libs/contracts';
import { told, type Call } from './call.js';

/** A sender's clock may differ from ours by this much before its times are corrected. */
const TOLERATED_SKEW_MS = 5 * 60_000;

/** Unix times beyond this are milliseconds: as seconds, they would be after the year 5000. */
const SECONDS_END = 1e11;

/**
 * Reads a time as senders of this API write it: RFC 3339, without a zone (UTC), or a day alone.
 * @returns ms since 1970, undefined when it is none
 */
function readTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = parseInstant(value) ?? parseInstant(`${value}Z`) ?? parseInstant(`${value}T00:00:00Z`);
  return ms !== undefined && ms >= 0 ? ms : undefined;
}

/** A date among traits as a native event tells it: left as it is when it cannot be read. */
export function dateIn(value: unknown): unknown {
  if (typeof value === 'number') return value > SECONDS_END ? value / 1000 : value;
  const ms = readTime(value);
  return ms === undefined ? value : new Date(ms).toISOString();
}

/** When a call says that it happened: given by the caller, else noted by the library. */
const saidTime = (call: Call): unknown => told(call['timestamp'], call['originalTimestamp']);

/** Whether a call says a time that cannot be read. */
export function hasWrongTime(call: Call): boolean {
  const said = saidTime(call);
  return said !== undefined && readTime(said) === undefined;
}

/**
 * When a call happened, ms since 1970: as it says, else when it was received. Where the time at which it
 * was sent (by the sender's clock) is more than 5 minutes from when it was received, the sender's clock
 * is taken to be wrong by that much: receivedAt − (sentAt − originalTimestamp).
 * @param sentAt of the batch, where the call itself tells none
 */
export function timeOf(call: Call, sentAt: unknown, receivedAt: number): number {
  const original = readTime(saidTime(call));
  if (original === undefined) return receivedAt;
  const sent = readTime(told(call['sentAt'], sentAt));
  if (sent === undefined || Math.abs(receivedAt - sent) <= TOLERATED_SKEW_MS) return original;
  const corrected = receivedAt - (sent - original);
  return corrected >= 0 ? corrected : original;
}

/** Whether a call tells of a time at all, so that its content alone tells it from later ones. */
export function hasTime(call: Call): boolean {
  return saidTime(call) !== undefined;
}
