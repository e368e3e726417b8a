import { isObject } from '#libs/contracts';
import { inviteesIn } from '../../dead-letters/addresses.js';
import type { Source, Translation } from '../source.js';
import {
  CALL_TYPES,
  NOT_WHOLE,
  idOf,
  isNumber,
  objectIn,
  firstGiven,
  userIdOf,
  type Call,
} from './call.js';
import { active, nameOf, track } from './named-events.js';
import { PROFILE_TRAITS, identify } from './profile.js';
import { timeProblem } from './time.js';

/** Calls of Segment's tracking API, which RudderStack and others use too. */
export const source: Source = {
  name: 'tracking',
  profileTraits: PROFILE_TRAITS,
  typeOf: (body) => {
    if (!isObject(body)) return undefined;
    return (body['type'] === 'track' ? nameOf(body) : undefined) ?? knownType(body);
  },
  eventNameOf: (body) => (isObject(body) ? eventNameOf(body) : undefined),
  translate: ({ body }) => (isObject(body) ? translate(body) : notACall()),
  inviteesOf: (body) =>
    isObject(body) ? inviteesIn(body['properties'], nameOf(body) === 'Invite Sent') : [],
};

function translate(call: Call): Translation {
  const wrongTime = timeProblem(call);
  if (wrongTime !== undefined) return { errors: { timestamp: [wrongTime] } };
  const userId = userIdOf(call);
  if (isNumber(userId)) return { errors: { userId: [NOT_WHOLE] } };
  switch (knownType(call)) {
    case 'identify':
      return userId === undefined ? 'unused' : identify(userId, call);
    case 'group':
      return userId === undefined ? 'unused' : group(userId, call);
    case 'track':
      return track(call);
    case 'page':
    case 'screen':
      return active(call);
    case 'alias':
      return 'unused';
    case undefined:
      return { errors: { type: [`must be one of ${CALL_TYPES.join(', ')}`] } };
  }
}

/** Translates `group`: adds the user to the account; with a name, creates it; sets its traits. */
function group(userId: unknown, call: Call): Translation {
  const traits = objectIn(call, 'traits');
  const groupId = idOf(call['groupId'], objectIn(call, 'context')['groupId']);
  if (groupId === undefined) return { errors: { groupId: ['is required'] } };
  if (isNumber(groupId)) return { errors: { groupId: [NOT_WHOLE] } };
  const name = firstGiven(traits['name']);
  const createdAt = firstGiven(traits['createdAt'], traits['created_at']);
  const added = { type: 'user.added_to_org', data: { user_id: userId, org_id: groupId } };
  if (name !== undefined) {
    const data = { org_id: groupId, name, created_at: createdAt, traits };
    return { events: [added, { type: 'org.created', data }] };
  }
  if (Object.keys(traits).length === 0) return { events: [added] };
  return { events: [added, { type: 'org.updated', data: { org_id: groupId, traits } }] };
}

/** The name of a tracked event, or of a shown page or screen; undefined for other calls. */
function eventNameOf(call: Call): string | undefined {
  const type = knownType(call);
  const name = type === 'track' ? call['event'] : call['name'];
  const isNamed = type === 'track' || type === 'page' || type === 'screen';
  return isNamed && typeof name === 'string' ? name : undefined;
}

function knownType(call: Call): (typeof CALL_TYPES)[number] | undefined {
  return CALL_TYPES.find((type) => type === call['type']);
}

function notACall(): Translation {
  return { errors: { call: ['must be an object'] } };
}
