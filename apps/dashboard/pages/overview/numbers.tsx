import type { Summary } from '#libs/contracts';
import { Delta } from '../../parts/delta.js';
import { formatNumber, formatShortDay } from '../../words/format.js';
import { Term } from '../../words/terms.js';

const THIS_MONTH = [
  ['signups', 'Signups'],
  ['active_users', 'Active users'],
  ['active_orgs', 'Active organizations'],
] as const;

/** How many there are, and how this month goes beside the same days of the last. */
export function Numbers({ summary }: { summary: Summary }) {
  const { totals, this_month: current, last_month: before } = summary;
  const span = `${formatShortDay(current.from)} – ${formatShortDay(current.to)}`;
  const lastSpan = `${formatShortDay(before.from)} – ${formatShortDay(before.to)}`;
  return (
    <section aria-label="In numbers">
      <dl class="numbers">
        <Figure name="users" title="Users" value={totals.users} />
        <Figure name="orgs" title="Organizations" value={totals.orgs} />
        {THIS_MONTH.map(([name, title]) => (
          <Figure key={name} name={name} title={title} span={span} value={current[name]}>
            <Delta value={current[name]} before={before[name]} when={lastSpan} />
          </Figure>
        ))}
      </dl>
    </section>
  );
}

interface FigureProps {
  name: string;
  title: string;
  value: number;
  span?: string;
  children?: preact.ComponentChildren;
}

function Figure({ name, title, value, span, children }: FigureProps) {
  return (
    <div class="panel figure">
      <dt>
        {title}
        {span !== undefined && <span class="soft small"> {span}</span>}
      </dt>
      <dd>
        <span class="big">
          <Term name={name}>{formatNumber(value)}</Term>
        </span>
        {children ?? <span class="small soft">today</span>}
      </dd>
    </div>
  );
}
