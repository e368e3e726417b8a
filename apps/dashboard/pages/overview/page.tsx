import type { Summary } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Shown } from '../../parts/states.js';
import { outside, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { Calls } from './calls.js';
import { Charts } from './charts.js';
import { Freshness } from './freshness.js';
import { Numbers } from './numbers.js';

/** Are we growing, who are our champions, who is slipping away, which customers need a call today? */
export function OverviewPage({ place }: { place: Place }) {
  const summary = useResource<Summary>('/api/insights/v1/summary');
  return (
    <>
      <header class="head">
        <Title title="Overview" />
        {summary.data && <Freshness latest={summary.data.latest_run} />}
      </header>
      <Shown of={summary}>
        {(data) => (
          <div class="overview">
            <Numbers summary={data} />
            {data.latest_run ? (
              <Calls latest={data.latest_run} today={data.today} />
            ) : (
              <NoReports />
            )}
            <Charts place={place} today={data.today} />
          </div>
        )}
      </Shown>
    </>
  );
}

function NoReports() {
  return (
    <section class="panel" aria-label="Reports">
      <p>
        <strong>No report has been made yet.</strong>
      </p>
      <p class="soft">
        Send events to <code>POST /api/ingest/v1/events</code>;{' '}
        <a href={outside('/docs')}>the API page</a> shows how. Reports are made on a schedule; who
        may can make one now under <b>Data</b>.
      </p>
    </section>
  );
}
