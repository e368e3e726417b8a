import { LAST_MS, readTime } from '#libs/contracts';
import { told, type Call } from './call.js';

/** A sender's clock may differ from ours by this much before its times are corrected. */
const TOLERATED_SKEW_MS = 5 * 60_000;
/** Stands for every moment before 1970: the check of events rejects it, and the store can keep it. */
const BEFORE_1970_MS = -1;

/** When a call says that it happened: given by the caller, else noted by the library. */
const statedTime = (call: Call): unknown => told(call['timestamp'], call['originalTimestamp']);

/** What is wrong with the time that a call states; undefined when it can be read, or there is none. */
export function timeProblem(call: Call): string | undefined {
  const stated = statedTime(call);
  const read = stated === undefined ? undefined : readTime(stated);
  return read && 'problem' in read ? read.problem : undefined;
}

/**
 * When a call happened, ms since 1970: as it says, else when it was received. Where the time at which it
 * was sent (by the sender's clock) is more than 5 minutes from when it was received, the sender's clock
 * is taken to be wrong by that much: receivedAt − (sentAt − timestamp). Whether an event may have the
 * result is for the check of events to say.
 * @param sentAt of the batch, for a call without one of its own
 */
export function timeOf(call: Call, sentAt: unknown, receivedAt: number): number {
  const stated = millisecondsOf(statedTime(call));
  if (stated === undefined) return receivedAt;
  if (isCorrected(call)) return stated;
  const sent = millisecondsOf(told(call['sentAt'], sentAt));
  if (sent === undefined || Math.abs(receivedAt - sent) <= TOLERATED_SKEW_MS) return stated;
  return Math.min(Math.max(receivedAt - (sent - stated), BEFORE_1970_MS), LAST_MS);
}

/** A call out of an archive was corrected when it was first received, with the `sentAt` of then. */
function isCorrected(call: Call): boolean {
  if (told(call['receivedAt']) !== undefined) return true;
  const [time, original] = [call['timestamp'], call['originalTimestamp']].map(millisecondsOf);
  return time !== undefined && original !== undefined && time !== original;
}

function millisecondsOf(value: unknown): number | undefined {
  const read = readTime(value);
  return 'ms' in read ? read.ms : undefined;
}

/** Whether a call states a time, so that its content alone tells it from later ones. */
export function hasTime(call: Call): boolean {
  return statedTime(call) !== undefined;
}
