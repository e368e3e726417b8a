import type { Summary } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { Delta } from '../../components/delta.js';
import { formatNumber, formatShortSpan } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';

const THIS_MONTH = [
  ['signups', 'Signups'],
  ['active_users', 'Active users'],
  ['active_orgs', 'Active orgs'],
] as const;

/** The totals, and this month compared with the same days of last month. */
export function Numbers({ summary }: { summary: Summary }) {
  const { totals, this_month: current, last_month: before } = summary;
  return (
    <section aria-labelledby="numbers" class="block">
      <header class="head">
        <h2 id="numbers">
          <Term name="this_month">This month</Term>
        </h2>
        <p class="small">
          {formatShortSpan(current.from, current.to)}, compared with{' '}
          <Term name="last_month">{formatShortSpan(before.from, before.to)}</Term>
        </p>
      </header>
      <dl class="numbers">
        {THIS_MONTH.map(([name, title]) => (
          <Figure key={name} name={name} title={title} value={current[name]}>
            <Delta value={current[name]} before={before[name]} />
          </Figure>
        ))}
        <Figure name="users" title="All users" value={totals.users} />
        <Figure name="orgs" title="All orgs" value={totals.orgs} />
      </dl>
    </section>
  );
}

interface FigureProps {
  name: string;
  title: string;
  value: number;
  children?: ComponentChildren;
}

function Figure({ name, title, value, children }: FigureProps) {
  return (
    <div class="panel figure">
      <dt>{title}</dt>
      <dd>
        <span class="big">
          <Term name={name}>{formatNumber(value)}</Term>
        </span>
        {children ?? <span class="small soft">today</span>}
      </dd>
    </div>
  );
}
