import type { SourceDetails, SourceState } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Empty, Shown } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { Link } from '../../routing/link.js';
import { now } from '../../labels/clock.js';
import { formatAgo, formatMoment, formatNumber } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';
import { isAlive } from './sources.js';

const COLUMNS: readonly Column[] = [['Source'], ['State'], ['Last event', 'number']];
const COLUMNS_OF_ADMINS: readonly Column[] = [
  ['Last day', 'number wide-only'],
  ['Rejected', 'number'],
];

/** The counts, only for administrators. */
type Some = SourceState & Partial<SourceDetails>;

const SHOWN_REASONS = 3;

/** The sources with their state and, for administrators, the outcomes of their events. */
export function Sources({ isAdmin }: { isAdmin: boolean }) {
  const path = isAdmin ? '/api/admin/v1/sources' : '/api/insights/v1/sources';
  const sources = useResource<{ sources: Some[] }>(path);
  return (
    <section class="panel" aria-labelledby="sources">
      <header>
        <h2 id="sources">Sources</h2>
      </header>
      <Shown of={sources}>
        {({ sources: all }) =>
          all.length === 0 ? (
            <Empty>
              No event has arrived yet. <Link href="/start">Send your data</Link>.
            </Empty>
          ) : (
            <SourcesTable sources={all} isAdmin={isAdmin} />
          )
        }
      </Shown>
    </section>
  );
}

function SourcesTable({ sources, isAdmin }: { sources: Some[]; isAdmin: boolean }) {
  return (
    <Table name="Sources" columns={isAdmin ? [...COLUMNS, ...COLUMNS_OF_ADMINS] : COLUMNS}>
      {sources.map((source) => (
        <tr key={`${source.kind} ${source.source}`}>
          <th scope="row">
            <bdi class="id">{source.source}</bdi> <span class="soft small">{source.kind}</span>
          </th>
          <td>
            <StateMark source={source} />
          </td>
          <td class="number">
            <LastEvent at={source.last_event_at} />
          </td>
          {isAdmin && (
            <>
              <td class="number wide-only">
                {formatNumber(total(source.last_day))}
                <Reasons
                  term="unused_activity"
                  title="unused"
                  counts={unusedByReason(source.last_day ?? [])}
                />
                <Reasons
                  term="dropped_traits"
                  title="traits dropped"
                  counts={source.dropped_traits ?? []}
                />
              </td>
              <td class="number">
                {formatNumber(total(source.dead_letters))}
                <Reasons counts={source.dead_letters ?? []} />
              </td>
            </>
          )}
        </tr>
      ))}
    </Table>
  );
}

function StateMark({ source }: { source: SourceState }) {
  if (isAlive(source)) return <span class="mark good">alive</span>;
  if (!source.configured) return <span class="mark">not configured</span>;
  if (source.last_event_at === null) return <span class="mark">nothing yet</span>;
  return <span class="mark care">silent for a day</span>;
}

function LastEvent({ at }: { at: number | null }) {
  if (at === null) return <>never</>;
  return <span title={formatMoment(at)}>{formatAgo(at, now() / 1000)}</span>;
}

interface ReasonsProps {
  /** The outcome that the reasons explain, and the term that defines it. */
  title?: string;
  term?: string;
  counts: readonly { reason: string; count: number }[];
}

/** The most frequent reasons. */
function Reasons({ title, term, counts }: ReasonsProps) {
  return (
    <>
      {counts.slice(0, SHOWN_REASONS).map(({ reason, count }) => (
        <span key={reason} class="soft small block-line">
          {title && term && (
            <>
              <Term name={term}>{title}</Term>:{' '}
            </>
          )}
          <bdi>{reason}</bdi> × {formatNumber(count)}
        </span>
      ))}
    </>
  );
}

/** The counts of unused calls by reason, highest first. */
function unusedByReason(lastDay: SourceDetails['last_day']): ReasonsProps['counts'] {
  const counts = new Map<string, number>();
  for (const { outcome, reason, count } of lastDay) {
    if (outcome !== 'unused' || reason === undefined) continue;
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return Array.from(counts, ([reason, count]) => ({ reason, count })).sort(
    (one, other) => other.count - one.count,
  );
}

const total = (counts: readonly { count: number }[] | undefined): number =>
  (counts ?? []).reduce((sum, { count }) => sum + count, 0);
