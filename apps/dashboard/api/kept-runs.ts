import type { RunList, RunListItem } from '#libs/contracts';
import { useEffect, useState } from 'preact/hooks';
import { get } from './client.js';

const AT_ONCE = 200;

/** The runs with readable reports, the latest first; empty until they are loaded. */
export function useKeptRuns(): readonly RunListItem[] {
  const [runs, setRuns] = useState<readonly RunListItem[]>([]);
  useEffect(() => {
    const abandon = new AbortController();
    // Without the list the latest report can still be read; the page itself shows the error.
    load(setRuns, abandon.signal).catch(() => undefined);
    return () => abandon.abort();
  }, []);
  return runs;
}

async function load(
  show: (runs: readonly RunListItem[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const kept: RunListItem[] = [];
  for (let before: string | null = ''; before !== null && !signal.aborted;) {
    const from: string = before === '' ? '' : `&before=${before}`;
    const list: RunList = await get(
      `/api/insights/v1/runs?kept=true&limit=${AT_ONCE}${from}`,
      signal,
    );
    kept.push(...list.runs.filter((run) => run.kept));
    show([...kept]);
    before = list.next_before;
  }
}
