import { replay, type Span } from './replay.js';
import { isLater, versionTime, type Version } from './version.js';
import { unpackSteps } from './steps.js';

/**
 * The spans that all known steps of a pair amount to.
 * @param packed the steps as they are kept
 * @param end the deletion of the user or of the org: later steps do not count
 */
export function spansOf(packed: Buffer, end?: Version): Span[] {
  const steps = unpackSteps(packed)
    .filter(({ stamp }) => end === undefined || !isLater(stamp, end))
    .map(({ stamp, kind, role }) => ({ at: versionTime(stamp), kind, role }));
  return replay(steps, end && versionTime(end));
}
