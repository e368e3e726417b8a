import type { Summary } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Link } from '../../routing/link.js';
import { now } from '../../words/clock.js';
import { formatAgo, formatMoment } from '../../words/format.js';
import { Term } from '../../words/terms.js';
import { isAlive, type Source } from '../data/sources.js';

/** When the latest report was made, and whether the sources still send. */
export function Freshness({ latest }: { latest: Summary['latest_run'] }) {
  const sources = useResource<{ sources: Source[] }>('/api/insights/v1/sources');
  const heard = sources.data?.sources.filter(({ last_event_at: at }) => at !== null) ?? [];
  const silent = heard.filter((source) => !isAlive(source));
  return (
    <p class="freshness small soft">
      {latest && (
        <span title={formatMoment(latest.report_time)}>
          <Term name="report_time">Reports</Term> made{' '}
          {formatAgo(latest.completed_at, now() / 1000)}
        </span>
      )}
      {heard.length > 0 && (
        <Link href="/data">
          <span class={`mark ${silent.length > 0 ? 'care' : 'good'}`}>
            {silent.length > 0
              ? `Silent for a day: ${silent.map(({ source }) => source).join(', ')}`
              : heard.length === 1
                ? 'The source is alive'
                : `All ${heard.length} sources are alive`}
          </span>
        </Link>
      )}
    </p>
  );
}
