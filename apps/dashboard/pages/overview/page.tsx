import type { Summary } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { NoReport } from '../../components/no-data.js';
import { Shown } from '../../components/states.js';
import { type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { Guide } from '../start/guide.js';
import { Calls } from './calls.js';
import { Charts } from './charts.js';
import { Freshness } from './freshness.js';
import { Numbers } from './numbers.js';

/** Which customers need a call today, who went quiet, who are our champions, are we growing? */
export function OverviewPage({ place }: { place: Place }) {
  const summary = useResource<Summary>('/api/insights/v1/summary');
  return (
    <>
      <header class="head">
        <Title title="Overview" />
        {summary.data && <Freshness latest={summary.data.latest_run} />}
      </header>
      <Shown of={summary}>
        {(data) =>
          isEmpty(data) ? (
            <Guide onCheck={summary.reload} />
          ) : (
            <div class="overview">
              {data.latest_run ? (
                <Calls latest={data.latest_run} totals={data.totals} place={place} />
              ) : (
                <section class="panel" aria-label="Reports">
                  <NoReport />
                </section>
              )}
              <Numbers summary={data} />
              <Charts place={place} today={data.today} />
            </div>
          )
        }
      </Shown>
    </>
  );
}

/** Whether the store is empty: deleted users and organizations still count in the months. */
function isEmpty({ totals, this_month: current, last_month: before }: Summary): boolean {
  const counted = [totals.users, totals.orgs, current.active_users, before.active_users];
  return counted.every((count) => count === 0);
}
