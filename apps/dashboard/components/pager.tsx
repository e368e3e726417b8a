import { Link } from '../routing/link.js';
import { formatNumber } from '../labels/format.js';

interface Props {
  /** From 1. */
  page: number;
  pageSize: number;
  total: number;
  addressOf: (page: number) => string;
}

/** The shown part of a list, with links to the other pages. */
export function Pager({ page, pageSize, total, addressOf }: Props) {
  const last = Math.max(1, Math.ceil(total / pageSize));
  const from = Math.min(total, (page - 1) * pageSize + 1);
  const to = Math.min(total, page * pageSize);
  return (
    <nav class="bar" aria-label="Pages of the list">
      <span class="soft small" role="status">
        {formatNumber(from)}–{formatNumber(to)} of {formatNumber(total)}
      </span>
      {last > 1 && (
        <span class="bar push">
          <Step name="First" to={1} possible={page > 1} addressOf={addressOf} />
          <Step name="Previous" to={page - 1} possible={page > 1} addressOf={addressOf} />
          <Step name="Next" to={page + 1} possible={page < last} addressOf={addressOf} />
          <Step name="Last" to={last} possible={page < last} addressOf={addressOf} />
        </span>
      )}
    </nav>
  );
}

interface StepProps extends Pick<Props, 'addressOf'> {
  name: string;
  to: number;
  possible: boolean;
}

/** Always the same element, also when it is disabled, so that it keeps the focus. */
function Step({ name, to, possible, addressOf }: StepProps) {
  return (
    <Link class="button" href={addressOf(to)} disabled={!possible}>
      {name}
    </Link>
  );
}
