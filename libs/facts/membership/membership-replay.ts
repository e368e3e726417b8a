import { ownershipsOf, type Ownership } from './ownerships.js';
import { replay, type Span, type TimedStep } from './replay.js';
import { isLater, versionTime, type Version } from './version.js';
import { unpackSteps } from './steps.js';

/**
 * The spans of one (user, org) pair.
 * @param packed the steps in their stored form
 * @param end the deletion of the user or of the org: later steps do not count
 */
export function spansOf(packed: Buffer, end?: Version): Span[] {
  return replay(stepsUntil(packed, end), end && versionTime(end));
}

/**
 * The times during which the user owned the org, of one (user, org) pair.
 * @param packed the steps in their stored form
 * @param roles the roles of owners
 * @param end the deletion of the user or of the org: later steps do not count
 */
export function ownershipsIn(
  packed: Buffer,
  roles: ReadonlySet<string>,
  end?: Version,
): Ownership[] {
  return ownershipsOf(stepsUntil(packed, end), roles, end && versionTime(end));
}

function stepsUntil(packed: Buffer, end: Version | undefined): TimedStep[] {
  return unpackSteps(packed)
    .filter(({ version }) => end === undefined || !isLater(version, end))
    .map(({ version, kind, role }) => ({ at: versionTime(version), kind, role }));
}
