import { PROFILE_FIELDS, type DisplayUser, type Subject } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { readManyOrgs, readManyUsers, type DisplayOrg } from '#libs/facts';
import { csvText } from '#libs/platform';

/** The columns of `profileCells`. */
export const PROFILE_COLUMNS: Record<Subject, readonly string[]> = {
  user: ['user_id', ...PROFILE_FIELDS, 'orgs'],
  org: ['org_id', 'name'],
};

/**
 * The cells of profiles as CSV, separated by commas, in the order of the keys; undefined for deleted and excluded
 * users and orgs, and for those that a search does not find. One string per row: as objects, rows outlive the young
 * generation while a portion is read, and a quarter of the CPU went into garbage collection.
 * @param wanted a text in lower case that a name, an address or an org must contain, as in the dashboard's search
 */
export function profileCells(
  db: Connection,
  subject: Subject,
  keys: Uint32Array,
  wanted = '',
): Promise<(string | undefined)[]> {
  return subject === 'user' ? userCells(db, keys, wanted) : orgCells(db, keys, wanted);
}

async function userCells(db: Connection, keys: Uint32Array, wanted: string) {
  const profiles = new Array<string | undefined>(keys.length).fill(undefined);
  const orgs = new Array<string>(keys.length).fill('');
  const isFound = new Uint8Array(keys.length).fill(wanted === '' ? 1 : 0);
  await readManyUsers(db, keys, {
    user: (position, display) => {
      profiles[position] = displayCells(display);
      if (wanted !== '' && nameOrFieldHas(display, wanted)) isFound[position] = 1;
    },
    membership: (position, { name }, role) => {
      const before = orgs[position]!;
      orgs[position] = `${before}${before === '' ? '' : '; '}${name} (${role})`;
      if (wanted !== '' && has(name, wanted)) isFound[position] = 1;
    },
  });
  return profiles.map((profile, position) =>
    profile !== undefined && isFound[position] === 1
      ? `${profile},${csvText(orgs[position]!)}`
      : undefined,
  );
}

async function orgCells(db: Connection, keys: Uint32Array, wanted: string) {
  const cells = new Array<string | undefined>(keys.length).fill(undefined);
  await readManyOrgs(db, keys, (position, org) => {
    if (has(org.name, wanted)) cells[position] = nameCells(org);
  });
  return cells;
}

function displayCells(display: DisplayUser): string {
  let cells = csvText(display.user_id);
  for (const field of PROFILE_FIELDS) cells += `,${csvText(display[field])}`;
  return cells;
}

/** The cells of an org. */
export function nameCells({ orgId, name }: DisplayOrg): string {
  return `${csvText(orgId)},${csvText(name)}`;
}

function nameOrFieldHas(display: DisplayUser, wanted: string): boolean {
  const name = [display.first_name, display.last_name].filter(Boolean).join(' ');
  return has(name, wanted) || PROFILE_FIELDS.some((field) => has(display[field] ?? '', wanted));
}

function has(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted);
}
