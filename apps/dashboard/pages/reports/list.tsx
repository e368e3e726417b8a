import type { ChangedOrgRow, ChangedUserRow, ReportChanges, Summary } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Pager } from '../../components/pager.js';
import type { ContactsByOrg } from '../../components/contacts.js';
import { NoData, NoReport } from '../../components/no-data.js';
import { Empty, Loading } from '../../components/states.js';
import { isFiltered } from '../../routing/filter.js';
import { changed, type Place } from '../../routing/location.js';
import type { ReportWords } from '../../labels/reports.js';
import { ReportTable } from './table.js';
import type { ReportView } from './view.js';

type Row = ChangedUserRow | ChangedOrgRow;

interface Props {
  place: Place;
  words: ReportWords;
  view: ReportView;
  report: ReportChanges;
  contacts: ContactsByOrg;
}

/** A page of a report: its rows, or why there are none, with links to the other pages. */
export function ReportList({ place, words, view, report, contacts }: Props) {
  const { total_count: total } = report;
  const rows: readonly Row[] = report.rows;
  if (report.report_time === 0) {
    return <NoReport />;
  }
  return (
    <>
      {rows.length > 0 && <ReportTable {...{ words, rows, report, contacts }} />}
      {total === 0 && <NoRows view={view} words={words} />}
      {total > 0 && report.rows.length === 0 && (
        <Empty>
          This page is empty: its users or organizations were deleted, or the list has fewer pages.
        </Empty>
      )}
      {total > 0 && (
        <Pager
          page={view.page}
          pageSize={view.pageSize}
          total={total}
          addressOf={(page) => changed(place, { page: page === 1 ? undefined : page })}
        />
      )}
    </>
  );
}

/** Says why no row is listed: by the report's own text, unless the store is empty. */
function NoRows({ view: { change, netLoss, filter }, words }: Pick<Props, 'view' | 'words'>) {
  const summary = useResource<Summary>('/api/insights/v1/summary');
  if (!summary.data && !summary.failure) return <Loading />;
  if (summary.data?.totals[`${words.subject}s`] === 0) return <NoData subject={words.subject} />;
  if (isFiltered(filter)) return <Empty>No row of this list matches the filter.</Empty>;
  if (change !== 'all') {
    const what = { entered: 'has entered', moved: 'has moved in', left: 'has left' }[change];
    return <Empty>No row {what} this list since the other report.</Empty>;
  }
  if (netLoss) return <Empty>No organization lost more people than joined in this period.</Empty>;
  return <Empty>{words.empty}</Empty>;
}
