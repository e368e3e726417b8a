import type { ChangeFilter, ReportChanges, RunListItem } from '#libs/contracts';
import { Choices } from '../../parts/choices.js';
import { changed, navigate, type Place } from '../../routing/location.js';
import { formatNumber } from '../../words/format.js';
import { intervalName, type ReportWords } from '../../words/reports.js';
import { RunSelect } from './run-select.js';
import type { ReportView } from './view.js';

interface Props {
  place: Place;
  words: ReportWords;
  view: ReportView;
  runs: readonly RunListItem[];
  report: ReportChanges | undefined;
}

const FILTERS: Record<ChangeFilter, string> = {
  all: 'All',
  entered: 'Entered',
  moved: 'Moved',
  left: 'Left',
};

/** What of a report is shown; each choice is part of the address. */
export function ReportControls({ place, words, view, runs, report }: Props) {
  const to = (changes: Record<string, string | undefined>) =>
    changed(place, { page: undefined, ...changes });
  const shownTime = report?.report_time ?? 0;
  return (
    <div class="bar controls">
      <Choices
        label="Interval"
        choices={words.intervals.map((interval) => ({
          name: intervalName(interval),
          href: to({ interval }),
          current: interval === view.interval,
        }))}
      />
      {report?.counts && (
        <Choices
          label="What changed"
          choices={Object.entries(FILTERS).map(([filter, name]) => ({
            name: `${name}${countOf(filter as ChangeFilter, report)}`,
            href: to({ change: filter === 'all' ? undefined : filter }),
            current: filter === view.change,
          }))}
        />
      )}
      <RunSelect
        label="As of"
        otherwise="the latest report"
        runs={runs}
        value={view.runId}
        onRun={(run) => navigate(to({ run, against: undefined }))}
      />
      <RunSelect
        label="Compared with"
        otherwise="the one before"
        runs={runs.filter(({ report_time: at }) => at < shownTime)}
        value={view.compareTo}
        onRun={(against) => navigate(to({ against }))}
      />
      <label class="field push">
        Search this page
        <input
          type="search"
          value={view.search}
          onInput={({ currentTarget: { value } }) =>
            navigate(changed(place, { q: value }), { replace: true })
          }
        />
      </label>
    </div>
  );
}

function countOf(filter: ChangeFilter, { counts }: ReportChanges): string {
  return filter === 'all' || !counts ? '' : ` ${formatNumber(counts[filter])}`;
}
