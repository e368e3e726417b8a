import type { OrgContacts, ReportChanges } from '#libs/contracts';
import { useKeptRuns } from '../../api/kept-runs.js';
import { useResource } from '../../api/resource.js';
import { contactsByOrg, isCalled, type ContactsByOrg } from '../../components/contacts.js';
import { FilterBar } from '../../components/filter/bar.js';
import { Shown } from '../../components/states.js';
import { Subscribe } from '../../components/subscribe.js';
import { outside } from '../../routing/base.js';
import { addressOf, type Place } from '../../routing/location.js';
import { useIsNarrow } from '../../routing/narrow.js';
import { Title } from '../../routing/title.js';
import { formatMoment } from '../../labels/format.js';
import { SUBJECTS, type ReportWords } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';
import { ReportControls } from './controls.js';
import { ReportList } from './list.js';
import { ReportNav } from './nav.js';
import { listQuery, pageQuery, reportView, subscribeQuery, type ReportView } from './view.js';

interface Props {
  place: Place;
  words: ReportWords;
}

/** A report, page by page, with the changes since another report. */
export function ReportsPage({ place, words }: Props) {
  const view = reportView(place, words);
  const isNarrow = useIsNarrow();
  const runs = useKeptRuns();
  const report = useResource<ReportChanges>(addressOf(apiPath(words), pageQuery(view)));
  const contacts = useContacts(words, view);
  const file = addressOf(`${apiPath(words)}/csv`, listQuery(view));
  return (
    <>
      <header class="head">
        <div>
          <Title title={`${words.title}: ${SUBJECTS[words.subject].toLowerCase()}`}>
            <Term name={`${words.subject}_${words.report}`}>{words.title}</Term>
          </Title>
          <p>{words.question}</p>
        </div>
        <div class="bar actions">
          {!isNarrow && <Subscribe of={words} query={subscribeQuery(view)} />}
          <a class="button" href={outside(file)} download aria-label="Download as CSV">
            <span>
              <span class="wide-word">Download as </span>CSV
            </span>
          </a>
        </div>
      </header>
      <ReportNav words={words} />
      <section class="panel" aria-label="The report">
        <ReportControls place={place} words={words} view={view} runs={runs} report={report.data} />
        <FilterBar subject={words.subject} place={place} filter={view.filter} />
        <Shown of={report}>
          {(data) => (
            <>
              <Provenance report={data} />
              <ReportList {...{ place, words, view, contacts }} report={data} />
            </>
          )}
        </Shown>
      </section>
    </>
  );
}

const apiPath = ({ subject, report }: ReportWords) =>
  `/api/insights/v1/reports/${subject}/${report}`;

/** The last active days and contacts of organizations, for "Gone quiet". */
function useContacts(words: ReportWords, view: ReportView): ContactsByOrg {
  const isNeeded = isCalled(words);
  const path = addressOf(`${apiPath(words)}/contacts`, pageQuery(view));
  const { data } = useResource<OrgContacts>(isNeeded ? path : undefined);
  return contactsByOrg(data);
}

/** The moment of the report, and of the report it is compared with. */
function Provenance({ report: { report_time: at, previous } }: { report: ReportChanges }) {
  if (at === 0) return null;
  return (
    <p class="small soft provenance">
      As of <Term name="report_time">{formatMoment(at)}</Term>
      {previous
        ? `, compared with ${formatMoment(previous.report_time)}.`
        : '. No report is kept that it could be compared with.'}
    </p>
  );
}
