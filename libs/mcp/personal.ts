import { PROFILE_FIELDS, isObject } from '#libs/contracts';

/** The members of replies that contain the names and addresses of people. */
const PERSONAL: ReadonlySet<string> = new Set([...PROFILE_FIELDS, 'signup_query_parameters']);

/** A copy of a reply without the names and addresses of people. Names of organizations stay. */
export function withoutPersonalData(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(withoutPersonalData);
  if (!isObject(reply)) return reply;
  return Object.fromEntries(
    Object.entries(reply)
      .filter(([name]) => !PERSONAL.has(name))
      .map(([name, value]) => [name, withoutPersonalData(value)]),
  );
}
