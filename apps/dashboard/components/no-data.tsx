import type { Subject } from '#libs/contracts';
import { Link } from '../routing/link.js';
import { Empty } from './states.js';

/** Shown instead of a list when the store has no data. */
export function NoData({ subject }: { subject: Subject }) {
  const what = subject === 'user' ? 'users' : 'organizations';
  return (
    <Empty>
      <p>
        <strong>There is no data about {what} yet.</strong>
      </p>
      <p>
        <Link href="/start">Send your data</Link> to fill this list.
      </p>
    </Empty>
  );
}

/** Shown before the first report. */
export function NoReport() {
  return (
    <Empty>
      <p>
        <strong>No report has been made yet.</strong>
      </p>
      <p>
        Reports are made on a schedule. An administrator can make one now on the page{' '}
        <Link href="/data">Data</Link>. No data yet? <Link href="/start">Send your data</Link>{' '}
        first.
      </p>
    </Empty>
  );
}
