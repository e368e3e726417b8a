import type { ChangeFilter, ReportChanges, RunListItem } from '#libs/contracts';
import { Choices } from '../../components/choices.js';
import { Subscribe } from '../../components/subscribe.js';
import { changed, navigate, type Place } from '../../routing/location.js';
import { useIsNarrow } from '../../routing/narrow.js';
import { COMPARISONS, DEFAULT_COMPARISON, PREVIOUS } from '../../labels/comparisons.js';
import { formatNumber } from '../../labels/format.js';
import { intervalName, type ReportWords } from '../../labels/reports.js';
import { RunSelect } from './run-select.js';
import { hasNetLoss, subscribeQuery, type ReportView } from './view.js';

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

/** The options of a report; each is part of the address. A phone folds all but the interval. */
export function ReportControls(props: Props) {
  const { place, words, view } = props;
  const isNarrow = useIsNarrow();
  const interval = (
    <Choices
      label="Interval"
      choices={words.intervals.map((each) => ({
        name: intervalName(each),
        href: choose(place, { interval: each }),
        current: each === view.interval,
      }))}
    />
  );
  if (!isNarrow) {
    return (
      <div class="bar controls">
        {interval}
        <Filters {...props} />
      </div>
    );
  }
  return (
    <div class="controls">
      {interval}
      <details class="folded">
        <summary>More options</summary>
        <div class="bar controls">
          <Filters {...props} />
          <Subscribe of={words} query={subscribeQuery(view)} />
        </div>
      </details>
    </div>
  );
}

const choose = (place: Place, changes: Record<string, string | undefined>) =>
  changed(place, { page: undefined, ...changes });

function Filters({ place, words, view, runs, report }: Props) {
  const to = (changes: Record<string, string | undefined>) => choose(place, changes);
  const shownTime = report?.report_time ?? 0;
  return (
    <>
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
        runs={runs}
        value={view.runId ?? ''}
        named={['']}
        onRun={(run) => navigate(to({ run: run || undefined }))}
      >
        <option value="">the latest report</option>
      </RunSelect>
      <RunSelect
        label="Compared with"
        runs={runs.filter(({ report_time: at }) => at < shownTime)}
        value={view.compareTo}
        named={[...Object.keys(COMPARISONS), PREVIOUS]}
        onRun={(against) =>
          navigate(to({ against: against === DEFAULT_COMPARISON ? undefined : against }))
        }
      >
        {Object.entries(COMPARISONS).map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
        <option value={PREVIOUS}>the report right before</option>
      </RunSelect>
      {hasNetLoss(words) && (
        <label class="field">
          <input
            type="checkbox"
            checked={view.netLoss}
            onChange={() => navigate(to({ net_loss: view.netLoss ? undefined : 'true' }))}
          />
          Only net losses
        </label>
      )}
    </>
  );
}

function countOf(filter: ChangeFilter, { counts }: ReportChanges): string {
  return filter === 'all' || !counts ? '' : ` ${formatNumber(counts[filter])}`;
}
