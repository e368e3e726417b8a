/** What an address cannot have in it, roughly: it ends there in any text. */
const ENDS = new Set([...' \t\r\n"\'`<>(){}[]|,;:\\/=&?'].map((sign) => sign.charCodeAt(0)));

/** By RFC 5321; what is longer is no address, and reading it again for each sign would take long. */
const [MAX_LOCAL, MAX_DOMAIN] = [64, 255];

/** A text without the e-mail addresses in it. Reads each character a fixed number of times. */
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

/** Whether a member of an invitation, by its name, may be the invited person's address. */
export function namesInvitee(name: string, isInvitation: boolean): boolean {
  const plain = name.toLowerCase().replaceAll('_', '').replaceAll('-', '');
  if (plain === 'inviteeemail') return true;
  return isInvitation && (plain.includes('invitee') || plain.includes('mail'));
}

/** No message that is read is nested deeper. */
const MAX_DEPTH = 64;

/** The texts in a value of JSON that may be addresses of invited people, by the names of their members. */
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

/** At signs in escaped JSON, in URLs, in HTML, and the wide one of East Asian texts. */
const ENCODED_AT_SIGNS =
  /\\u0040|\\uff20|%(?:25){0,4}40|&#0{0,4}64;|&#x0{0,4}40;|&commat;|\uFF20/gi;

/** A text that may be about an invitation and is no JSON, without the addresses in it. */
export function withoutInvitees(text: string): string {
  if (!text.toLowerCase().includes('invit')) return text;
  return withoutAddresses(text.replace(ENCODED_AT_SIGNS, '@'));
}
