import type { Subject } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { setExcluded } from '../api/exclusions.js';
import { useIsAdmin } from '../api/session.js';
import { Action, useAttempt } from './action.js';
import { KINDS } from '../labels/names.js';

interface Props {
  subject: Subject;
  id: string;
  onEnd: () => void;
}

/** A button for administrators that excludes a user or an organization after a confirmation. */
export function Exclude({ subject, id, onEnd }: Props) {
  const [isAsking, setAsking] = useState(false);
  const { words, attempt } = useAttempt();
  if (!useIsAdmin()) return null;
  const label = `Exclude this ${KINDS[subject].one}`;
  const exclude = () => {
    setAsking(false);
    return attempt('Saving …', async () => {
      await setExcluded(subject, id, true);
      onEnd();
    });
  };
  if (!isAsking) return <Action words={words} label={label} onAct={() => setAsking(true)} />;
  return (
    <span class="bar confirm" role="group" aria-label={label}>
      <span class="small">
        This {KINDS[subject].one} will be missing from every number: from charts and pages at once,
        from reports with the next run. An administrator can undo this.
      </span>
      <button type="button" class="button" autofocus onClick={() => setAsking(false)}>
        Cancel
      </button>
      <button type="button" class="button danger" onClick={() => void exclude()}>
        {label}
      </button>
    </span>
  );
}
