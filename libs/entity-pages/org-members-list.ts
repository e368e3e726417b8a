import type { OrgMember, ReadPoint, Witnesses } from '#libs/facts';

/** All current and former members of an org, as of a read point. */
export interface OrgMembersList {
  orgKey: number;
  /** By position: ordered by key, later ones behind. */
  members: readonly OrgMember[];
  /** The keys of the members. */
  keys: Int32Array;
  /** The position of each key. The same object as long as positions keep their meaning. */
  positions: Map<number, number>;
  /** The number of positions for which later members have room. */
  room: number;
  /** The positions of the existing users with an open span. */
  present: Int32Array;
  /** The number of open spans, of deleted users and ids known only by mention too. */
  numUsers: number;
  /** Not later than the data. */
  readPoint: ReadPoint;
  /** The witnesses of the keys of all members. */
  witnesses: Witnesses;
  /** The state of the excluded users and orgs that the list follows. */
  exclusions: string;
}

/** What is known of the store at a reading. */
export type ReadState = Pick<OrgMembersList, 'readPoint' | 'witnesses' | 'exclusions'>;

/** Room for later members, as a share of those that there are. */
const SPARE_SHARE = 1 / 64;
const LEAST_SPARE = 32;

/** A list of members that were all read now. @param members ordered by key */
export function newList(
  orgKey: number,
  members: readonly OrgMember[],
  state: ReadState,
): OrgMembersList {
  const positions = new Map<number, number>();
  for (let position = 0; position < members.length; position++)
    positions.set(members[position]!.userKey, position);
  const room = Math.ceil(members.length * (1 + SPARE_SHARE)) + LEAST_SPARE;
  return { ...state, ...{ orgKey, positions, room }, ...columnsOf(members) };
}

/**
 * The list with some members that were read again, or that are new.
 * @returns undefined when it has no room for the new ones
 */
export function withChanged(
  list: OrgMembersList,
  changed: readonly OrgMember[],
  state: ReadState,
): OrgMembersList | undefined {
  if (changed.length === 0) return { ...list, ...state };
  const { positions, room } = list;
  const members = [...list.members];
  for (const member of changed) {
    const position = positions.get(member.userKey) ?? members.length;
    if (position === room) return undefined;
    positions.set(member.userKey, position);
    members[position] = member;
  }
  return { ...list, ...state, ...columnsOf(members) };
}

function columnsOf(
  members: readonly OrgMember[],
): Pick<OrgMembersList, 'members' | 'keys' | 'present' | 'numUsers'> {
  const keys = new Int32Array(members.length);
  const present = new Int32Array(members.length);
  let [count, numUsers] = [0, 0];
  for (let position = 0; position < members.length; position++) {
    const { userKey, exists, spans } = members[position]!;
    keys[position] = userKey;
    if (spans.at(-1)?.to !== Infinity) continue;
    numUsers++;
    if (exists) present[count++] = position;
  }
  return { members, keys, present: present.subarray(0, count), numUsers };
}
