import type { SourceState, Summary } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Link } from '../../routing/link.js';
import { now } from '../../labels/clock.js';
import { formatAgo, formatMoment } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';
import { isAlive } from '../data/sources.js';

/** The time of the latest report, and whether the sources still send events. */
export function Freshness({ latest }: { latest: Summary['latest_run'] }) {
  const sources = useResource<{ sources: SourceState[] }>('/api/insights/v1/sources');
  const heard = sources.data?.sources.filter(({ last_event_at: at }) => at !== null) ?? [];
  const alive = heard.filter(isAlive);
  // A source that is not configured may be silent.
  const silent = heard.filter((source) => source.configured && !isAlive(source));
  return (
    <p class="freshness small soft">
      {latest && (
        <span title={formatMoment(latest.report_time)}>
          <Term name="report_time">Reports</Term> made{' '}
          {formatAgo(latest.completed_at, now() / 1000)}
        </span>
      )}
      {silent.length + alive.length > 0 && (
        <Link href="/data">
          {silent.length > 0 ? (
            <span class="mark care">
              Silent for a day: <bdi>{silent.map(({ source }) => source).join(', ')}</bdi>
            </span>
          ) : (
            <span class="mark good">
              {alive.length === 1 ? 'The source is' : `All ${alive.length} sources are`} alive
            </span>
          )}
        </Link>
      )}
    </p>
  );
}
