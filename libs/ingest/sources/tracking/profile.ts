import type { Translation } from '../source.js';
import { objectIn, told, traitsOf, type Call } from './call.js';

type Names = Record<'username' | 'first_name' | 'last_name', unknown>;

/**
 * `identify`: with an e-mail address or `traits.createdAt` the user exists, created at `createdAt`, else when
 * the call was made; the earliest of all such calls holds, so that their order does not matter. Without
 * either, only the profile is set.
 */
export function identify(userId: unknown, call: Call): Translation {
  const traits = traitsOf(call);
  const email = told(traits['email']);
  const names = namesIn(traits);
  const createdAt = told(traits['createdAt'], traits['created_at']);
  if (email !== undefined || createdAt !== undefined) {
    const data = { user_id: userId, email, created_at: createdAt, ...names };
    return { events: [{ type: 'user.created', data }] };
  }
  if (Object.values(names).every((name) => name === undefined)) return 'unused';
  return { events: [{ type: 'user.updated', data: { user_id: userId, ...names } }] };
}

/**
 * `Signed Up`: the user exists from then on, with or without an e-mail address, and is a member of the account
 * that the call names.
 */
export function signedUp(userId: unknown, groupId: unknown, call: Call): readonly unknown[] {
  const traits = traitsOf(call);
  const properties = objectIn(call, 'properties');
  const email = told(properties['email'], traits['email']);
  const names = namesIn({
    name: traits['name'],
    firstName: told(properties['first_name'], traits['firstName'], traits['first_name']),
    lastName: told(properties['last_name'], traits['lastName'], traits['last_name']),
    username: told(properties['username'], traits['username']),
  });
  const joined = { type: 'user.added_to_org', data: { user_id: userId, org_id: groupId } };
  return [
    { type: 'user.created', data: { user_id: userId, email, ...names } },
    ...(groupId === undefined ? [] : [joined]),
  ];
}

/** A trait that is `null` clears the name; a whole `name` is parted when its parts are not told. */
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
