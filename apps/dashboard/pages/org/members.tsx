import type { OrgMembers } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Person } from '../../components/names.js';
import { Pager } from '../../components/pager.js';
import { Empty, Shown } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { outside } from '../../routing/base.js';
import { addressOf, changed, type Place } from '../../routing/location.js';
import { now } from '../../labels/clock.js';
import { dayOf, formatAgo, formatDay, formatMoment } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';

const COLUMNS: readonly Column[] = [
  ['User'],
  [<Term name="role">Role</Term>],
  [<Term name="since">Since</Term>, 'number wide-only'],
  [<Term name="last_active_at">Last active</Term>, 'number'],
];

const PAGE_SIZE = 25;

/** The current members of an organization, page by page: there may be many thousands. */
export function Members({ path, place }: { path: string; place: Place }) {
  const wanted = Number(place.query.get('page') ?? 1);
  const page = Number.isSafeInteger(wanted) && wanted >= 1 ? wanted : 1;
  const asked = { page_size: PAGE_SIZE, page_number: page - 1 };
  const members = useResource<OrgMembers>(addressOf(`${path}/members`, asked));
  return (
    <section class="panel" aria-labelledby="members">
      <header>
        <h2 id="members">Members</h2>
        <a class="button" href={outside(`${path}/members/csv`)} download>
          Members as CSV
        </a>
      </header>
      <Shown of={members}>
        {(data) => (
          <>
            {data.rows.length === 0 ? (
              <Empty>
                {data.total_count === 0
                  ? 'This organization has no members now.'
                  : 'The list ends before this page.'}
              </Empty>
            ) : (
              <MembersTable rows={data.rows} />
            )}
            {data.total_count > 0 && (
              <Pager
                page={page}
                pageSize={PAGE_SIZE}
                total={data.total_count}
                addressOf={(to) => changed(place, { page: to === 1 ? undefined : to })}
              />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

function MembersTable({ rows }: Pick<OrgMembers, 'rows'>) {
  return (
    <Table name="Members" columns={COLUMNS}>
      {rows.map((row) => (
        <tr key={row.user_id}>
          <th scope="row">
            <Person user={row} />
          </th>
          <td>
            <bdi>{row.role}</bdi>
          </td>
          <td class="number wide-only">
            {row.since === null ? 'unknown' : formatDay(dayOf(row.since))}
          </td>
          <td class="number" title={formatMoment(row.last_active_at)}>
            {formatAgo(row.last_active_at, now() / 1000)}
          </td>
        </tr>
      ))}
    </Table>
  );
}
