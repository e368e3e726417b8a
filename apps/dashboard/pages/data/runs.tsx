import type { RunList, RunListItem } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Empty, Shown } from '../../components/states.js';
import { Link } from '../../routing/link.js';
import { addressOf, changed, type Place } from '../../routing/location.js';
import { formatMebibytes, formatMoment, formatNumber, formatSeconds } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';
import { RunNow } from '../../components/run-now.js';
import { Table, type Column } from '../../components/table.js';
import { RunsAhead, Withdraw } from './withdraw.js';

const COLUMNS: readonly Column[] = [
  [<Term name="report_time">As of</Term>],
  ['State'],
  ['Started', 'number wide-only'],
  ['Took', 'number wide-only'],
  ['Rows', 'number'],
];
const ACTIONS: Column = [<span class="unseen">Actions</span>, 'wide-only'];

const AT_ONCE = 15;

/** The report runs with moment, state, duration and number of rows. */
export function Runs({ place, isAdmin }: { place: Place; isAdmin: boolean }) {
  const before = place.query.get('runs_before') ?? undefined;
  const runs = useResource<RunList>(addressOf('/api/insights/v1/runs', { limit: AT_ONCE, before }));
  return (
    <section class="panel" aria-labelledby="runs">
      <header>
        <h2 id="runs">Report runs</h2>
        {isAdmin && <RunNow onEnd={runs.reload} />}
      </header>
      {isAdmin && <RunsAhead onEnd={runs.reload} />}
      <Shown of={runs}>
        {(data) => (
          <>
            {data.runs.length === 0 ? (
              <Empty>
                No report has been made yet. The schedule makes one soon
                {isAdmin ? ', or make one now.' : '.'}
              </Empty>
            ) : (
              <RunsTable runs={data.runs} onWithdrawn={isAdmin ? runs.reload : undefined} />
            )}
            {data.snapshots && <Disk snapshots={data.snapshots} />}
            <p class="bar">
              {before !== undefined && (
                <Link class="button" href={changed(place, { runs_before: undefined })}>
                  Latest
                </Link>
              )}
              {data.next_before !== null && (
                <Link class="button" href={changed(place, { runs_before: data.next_before })}>
                  Earlier runs
                </Link>
              )}
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}

/** The disk space that the kept runs take. */
function Disk({ snapshots }: { snapshots: NonNullable<RunList['snapshots']> }) {
  const { latest_bytes, most_kept, most_bytes } = snapshots;
  return (
    <p>
      The latest run takes {formatMebibytes(latest_bytes)} of disk space. The settings keep at most{' '}
      {formatNumber(most_kept)} runs: {formatMebibytes(most_bytes)} at this size.
    </p>
  );
}

/** @param onWithdrawn called when a run was withdrawn; without it, runs cannot be withdrawn */
function RunsTable({ runs, onWithdrawn }: Pick<RunList, 'runs'> & { onWithdrawn?: () => void }) {
  return (
    <Table name="Report runs" columns={onWithdrawn ? [...COLUMNS, ACTIONS] : COLUMNS}>
      {runs.map((run) => (
        <tr key={run.run_id}>
          <th scope="row">
            {run.kept ? (
              <Link href={`/reports/user/champion?run=${run.run_id}`}>
                {formatMoment(run.report_time)}
              </Link>
            ) : (
              formatMoment(run.report_time)
            )}
            {run.as_of && <span class="soft small"> end of the day</span>}
          </th>
          <td>
            <RunState run={run} />
          </td>
          <td class="number wide-only">
            {run.started_at === null ? '–' : formatMoment(run.started_at)}
          </td>
          <td class="number wide-only">{took(run)}</td>
          <td class="number">{run.rows === null ? '–' : formatNumber(run.rows)}</td>
          {onWithdrawn && (
            <td class="wide-only">
              <Withdraw run={run} onEnd={onWithdrawn} />
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function RunState({ run: { state, error, kept } }: { run: RunListItem }) {
  switch (state) {
    case 'completed':
      return <span class="mark good">{kept ? 'completed' : 'completed, no longer kept'}</span>;
    case 'failed':
      return (
        <>
          <span class="mark bad">failed</span> <bdi class="small">{error}</bdi>
        </>
      );
    case 'queued':
    case 'running':
      return (
        <>
          <span class="mark care">{state}</span>
          {error !== null && <bdi class="small"> {error}</bdi>}
        </>
      );
  }
}

function took({ started_at: from, completed_at: to, failed_at: failed }: RunListItem): string {
  const end = to ?? failed;
  return from === null || end === null ? '–' : formatSeconds(end - from);
}
