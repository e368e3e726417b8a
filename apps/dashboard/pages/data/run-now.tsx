import type { ReportRunView } from '#libs/contracts';
import { useEffect, useState } from 'preact/hooks';
import { get, send, type Failure } from '../../api/client.js';

const RUNS = '/api/admin/v1/report_runs';
const LOOK_MS = 700;
const ENDS = {
  completed: () => 'The reports are made.',
  failed: (error: string | null) => `It failed: ${error}`,
  withdrawn: () => 'The run was withdrawn.',
};

/** Makes the reports now, and says how that goes. @param onEnd called when it is done or has failed */
export function RunNow({ onEnd }: { onEnd: () => void }) {
  const [runId, setRunId] = useState<string>();
  const [words, setWords] = useState('');
  useEffect(() => {
    if (runId === undefined) return;
    const look = async () => {
      const run = await get<ReportRunView>(`${RUNS}/${runId}`);
      if (run.state === 'queued' || run.state === 'running') {
        if (run.error !== null) setWords(run.error);
        return;
      }
      setRunId(undefined);
      setWords(ENDS[run.state](run.error));
      onEnd();
    };
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
    return () => clearInterval(timer);
  }, [runId]);
  const begin = async () => {
    setWords('The reports are being made …');
    try {
      const reply = await send('POST', RUNS, {});
      setRunId(((await reply.json()) as { run_id: string }).run_id);
    } catch (error) {
      setWords((error as Failure).message);
    }
  };
  return (
    <span class="bar">
      <span role="status" class="small soft">
        {words}
      </span>
      <button
        type="button"
        class="button"
        aria-disabled={runId !== undefined}
        onClick={() => runId === undefined && void begin()}
      >
        Make reports now
      </button>
    </span>
  );
}
