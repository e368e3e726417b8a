import { formatNumber, formatShare } from '../labels/format.js';

interface Props {
  value: number;
  before: number;
  /** The time of the earlier value: "before". */
  when?: string;
}

/** The change from an earlier value: an arrow, the change in percent, and the earlier value. */
export function Delta({ value, before, when = '' }: Props) {
  const [tone, arrow] = value > before ? ['good', '▲'] : value < before ? ['bad', '▼'] : ['', '='];
  const share = before === 0 ? undefined : Math.abs(value - before) / before;
  const words = value > before ? 'more' : value < before ? 'less' : 'the same';
  return (
    <span class="small soft delta">
      <span class={`mark ${tone}`}>
        <span aria-hidden="true">{arrow} </span>
        {share !== undefined && value !== before ? formatShare(share) : ''}
        <span class="unseen"> {words},</span>
      </span>{' '}
      from {formatNumber(before)} {when}
    </span>
  );
}
