import { LAST_MS, readTime } from '#libs/contracts';
import { firstGiven, type Call } from './call.js';

/** A sender's times are corrected when its clock differs by more than this. */
const TOLERATED_SKEW_MS = 5 * 60_000;
/**
 * Represents every time before 1970. The check of events rejects it, and the store can contain it.
 */
const BEFORE_1970_MS = -1;

/** The time that a call states: set by the caller, otherwise by the library. */
const statedTime = (call: Call): unknown =>
  firstGiven(call['timestamp'], call['originalTimestamp']);

/** The problem with a call's stated time; undefined when it is valid or missing. */
export function timeProblem(call: Call): string | undefined {
  const stated = statedTime(call);
  const read = stated === undefined ? undefined : readTime(stated);
  return read && 'problem' in read ? read.problem : undefined;
}

/**
 * The time of a call, milliseconds since 1970: its stated time, otherwise the time of receipt. When
 * `sentAt` is more than 5 minutes from the receipt, the sender's clock is wrong by that difference
 * and the time becomes receivedAt − (sentAt − timestamp). The check of events validates the result.
 * @param sentAt of the batch, for calls without their own
 * @param receivedAt milliseconds since 1970
 */
export function timeOf(call: Call, sentAt: unknown, receivedAt: number): number {
  const stated = millisecondsOf(statedTime(call));
  if (stated === undefined) return receivedAt;
  if (isCorrected(call)) return stated;
  const sent = millisecondsOf(firstGiven(call['sentAt'], sentAt));
  if (sent === undefined || Math.abs(receivedAt - sent) <= TOLERATED_SKEW_MS) return stated;
  return Math.min(Math.max(receivedAt - (sent - stated), BEFORE_1970_MS), LAST_MS);
}

/** Whether a call from an archive was already corrected when it was first received. */
function isCorrected(call: Call): boolean {
  if (firstGiven(call['receivedAt']) !== undefined) return true;
  const [time, original] = [call['timestamp'], call['originalTimestamp']].map(millisecondsOf);
  return time !== undefined && original !== undefined && time !== original;
}

function millisecondsOf(value: unknown): number | undefined {
  const read = readTime(value);
  return 'ms' in read ? read.ms : undefined;
}

/** Whether a call states a time, so that its content differs from that of later calls. */
export function hasTime(call: Call): boolean {
  return statedTime(call) !== undefined;
}
