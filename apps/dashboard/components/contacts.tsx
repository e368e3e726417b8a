import type { OrgContacts, Subject } from '#libs/contracts';
import { Link } from '../routing/link.js';
import { formatDay } from '../labels/format.js';
import { nameOf, userAddress } from '../labels/names.js';
import { Term } from '../labels/terms.js';

export type OrgContact = OrgContacts['rows'][number];

/** The contacts loaded so far, by org id. */
export type ContactsByOrg = ReadonlyMap<string, OrgContact>;

export function contactsByOrg(...replies: (OrgContacts | undefined)[]): ContactsByOrg {
  const rows = replies.flatMap((reply) => reply?.rows ?? []);
  return new Map(rows.map((row) => [row.org_id, row]));
}

const WARNINGS = ['churn', 'slipping', 'champion_lost', 'owner_lost'];

/** Whether a report shows contacts: those of organizations that may need a call do. */
export const isCalled = ({ subject, report }: { subject: Subject; report: string }): boolean =>
  subject === 'org' && WARNINGS.includes(report);

/** The last active day of an organization. @param isQuiet whether it has not come since */
export function LastActive({
  of: { last_active_day: day },
  isQuiet,
}: {
  of: OrgContact;
  isQuiet: boolean;
}) {
  return (
    <Term name="last_active_day">
      {day === null
        ? 'never active'
        : `${isQuiet ? 'quiet since' : 'last active'} ${formatDay(day)}`}
    </Term>
  );
}

/** The champion that an organization lost. @param of undefined until the contacts are loaded */
export function Champion({ of }: { of: OrgContact | undefined }) {
  if (!of) return <>…</>;
  if (!of.champion) return <>a user deleted since</>;
  return (
    <Link href={userAddress(of.champion.user_id)}>
      <bdi>{nameOf(of.champion)}</bdi>
    </Link>
  );
}

interface Props {
  of: OrgContact;
  /** The number of contacts to show. */
  most?: number;
  /** Whether to add the e-mail addresses. */
  withMail?: boolean;
}

/** The contacts of an organization: its owners or administrators. */
export function Contacts({ of: { contacts }, most = contacts.length, withMail }: Props) {
  if (contacts.length === 0) return <>No owner or administrator is known.</>;
  const more = contacts.length - most;
  return (
    <>
      {!withMail && (
        <>
          <Term name="contacts">Call</Term>{' '}
        </>
      )}
      {contacts.slice(0, most).map((contact, index) => (
        <span key={contact.user_id} class={withMail ? 'block-line' : undefined}>
          {index > 0 && !withMail && ', '}
          <Link href={userAddress(contact.user_id)} title={contact.email ?? undefined}>
            <bdi>{nameOf(contact)}</bdi>
          </Link>{' '}
          (<bdi>{contact.role}</bdi>)
          {withMail && contact.email && (
            <span class="wide-word">
              {' '}
              <a href={`mailto:${encodeURIComponent(contact.email)}`}>
                <bdi>{contact.email}</bdi>
              </a>
            </span>
          )}
        </span>
      ))}
      {more > 0 && ` +${more}`}
    </>
  );
}
