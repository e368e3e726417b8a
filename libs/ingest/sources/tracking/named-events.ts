import type { Translation } from '../source.js';
import {
  NOT_WHOLE,
  groupIdOf,
  isActive,
  isNumber,
  objectIn,
  firstGiven,
  placeOf,
  userIdOf,
  type Call,
} from './call.js';
import { signedUp } from './profile.js';

/** The parts of a `track` call. */
interface Tracked {
  userId: unknown;
  groupId: unknown;
  properties: Call;
  call: Call;
}

interface NamedEvent {
  name: string;
  /** Required parts. A call without a required user is anonymous and unused. */
  needs: readonly ('user' | 'account')[];
  /** `activity`: only activity of the user. */
  events: 'activity' | ((tracked: Tracked) => readonly unknown[]);
}

const membership =
  (type: string) =>
  ({ userId, groupId, properties }: Tracked) => [
    { type, data: { user_id: userId, org_id: groupId, role: firstGiven(properties['role']) } },
  ];

const invited = ({ userId, groupId, properties }: Tracked) => {
  const invitee = {
    invitee_email: properties['invitee_email'],
    role: firstGiven(properties['invitee_role']),
  };
  const data = { inviter_user_id: userId, org_id: groupId, ...invitee };
  return [{ type: 'user.invited_to_org', data }];
};

/** The event names of Segment's specification for B2B SaaS. */
const NAMED_EVENTS: readonly NamedEvent[] = [
  {
    name: 'Signed Up',
    needs: ['user'],
    events: ({ userId, groupId, call }) => signedUp(userId, groupId, call),
  },
  { name: 'Signed In', needs: ['user'], events: 'activity' },
  {
    name: 'Account Created',
    needs: ['account'],
    events: ({ groupId, properties }) => [
      {
        type: 'org.created',
        data: { org_id: groupId, name: firstGiven(properties['account_name']) },
      },
    ],
  },
  {
    name: 'Account Deleted',
    needs: ['account'],
    events: ({ groupId }) => [{ type: 'org.deleted', data: { org_id: groupId } }],
  },
  {
    name: 'Account Added User',
    needs: ['user', 'account'],
    events: membership('user.added_to_org'),
  },
  {
    name: 'Account Removed User',
    needs: ['user', 'account'],
    events: membership('user.removed_from_org'),
  },
  { name: 'Invite Sent', needs: ['user'], events: invited },
];

const BY_PLAIN_NAME = new Map(NAMED_EVENTS.map((named) => [plain(named.name), named]));

/**
 * Normalizes a name: `account_created` equals `Account Created`, and `User Signed Up` equals
 * `Signed Up`.
 */
function plain(name: string): string {
  const words = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ');
  return words.replace(/^user (?=signed )/, '');
}

function namedEvent({ event }: Call): NamedEvent | undefined {
  return typeof event === 'string' ? BY_PLAIN_NAME.get(plain(event)) : undefined;
}

/** The specified name of a `track` call; undefined for any other name. */
export function nameOf(call: Call): string | undefined {
  return namedEvent(call)?.name;
}

/** Translates `track`: specified names become facts, all others activity. */
export function track(call: Call): Translation {
  const userId = userIdOf(call);
  const named = namedEvent(call);
  if (!named || named.events === 'activity') return active(call);
  const groupId = groupIdOf(call);
  if (named.needs.includes('user') && userId === undefined) return 'unused';
  if (named.needs.includes('account') && groupId === undefined) {
    return { errors: { 'context.groupId': ['is required: the id of the account'] } };
  }
  if (isNumber(groupId)) return { errors: { 'context.groupId': [NOT_WHOLE] } };
  return {
    events: named.events({ userId, groupId, properties: objectIn(call, 'properties'), call }),
  };
}

/**
 * Activity of a user, in the account that the call names; unused for anonymous and inactive calls.
 */
export function active(call: Call): Translation {
  if (!isActive(call)) return { unused: 'not active' };
  const userId = userIdOf(call);
  if (userId === undefined) return 'unused';
  const orgId = placeOf(call);
  if (isNumber(orgId)) return { errors: { 'context.groupId': [NOT_WHOLE] } };
  return { events: [{ type: 'user.active', data: { user_id: userId, org_id: orgId } }] };
}
