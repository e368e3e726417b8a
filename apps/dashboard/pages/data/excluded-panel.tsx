import type { Exclusions } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Empty, Shown } from '../../components/states.js';
import { Link } from '../../routing/link.js';
import { EXCLUSIONS_PAGE } from '../../labels/exclusions.js';
import { formatCount } from '../../labels/format.js';

/** How many users and organizations the rules exclude, with a link to the rules. */
export function ExcludedPanel({ isAdmin }: { isAdmin: boolean }) {
  return (
    <section class="panel" aria-labelledby="exclusions">
      <header>
        <h2 id="exclusions">Exclusions</h2>
        {isAdmin && (
          <Link class="button" href={EXCLUSIONS_PAGE}>
            Change the rules
          </Link>
        )}
      </header>
      {isAdmin ? (
        <Count />
      ) : (
        <Empty>
          An administrator can leave your own staff and test accounts out of every number.
        </Empty>
      )}
    </section>
  );
}

function Count() {
  const exclusions = useResource<Exclusions>('/api/admin/v1/exclusions');
  return (
    <Shown of={exclusions}>
      {({ excluded: { users, orgs }, email_domains: domains, user_ids, org_ids }) => {
        const rules = domains.length + user_ids.length + org_ids.length;
        return (
          <p class="soft">
            {rules === 0
              ? 'Every user and organization counts. Exclude your own staff and test accounts by e-mail domain or id.'
              : `${formatCount(rules, 'rule')} ${rules === 1 ? 'excludes' : 'exclude'} ${formatCount(users, 'user')} and ${formatCount(orgs, 'organization')} from every number.`}
          </p>
        );
      }}
    </Shown>
  );
}
