import type { OrgIndex, Subject, Summary, UserIndex } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { FilterBar } from '../../components/filter/bar.js';
import { NoData, NoReport } from '../../components/no-data.js';
import { Pager } from '../../components/pager.js';
import { Empty, Shown } from '../../components/states.js';
import { outside } from '../../routing/base.js';
import { isFiltered } from '../../routing/filter.js';
import { addressOf, changed, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { formatMoment } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { SUBJECTS } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';
import { IndexControls } from './controls.js';
import { IndexTable } from './table.js';
import { indexView, listQuery, pageQuery, type IndexView } from './view.js';

type Index = UserIndex | OrgIndex;

/** All users or all organizations, with the values of the latest report: searched, filtered and sorted. */
export function IndexPage({ place, subject }: { place: Place; subject: Subject }) {
  const view = indexView(place, subject);
  const path = `/api/insights/v1/${subject}s`;
  const index = useResource<Index>(addressOf(path, pageQuery(view)));
  return (
    <>
      <header class="head">
        <div>
          <Title title={SUBJECTS[subject]} />
          <p>All {KINDS[subject].many}, with the numbers of the latest report.</p>
        </div>
        <a
          class="button"
          href={outside(addressOf(`${path}/csv`, listQuery(view)))}
          download
          aria-label="Download as CSV"
        >
          <span>
            <span class="wide-word">Download as </span>CSV
          </span>
        </a>
      </header>
      <section class="panel" aria-label={`List of ${KINDS[subject].many}`}>
        <IndexControls place={place} view={view} />
        <FilterBar subject={subject} place={place} filter={view.filter} />
        {view.search !== '' && <SlowSearch />}
        <Shown of={index}>{(data) => <List {...{ place, view }} index={data} />}</Shown>
      </section>
    </>
  );
}

/** Says that a search is slow where PostgreSQL lacks an extension. */
function SlowSearch() {
  const summary = useResource<Summary>('/api/insights/v1/summary');
  if (summary.data?.search !== 'scan') return null;
  return (
    <p class="small soft">
      Searching is slow with many users: the extension pg_trgm of PostgreSQL is missing. An
      administrator of the database can install it.
    </p>
  );
}

interface ListProps {
  place: Place;
  view: IndexView;
  index: Index;
}

function List({ place, view, index }: ListProps) {
  const { subject, filter, search } = view;
  const { total_count: total, report_time: at, rows } = index;
  if (at === 0) return <NoReport />;
  if (total === 0) {
    if (!isFiltered(filter) && search.trim() === '') return <NoData subject={subject} />;
    return <Empty>No {KINDS[subject].one} matches.</Empty>;
  }
  return (
    <>
      <p class="small soft provenance">
        Numbers as of <Term name="report_time">{formatMoment(at)}</Term>.
      </p>
      {rows.length > 0 ? (
        <IndexTable {...{ place, view, rows }} />
      ) : (
        <Empty>
          This page is empty: its {KINDS[subject].many} were deleted, or the list has fewer pages.
        </Empty>
      )}
      <Pager
        page={view.page}
        pageSize={view.pageSize}
        total={total}
        addressOf={(page) => changed(place, { page: page === 1 ? undefined : page })}
      />
    </>
  );
}
