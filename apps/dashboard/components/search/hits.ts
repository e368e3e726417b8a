import type { OrgIndex, UserIndex } from '#libs/contracts';
import { useEffect, useState } from 'preact/hooks';
import { get, type Failure } from '../../api/client.js';
import { formatNumber } from '../../labels/format.js';
import { nameOf, orgAddress, userAddress } from '../../labels/names.js';
import { addressOf } from '../../routing/location.js';

const AT_ONCE = 5;
const DEBOUNCE_MS = 150;

/** Something that a search leads to: a user, an organization, or the whole list. */
interface Hit {
  name: string;
  /** Shown below the name. */
  note?: string | undefined;
  href: string;
}

export interface HitGroup {
  title: string;
  hits: Hit[];
}

export interface Found {
  /** The text that was searched. */
  text: string;
  groups: HitGroup[];
  failure?: string;
}

const NOTHING: Found = { text: '', groups: [] };

/** The first users and organizations that contain a text. Requests for earlier texts are aborted. */
export function useHits(text: string): Found {
  const [found, setFound] = useState(NOTHING);
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === '') return setFound(NOTHING);
    const abandon = new AbortController();
    const timer = setTimeout(() => {
      find(wanted, abandon.signal).then(
        (groups) => abandon.signal.aborted || setFound({ text: wanted, groups }),
        ({ message }: Failure) =>
          abandon.signal.aborted || setFound({ text: wanted, groups: [], failure: message }),
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abandon.abort();
    };
  }, [wanted]);
  return found;
}

async function find(search: string, signal: AbortSignal): Promise<HitGroup[]> {
  const path = (subject: string) =>
    addressOf(`/api/insights/v1/${subject}`, { search, page_size: AT_ONCE });
  const [users, orgs] = await Promise.all([
    get<UserIndex>(path('users'), signal),
    get<OrgIndex>(path('orgs'), signal),
  ]);
  const groups = [
    {
      title: 'Users',
      hits: [...users.rows.map(userHit), ...allOf('/users', search, users.total_count)],
    },
    {
      title: 'Organizations',
      hits: [...orgs.rows.map(orgHit), ...allOf('/orgs', search, orgs.total_count)],
    },
  ];
  return groups.filter(({ hits }) => hits.length > 0);
}

const userHit = (user: UserIndex['rows'][number]): Hit => {
  const name = nameOf(user);
  const note = [user.email, user.username].find((text) => text && text !== name);
  return { name, note: note ?? undefined, href: userAddress(user.user_id) };
};

const orgHit = ({ org_id: id, name }: OrgIndex['rows'][number]): Hit => ({
  name,
  href: orgAddress(id),
});

/** A link to the whole list, when it is longer than the part that is shown. */
function allOf(path: string, search: string, total: number): Hit[] {
  if (total <= AT_ONCE) return [];
  return [
    {
      name: `All ${formatNumber(total)} that contain “${search}”`,
      href: addressOf(path, { q: search }),
    },
  ];
}
