import type { OrgActivity } from '#libs/contracts';
import type { Resource } from '../../api/resource.js';
import { Empty, Shown } from '../../components/states.js';
import { now } from '../../labels/clock.js';
import { formatAgo, formatCount, formatNumber, formatShare } from '../../labels/format.js';
import { nameOf, userAddress } from '../../labels/names.js';
import { Term } from '../../labels/terms.js';
import { Link } from '../../routing/link.js';

/** The people to contact, with role, address and last activity. */
export function WhomToCall({ of }: { of: Resource<OrgActivity> }) {
  return (
    <section class="panel" aria-labelledby="call">
      <header>
        <h2 id="call">
          <Term name="contacts">Whom to call</Term>
        </h2>
      </header>
      <Shown of={of}>
        {({ contacts }) =>
          contacts.length === 0 ? (
            <Empty>No owner or administrator is known.</Empty>
          ) : (
            <ul class="rows" aria-labelledby="call">
              {contacts.map((contact) => (
                <li key={contact.user_id}>
                  <span>
                    <Link href={userAddress(contact.user_id)}>
                      <bdi>{nameOf(contact)}</bdi>
                    </Link>{' '}
                    (<bdi>{contact.role}</bdi>)
                    {contact.email && (
                      <a
                        class="block-line small"
                        href={`mailto:${encodeURIComponent(contact.email)}`}
                      >
                        <bdi>{contact.email}</bdi>
                      </a>
                    )}
                  </span>
                  <span class="soft small">
                    active {formatAgo(contact.last_active_at, now() / 1000)}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  );
}

/** How many members there are, and how many of them are active. */
export function Seats({ of }: { of: Resource<OrgActivity> }) {
  return (
    <section class="panel" aria-labelledby="seats">
      <header>
        <h2 id="seats">
          <Term name="seats">Seats</Term>
        </h2>
      </header>
      <Shown of={of}>
        {({ health_over_time: days }) => {
          const today = days.at(-1);
          if (!today) return <Empty>There is no data yet.</Empty>;
          const { num_users: members, active_users: active } = today;
          if (members === 0) return <Empty>This organization has no members now.</Empty>;
          return (
            <p class="total">
              <strong>{formatShare(Math.min(active, members) / members)}</strong>
              <span class="small soft">
                of <Term name="num_users">{formatCount(members, 'member')}</Term> active in 30 days
                (<Term name="active_users_30">{formatNumber(active)}</Term>)
              </span>
            </p>
          );
        }}
      </Shown>
    </section>
  );
}
