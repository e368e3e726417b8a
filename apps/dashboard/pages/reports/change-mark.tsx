import type { Change } from '#libs/contracts';
import { formatNumber } from '../../labels/format.js';
import type { ReportWords } from '../../labels/reports.js';

interface Props {
  row: { change: Change | null; rank: number | null; previous_rank: number | null };
  /** The meaning of the report: in a bad list, rising is bad and leaving is good. */
  meaning: ReportWords['meaning'];
}

/** The change of a row since the report of the comparison. */
export function ChangeMark({ row: { change, rank, previous_rank: before }, meaning }: Props) {
  const tone = (isUp: boolean) => (isUp === (meaning === 'good') ? 'good' : 'bad');
  switch (change) {
    case 'entered':
      return <span class="mark accent">new</span>;
    case 'left':
      return <span class={`mark ${tone(false)}`}>left, was {formatNumber(before ?? 0)}</span>;
    case 'moved': {
      const up = (before ?? 0) - (rank ?? 0);
      return (
        <span class={`mark ${tone(up > 0)}`} title={`was ${formatNumber(before ?? 0)}`}>
          <span aria-hidden="true">{up > 0 ? '↑' : '↓'}</span>
          <span class="unseen">{up > 0 ? 'up' : 'down'} </span>
          {formatNumber(Math.abs(up))}
        </span>
      );
    }
    case 'stayed':
    case null:
      return null;
  }
}
