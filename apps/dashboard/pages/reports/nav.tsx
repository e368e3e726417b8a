import type { Subject } from '#libs/contracts';
import { Link } from '../../routing/link.js';
import { ALL_REPORTS, SUBJECTS, type ReportWords } from '../../words/reports.js';

/** The eight reports. */
export function ReportNav({ words }: { words: ReportWords }) {
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
                  href={`/reports/${one.subject}/${one.report}`}
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
