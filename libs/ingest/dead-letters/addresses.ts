/** Characters that end an address in running text. */
const ENDS = new Set([...' \t\r\n"\'`<>(){}[]|,;:\\/=&?'].map((sign) => sign.charCodeAt(0)));

/** Limits of RFC 5321. They also bound the search before and after each at sign. */
const [MAX_LOCAL, MAX_DOMAIN] = [64, 255];

/** Removes e-mail addresses from a text, in linear time. */
export function withoutAddresses(text: string): string {
  let kept = '';
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', from)) {
    let start = at;
    while (start > from && at - start < MAX_LOCAL && !isEnd(text, start - 1)) start--;
    let end = at + 1;
    while (end < text.length && end - at <= MAX_DOMAIN && !isEnd(text, end)) end++;
    kept += text.slice(from, start);
    from = end;
  }
  return kept + text.slice(from);
}

function isEnd(text: string, at: number): boolean {
  return ENDS.has(text.charCodeAt(at));
}

/** Whether a member's name suggests the address of an invitee. */
export function namesInvitee(name: string, isInvitation: boolean): boolean {
  const plain = name.toLowerCase().replaceAll('_', '').replaceAll('-', '');
  if (plain === 'inviteeemail') return true;
  return isInvitation && (plain.includes('invitee') || plain.includes('mail'));
}

/** Accepted messages are not nested deeper. */
const MAX_DEPTH = 64;

/**
 * The texts in a JSON value that may be invitees' addresses, judged by the names of their members.
 */
export function inviteesIn(value: unknown, isInvitation: boolean, depth = MAX_DEPTH): string[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const found = namesInvitee(name, isInvitation) ? textsIn(member, depth - 1) : [];
    return [...found, ...inviteesIn(member, isInvitation, depth - 1)];
  });
}

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && depth > 0 ? value.flatMap((one) => textsIn(one, depth - 1)) : [];
}

/** The at sign in escaped JSON, in URLs, in HTML and in full width. */
const ENCODED_AT_SIGNS =
  /\\u0040|\\uff20|%(?:25){0,4}40|&#0{0,4}64;|&#x0{0,4}40;|&commat;|\uFF20/gi;

/** Removes all addresses from a text that is not JSON and may be about an invitation. */
export function withoutInvitees(text: string): string {
  if (!text.toLowerCase().includes('invit')) return text;
  return withoutAddresses(text.replace(ENCODED_AT_SIGNS, '@'));
}
