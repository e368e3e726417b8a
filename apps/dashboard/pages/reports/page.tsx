import type { ReportChanges } from '#libs/contracts';
import { useKeptRuns } from '../../api/kept-runs.js';
import { useResource } from '../../api/resource.js';
import { Shown } from '../../parts/states.js';
import { addressOf, outside, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { formatMoment } from '../../words/format.js';
import { SUBJECTS, type ReportWords } from '../../words/reports.js';
import { Term } from '../../words/terms.js';
import { ReportControls } from './controls.js';
import { ReportList } from './list.js';
import { ReportNav } from './nav.js';
import { reportView, type ReportView } from './view.js';

interface Props {
  place: Place;
  words: ReportWords;
}

/** A report, page by page, with what changed since another. */
export function ReportsPage({ place, words }: Props) {
  const view = reportView(place, words);
  const runs = useKeptRuns();
  const report = useResource<ReportChanges>(addressOf(apiPath(words), askedOf(view)));
  const file = addressOf(`${apiPath(words)}/csv`, { interval: view.interval, run_id: view.runId });
  return (
    <>
      <header class="head">
        <div>
          <Title title={`${words.title}: ${SUBJECTS[words.subject].toLowerCase()}`}>
            <Term name={`${words.subject}_${words.report}`}>{words.title}</Term>
          </Title>
          <p>{words.question}</p>
        </div>
        <a class="button" href={outside(file)} download>
          Download as CSV
        </a>
      </header>
      <ReportNav words={words} />
      <section class="panel" aria-label="The report">
        <ReportControls place={place} words={words} view={view} runs={runs} report={report.data} />
        <Shown of={report}>
          {(data) => (
            <>
              <Provenance report={data} />
              <ReportList place={place} words={words} view={view} report={data} />
            </>
          )}
        </Shown>
      </section>
    </>
  );
}

const apiPath = ({ subject, report }: ReportWords) =>
  `/api/insights/v1/reports/${subject}/${report}`;

function askedOf({ interval, runId, compareTo, change, page, pageSize }: ReportView) {
  return {
    interval,
    run_id: runId,
    compare_to: compareTo,
    change: change === 'all' ? undefined : change,
    page_size: pageSize,
    page_number: page - 1,
  };
}

/** Of which moment the list is, and beside which it is put. */
function Provenance({ report: { report_time: at, previous } }: { report: ReportChanges }) {
  if (at === 0) return null;
  return (
    <p class="small soft provenance">
      As of <Term name="report_time">{formatMoment(at)}</Term>
      {previous
        ? `, compared with ${formatMoment(previous.report_time)}.`
        : '. There is no earlier report to compare it with.'}
    </p>
  );
}
