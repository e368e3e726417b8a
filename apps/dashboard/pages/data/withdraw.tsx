import type { ReportRunView } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { send } from '../../api/client.js';
import { useResource } from '../../api/resource.js';
import { Action, useAttempt } from '../../components/action.js';
import { formatMoment } from '../../labels/format.js';

const RUNS = '/api/admin/v1/report_runs';

interface Withdrawable {
  run_id: string;
  report_time: number;
}

/** A button that withdraws a run after a confirmation. @param onEnd called when the run was withdrawn */
export function Withdraw({ run, onEnd }: { run: Withdrawable; onEnd: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const { words, attempt } = useAttempt();
  const moment = formatMoment(run.report_time);
  const withdraw = () => {
    setAsking(false);
    return attempt('', async () => {
      await send('DELETE', `${RUNS}/${run.run_id}`);
      onEnd();
    });
  };
  const name = `Withdraw the run of ${moment}`;
  if (!isAsking) {
    return <Action words={words} label="Withdraw" name={name} onAct={() => setAsking(true)} />;
  }
  return (
    <span class="bar" role="group" aria-label={name}>
      <span class="small">Its reports can then no longer be read. Withdraw it permanently?</span>
      <button type="button" class="button" autofocus onClick={() => setAsking(false)}>
        Keep
      </button>
      <button type="button" class="button" onClick={() => void withdraw()}>
        Withdraw permanently
      </button>
    </span>
  );
}

/** Runs with a moment ahead of the database's clock. No other page shows them. */
export function RunsAhead({ onEnd }: { onEnd: () => void }) {
  const runs = useResource<{ report_runs: ReportRunView[] }>(`${RUNS}?ahead=true`);
  const ahead = runs.data?.report_runs ?? [];
  if (ahead.length === 0) return null;
  const withdrawn = () => {
    runs.reload();
    onEnd();
  };
  return (
    <>
      <p>
        The moment of these runs is ahead of the database’s clock. They were made while a clock was
        wrong, and are not shown before that moment.
      </p>
      <ul>
        {ahead.map((run) => (
          <li key={run.run_id}>
            {formatMoment(run.report_time)} <Withdraw run={run} onEnd={withdrawn} />
          </li>
        ))}
      </ul>
    </>
  );
}
