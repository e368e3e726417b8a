import type { ListChange, OrgActivity } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import type { Resource } from '../../api/resource.js';
import { Empty, Shown } from '../../components/states.js';
import { now } from '../../labels/clock.js';
import { addDays, dayOf, formatDay, formatNumber } from '../../labels/format.js';
import { nameOf, userAddress } from '../../labels/names.js';
import { intervalName, wordsOf } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';
import { Link } from '../../routing/link.js';

/** The days that the list changes of the API cover. */
const DAYS_BACK = 84;
const MOST_NAMED = 3;

type Person = OrgActivity['joined'][number];

interface Entry {
  day: string;
  words: ComponentChildren;
}

/** When members joined and left, and when the organization entered and left lists, the latest first. */
export function Timeline({ of }: { of: Resource<OrgActivity> }) {
  return (
    <section class="panel" aria-labelledby="timeline">
      <header>
        <h2 id="timeline">
          <Term name="list_changes">What changed</Term>
        </h2>
        <p>in the last 12 weeks</p>
      </header>
      <Shown of={of}>
        {(activity) => {
          const entries = entriesOf(activity);
          if (entries.length === 0) return <Empty>Nothing changed in the last 12 weeks.</Empty>;
          return (
            <ol class="rows scrolled timeline" tabIndex={0} aria-labelledby="timeline">
              {entries.map(({ day, words }, index) => (
                <li key={index}>
                  <span>{words}</span>
                  <span class="soft small">{formatDay(day)}</span>
                </li>
              ))}
            </ol>
          );
        }}
      </Shown>
    </section>
  );
}

function entriesOf({ list_changes: changes, joined, left }: OrgActivity): Entry[] {
  const first = addDays(dayOf(now() / 1000), 1 - DAYS_BACK);
  return [
    ...changes.map((change) => ({ day: change.date, words: <Listed change={change} /> })),
    ...movesOf(joined, 'joined'),
    ...movesOf(left, 'left'),
  ]
    .filter(({ day }) => day >= first)
    .sort((one, other) => (one.day < other.day ? 1 : one.day > other.day ? -1 : 0));
}

function movesOf(people: readonly Person[], verb: string): Entry[] {
  const byDay = Map.groupBy(people, ({ at }) => dayOf(at));
  return [...byDay].map(([day, moved]) => ({ day, words: <Moved people={moved} verb={verb} /> }));
}

function Moved({ people, verb }: { people: readonly Person[]; verb: string }) {
  const more = people.length - MOST_NAMED;
  return (
    <>
      {people.slice(0, MOST_NAMED).map((person, index) => (
        <span key={index}>
          {index > 0 && ', '}
          <Link href={userAddress(person.user_id)}>
            <bdi>{nameOf(person)}</bdi>
          </Link>
        </span>
      ))}
      {more > 0 && ` and ${formatNumber(more)} more`} {verb}
    </>
  );
}

function Listed({ change: { report, interval, change } }: { change: ListChange }) {
  const words = wordsOf('org', report);
  const isBad = change === 'entered';
  return (
    <>
      <span class={`mark ${isBad ? 'bad' : 'good'}`}>{isBad ? 'entered' : 'left'}</span>{' '}
      <Link href={`/reports/org/${report}?interval=${interval}`}>
        {words?.title ?? report}, {intervalName(interval)}
      </Link>
    </>
  );
}
