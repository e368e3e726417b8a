/** One local part, one domain, no quotes, spaces or control characters. */
const ADDRESS = /^[^\s@"<>(),:;\\[\]\p{C}]+@[^\s@"<>(),:;\\[\]\p{C}]+$/u;
const DOMAIN = /^@[^\s@"<>(),:;\\[\]\p{C}]+$/u;
const MAX_CHARACTERS = 254;

/**
 * An address in the form used for comparison.
 * @returns undefined for a text that is not one plain address
 */
export function comparableAddress(text: string): string | undefined {
  return text.length <= MAX_CHARACTERS && ADDRESS.test(text) ? lowerCase(text) : undefined;
}

/** An entry of a list of addresses and domains (`@example.com`); undefined for another text. */
export function listEntry(text: string): string | undefined {
  return DOMAIN.test(text) ? lowerCase(text) : comparableAddress(text);
}

/** Whether a list has an address or its domain. A domain does not include its subdomains. */
export function isListed(email: string, list: readonly string[]): boolean {
  return list.includes(email) || list.includes(email.slice(email.lastIndexOf('@')));
}

/** Changes only ASCII letters: others, such as the Kelvin sign, have a lower case that is another letter. */
function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
