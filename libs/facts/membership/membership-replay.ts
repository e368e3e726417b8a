import { replay, type Span } from './replay.js';
import { isLater, versionTime, type Version } from './version.js';
import { unpackSteps } from './steps.js';

/**
 * The spans of one (user, org) pair.
 * @param packed the steps in their stored form
 * @param end the deletion of the user or of the org: later steps do not count
 */
export function spansOf(packed: Buffer, end?: Version): Span[] {
  const steps = unpackSteps(packed)
    .filter(({ version }) => end === undefined || !isLater(version, end))
    .map(({ version, kind, role }) => ({ at: versionTime(version), kind, role }));
  return replay(steps, end && versionTime(end));
}
