import type { OrgActivity } from '#libs/contracts';
import type { Resource } from '../../api/resource.js';
import { Person } from '../../components/names.js';
import { Empty, Shown } from '../../components/states.js';
import { Term } from '../../labels/terms.js';

interface PeopleProps {
  term: string;
  title: string;
  empty: string;
  of: Resource<OrgActivity>;
  children: (activity: OrgActivity) => {
    user: OrgActivity['joined'][number] | OrgActivity['most_active'][number];
    about: string;
  }[];
}

const SCROLLED = 8;

/** A list of users with a note on each. */
export function People({ term, title, empty, of, children }: PeopleProps) {
  const id = `people-${term}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>
          <Term name={term}>{title}</Term>
        </h2>
      </header>
      <Shown of={of}>
        {(activity) => {
          const people = children(activity);
          if (people.length === 0) return <Empty>{empty}</Empty>;
          return (
            <ul
              class="rows scrolled"
              tabIndex={people.length > SCROLLED ? 0 : undefined}
              aria-labelledby={id}
            >
              {people.map(({ user, about }, index) => (
                <li key={index}>
                  <Person user={user} plain />
                  <span class="soft small">{about}</span>
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
    </section>
  );
}
