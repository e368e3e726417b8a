import type { ReportPosition, Subject } from '#libs/contracts';
import { Link } from '../routing/link.js';
import { formatNumber } from '../labels/format.js';
import { intervalName, wordsOf } from '../labels/reports.js';
import { Term } from '../labels/terms.js';
import { Empty } from './states.js';

interface Props {
  subject: Subject;
  positions: readonly ReportPosition[];
}

/** The reports of the latest run that list a user or org, with the rank and a link to that page. */
export function ReportPositions({ subject, positions }: Props) {
  return (
    <section class="panel" aria-labelledby="report-positions">
      <header>
        <h2 id="report-positions">In the latest reports</h2>
      </header>
      {positions.length === 0 && <Empty>In none of the latest reports.</Empty>}
      <ul class="rows">
        {positions.map(({ report, interval, rank, total_count: total }) => (
          <li key={`${report} ${interval}`}>
            <Link href={addressOfRank(subject, report, interval, rank)}>
              {wordsOf(subject, report)?.title ?? report}, {intervalName(interval)}
            </Link>
            <span class="soft small">
              <Term name="rank">
                {formatNumber(rank)} of {formatNumber(total)}
              </Term>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const PAGE_SIZE = 25;

function addressOfRank(subject: string, report: string, interval: string, rank: number): string {
  const page = Math.ceil(rank / PAGE_SIZE);
  return `/reports/${subject}/${report}?interval=${interval}${page > 1 ? `&page=${page}` : ''}`;
}
