import type { Subject } from '#libs/contracts';
import { navigate } from '../../routing/location.js';
import { useIsNarrow } from '../../routing/narrow.js';
import { Link } from '../../routing/link.js';
import { ALL_REPORTS, SUBJECTS, type ReportWords } from '../../labels/reports.js';

/** The reports: as links, or on a phone as one select field to save space. */
export function ReportNav({ words }: { words: ReportWords }) {
  if (useIsNarrow()) return <ReportSelect words={words} />;
  return (
    <nav class="report-nav" aria-label="Reports">
      {Object.entries(SUBJECTS).map(([subject, name]) => (
        <div key={subject}>
          <span id={`reports-of-${subject}`} class="small soft">
            {name}
          </span>
          <ul class="choices" aria-labelledby={`reports-of-${subject}`}>
            {ALL_REPORTS.filter((one) => one.subject === (subject as Subject)).map((one) => (
              <li key={one.report}>
                <Link
                  href={addressOf(one)}
                  current={one.subject === words.subject && one.report === words.report}
                >
                  {one.title}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

const addressOf = ({ subject, report }: Pick<ReportWords, 'subject' | 'report'>) =>
  `/reports/${subject}/${report}`;

function ReportSelect({ words }: { words: ReportWords }) {
  return (
    <nav aria-label="Reports">
      <label class="field">
        <span>Report</span>
        <select
          value={addressOf(words)}
          onChange={({ currentTarget }) => navigate(currentTarget.value)}
        >
          {Object.entries(SUBJECTS).map(([subject, name]) => (
            <optgroup key={subject} label={name}>
              {ALL_REPORTS.filter((one) => one.subject === (subject as Subject)).map((one) => (
                <option key={one.report} value={addressOf(one)}>
                  {one.title}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
    </nav>
  );
}
