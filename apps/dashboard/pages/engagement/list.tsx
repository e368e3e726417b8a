import type { ChartOrg, ChartSubjects, ChartUser, Subject } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Choices } from '../../components/choices.js';
import { FilterBar } from '../../components/filter/bar.js';
import { Org, Person } from '../../components/names.js';
import { Pager } from '../../components/pager.js';
import { Empty, Shown } from '../../components/states.js';
import { Table } from '../../components/table.js';
import { dayOf, formatCount, formatDay, formatNumber } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { Term } from '../../labels/terms.js';
import { outside } from '../../routing/base.js';
import { filterQuery } from '../../routing/filter.js';
import { Link } from '../../routing/link.js';
import { addressOf, changed, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { MissingPage } from '../missing.js';
import { listView, type ListView } from './list-view.js';

const PAGE_SIZE = 50;

/** The users or organizations behind a number of the lifecycle or the retention chart. */
export function EngagementListPage({ place }: { place: Place }) {
  const view = listView(place);
  return view ? <List place={place} view={view} /> : <MissingPage />;
}

function List({ place, view }: { place: Place; view: ListView }) {
  const { subject, filter, page, title, choices } = view;
  const query = { ...view.query, ...filterQuery(filter) };
  const path = `/api/insights/v1/charts/${view.chart}/subjects`;
  const list = useResource<ChartSubjects>(
    addressOf(path, { ...query, page_size: PAGE_SIZE, page_number: page - 1 }),
  );
  const back = addressOf('/engagement', {
    subject: subject === 'user' ? undefined : subject,
    cadence: view.query.cadence,
    ...filterQuery(filter),
  });
  return (
    <>
      <header class="head">
        <div>
          <p class="small">
            <Link href={back}>Engagement</Link>
          </p>
          <Title title={title} />
        </div>
        <a
          class="button"
          href={outside(addressOf(`${path}/csv`, query))}
          download
          aria-label="Download as CSV"
        >
          <span>
            <span class="wide-word">Download as </span>CSV
          </span>
        </a>
      </header>
      <section class="panel" aria-label={`List of ${KINDS[subject].many}`}>
        <div class="bar controls">
          <Choices
            label={view.chart === 'lifecycle' ? 'Part of the period' : 'Part of the cohort'}
            choices={choices.map(({ name, query: chosen, isCurrent }) => ({
              name,
              href: changed(place, { ...chosen, page: undefined }),
              current: isCurrent,
            }))}
          />
        </div>
        <FilterBar subject={subject} place={place} filter={filter} />
        <Shown of={list}>{(data) => <Rows {...{ place, view }} list={data} />}</Shown>
      </section>
    </>
  );
}

interface RowsProps {
  place: Place;
  view: ListView;
  list: ChartSubjects;
}

function Rows({ place, view: { subject, page, isUnfinished }, list }: RowsProps) {
  const { total_count: total, listed_count: listed, rows } = list;
  const { one, many } = KINDS[subject];
  return (
    <>
      <p class="total">
        <strong>{formatCount(total, one, many)}</strong>
        {isUnfinished && <span class="mark">so far: the period is not over</span>}
        {listed < total && (
          <span class="small soft">
            {formatNumber(total - listed)} without a row: deleted since, or known only by their id
          </span>
        )}
      </p>
      {rows.length > 0 && <Subjects subject={subject} rows={rows} />}
      {rows.length === 0 && (
        <Empty>{listed === 0 ? `There is no ${one} to list.` : 'The list has fewer pages.'}</Empty>
      )}
      {listed > 0 && (
        <Pager
          page={page}
          pageSize={PAGE_SIZE}
          total={listed}
          addressOf={(to) => changed(place, { page: to === 1 ? undefined : to })}
        />
      )}
    </>
  );
}

function Subjects({
  subject,
  rows,
}: {
  subject: Subject;
  rows: readonly (ChartUser | ChartOrg)[];
}) {
  return (
    <Table
      name={`List of ${KINDS[subject].many}`}
      look="subjects"
      columns={[
        [subject === 'user' ? 'User' : 'Organization'],
        [<Term name="created_at">Created</Term>, 'number'],
      ]}
    >
      {rows.map((row) => (
        <tr key={'user_id' in row ? row.user_id : row.org_id}>
          <th scope="row">{'user_id' in row ? <Person user={row} /> : <Org org={row} />}</th>
          <td class="number">{formatDay(dayOf(row.created_at))}</td>
        </tr>
      ))}
    </Table>
  );
}
