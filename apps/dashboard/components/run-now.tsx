import type { ReportRunView } from '#libs/contracts';
import { useEffect, useState } from 'preact/hooks';
import { get, send } from '../api/client.js';
import { Action, useAttempt } from './action.js';

const RUNS = '/api/admin/v1/report_runs';
const LOOK_MS = 700;
const ENDS = {
  completed: () => 'The reports are made.',
  failed: (error: string | null) => `It failed: ${error}`,
  withdrawn: () => 'The run was withdrawn.',
};

/** Makes the reports now and shows the progress. @param onEnd called when the run has ended */
export function RunNow({ onEnd }: { onEnd: () => void }) {
  const [runId, setRunId] = useState<string>();
  const { words, say, attempt } = useAttempt();
  useEffect(() => {
    if (runId === undefined) return;
    const look = async () => {
      const run = await get<ReportRunView>(`${RUNS}/${runId}`);
      if (run.state === 'queued' || run.state === 'running') {
        if (run.error !== null) say(run.error);
        return;
      }
      setRunId(undefined);
      say(ENDS[run.state](run.error));
      onEnd();
    };
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
    return () => clearInterval(timer);
  }, [runId]);
  const begin = () =>
    attempt('The reports are being made …', async () => {
      const reply = await send('POST', RUNS, {});
      setRunId(((await reply.json()) as { run_id: string }).run_id);
    });
  return (
    <Action words={words} label="Make reports now" isBusy={runId !== undefined} onAct={begin} />
  );
}
