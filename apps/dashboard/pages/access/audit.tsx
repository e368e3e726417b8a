import type { AuditPage as AuditEntries } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { OnlyAdmins } from '../../components/only-admins.js';
import { Empty, Shown } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { Link } from '../../routing/link.js';
import { addressOf, changed, navigate, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { AUDIT_ACTIONS, actionName, actorName, detailsText } from '../../labels/audit.js';
import { formatCount, formatMoment } from '../../labels/format.js';

const COLUMNS: readonly Column[] = [['When'], ['Who'], ['Action'], ['From', 'wide-only']];

const AT_ONCE = 50;

/** Who signed in, made keys, changed rules, exported or erased. Only for administrators. */
export function AuditPage({ place }: { place: Place }) {
  const isAdmin = useIsAdmin();
  return (
    <>
      <header class="head">
        <div>
          <Title title="Audit log" />
          <p>Who signed in, and who changed, exported or erased what.</p>
        </div>
        <Link class="button" href="/data">
          Back to Data
        </Link>
      </header>
      {isAdmin ? <Log place={place} /> : <OnlyAdmins />}
    </>
  );
}

function Log({ place }: { place: Place }) {
  const action = place.query.get('action') ?? undefined;
  const before = place.query.get('before') ?? undefined;
  const path = addressOf('/api/admin/v1/audit', { page_size: AT_ONCE, action, before });
  const log = useResource<AuditEntries>(path);
  return (
    <section class="panel" aria-label="Entries">
      <div class="bar">
        <label class="field">
          <span>Action</span>
          <select
            value={action ?? ''}
            onChange={({ currentTarget }) =>
              navigate(changed(place, { action: currentTarget.value, before: undefined }))
            }
          >
            <option value="">all actions</option>
            {AUDIT_ACTIONS.map((one) => (
              <option key={one} value={one}>
                {actionName(one)}
              </option>
            ))}
          </select>
        </label>
        {log.data && (
          <span class="small soft">{formatCount(log.data.total_count, 'entry', 'entries')}</span>
        )}
      </div>
      <Shown of={log}>
        {({ entries, next_before: next }) => (
          <>
            {entries.length > 0 ? <Entries {...{ entries }} /> : <Empty>There are none.</Empty>}
            <p class="bar">
              {before !== undefined && (
                <Link class="button" href={changed(place, { before: undefined })}>
                  Latest
                </Link>
              )}
              {next !== null && (
                <Link class="button" href={changed(place, { before: next })}>
                  Earlier entries
                </Link>
              )}
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}

function Entries({ entries }: Pick<AuditEntries, 'entries'>) {
  return (
    <Table name="Audit log" columns={COLUMNS}>
      {entries.map(({ id, at, actor, action, target, details, ip }) => {
        const [who, how] = actorName(actor);
        return (
          <tr key={id}>
            <th scope="row">{formatMoment(at)}</th>
            <td>
              <bdi class="id">{who}</bdi>
              <span class="soft small block-line">{how}</span>
            </td>
            <td>
              {actionName(action)}
              {target !== null && <bdi class="small block-line id">{target}</bdi>}
              <bdi class="soft small block-line id">{detailsText(details)}</bdi>
            </td>
            <td class="wide-only">{ip ?? '–'}</td>
          </tr>
        );
      })}
    </Table>
  );
}
