import type { ChangedOrgRow, ChangedUserRow, ReportChanges } from '#libs/contracts';
import { Pager } from '../../parts/pager.js';
import { Empty } from '../../parts/states.js';
import { changed, type Place } from '../../routing/location.js';
import { formatNumber } from '../../words/format.js';
import { nameOf } from '../../words/names.js';
import type { ReportWords } from '../../words/reports.js';
import { ReportTable } from './table.js';
import type { ReportView } from './view.js';

type Row = ChangedUserRow | ChangedOrgRow;

interface Props {
  place: Place;
  words: ReportWords;
  view: ReportView;
  report: ReportChanges;
}

/** A page of a report: its rows, or why there are none, and the way to the other pages. */
export function ReportList({ place, words, view, report }: Props) {
  const { total_count: total } = report;
  const rows = (report.rows as Row[]).filter((row) => isFound(row, view.search));
  if (report.report_time === 0) {
    return <Empty>No report has been made yet. The schedule makes one before long.</Empty>;
  }
  return (
    <>
      {view.search !== '' && (
        <p role="status" class="small soft">
          {formatNumber(rows.length)} of the {formatNumber(report.rows.length)} on this page hold “
          <bdi>{view.search}</bdi>”.
        </p>
      )}
      {rows.length > 0 && <ReportTable words={words} rows={rows} />}
      {total === 0 && <Empty>{emptiness(view, words)}</Empty>}
      {total > 0 && report.rows.length === 0 && (
        <Empty>Nobody on this page is left: deleted since, or the list ends before it.</Empty>
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

function isFound(row: Row, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const texts =
    'user_id' in row
      ? [nameOf(row), row.email, row.username, ...row.org_data.map((org) => org.display_name)]
      : [row.name];
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}

function emptiness({ change }: ReportView, words: ReportWords): string {
  if (change === 'all') return words.empty;
  const what = { entered: 'entered', moved: 'moved in', left: 'left' }[change];
  return `Nobody ${what} this list since the other report.`;
}
