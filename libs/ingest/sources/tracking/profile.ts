import type { TraitLists } from '#libs/contracts';
import type { Translation } from '../source.js';
import { isActive, objectIn, firstGiven, traitsOf, type Call } from './call.js';

type Names = Record<'username' | 'first_name' | 'last_name', unknown>;

const OF_ACCOUNT = ['name', 'createdAt', 'created_at'];
const NAMES = ['email', 'username', 'firstName', 'first_name', 'lastName', 'last_name'];

/** Traits that are profile fields of users and accounts, or their times of creation. */
export const PROFILE_TRAITS: TraitLists = {
  user: new Set([...OF_ACCOUNT, ...NAMES]),
  org: new Set(OF_ACCOUNT),
};

/**
 * Translates `identify`. With an e-mail address or `traits.createdAt`, it creates the user at
 * `createdAt`, or at the time of the call. The earliest creation wins, so the order of calls does
 * not matter. Without either, it only sets the profile and the traits. So does a call that is not
 * active, unless it has `createdAt`: a creation at the time of the call would be activity.
 */
export function identify(userId: unknown, call: Call): Translation {
  const traits = traitsOf(call);
  const email = firstGiven(traits['email']);
  const names = namesIn(traits);
  const createdAt = firstGiven(traits['createdAt'], traits['created_at']);
  const profile = { user_id: userId, email, ...names, traits };
  if (createdAt !== undefined || (email !== undefined && isActive(call))) {
    return { events: [{ type: 'user.created', data: { ...profile, created_at: createdAt } }] };
  }
  const isKnown = [email, ...Object.values(names)].some((value) => value !== undefined);
  if (!isKnown && Object.keys(traits).length === 0) return 'unused';
  return { events: [{ type: 'user.updated', data: profile }] };
}

/**
 * Translates `Signed Up`: creates the user, with or without an e-mail address, and adds it to the
 * account that the call names.
 */
export function signedUp(userId: unknown, groupId: unknown, call: Call): readonly unknown[] {
  const traits = traitsOf(call);
  const properties = objectIn(call, 'properties');
  const email = firstGiven(properties['email'], traits['email']);
  const names = namesIn({
    name: traits['name'],
    firstName: firstGiven(properties['first_name'], traits['firstName'], traits['first_name']),
    lastName: firstGiven(properties['last_name'], traits['lastName'], traits['last_name']),
    username: firstGiven(properties['username'], traits['username']),
  });
  const joined = { type: 'user.added_to_org', data: { user_id: userId, org_id: groupId } };
  return [
    { type: 'user.created', data: { user_id: userId, email, ...names } },
    ...(groupId === undefined ? [] : [joined]),
  ];
}

/**
 * The names in traits. `null` clears a name. A whole `name` is split when the traits have no
 * separate parts.
 */
function namesIn(traits: Call): Names {
  const first = 'firstName' in traits ? traits['firstName'] : traits['first_name'];
  const last = 'lastName' in traits ? traits['lastName'] : traits['last_name'];
  const { username } = traits;
  if (first !== undefined || last !== undefined || typeof traits['name'] !== 'string') {
    return { username, first_name: first, last_name: last };
  }
  const [given, ...rest] = traits['name'].trim().split(/\s+/);
  return { username, first_name: given || undefined, last_name: rest.join(' ') || undefined };
}
