const ENCODE =
  'in the user name and password, write # / ? @ : % and spaces as %23 %2F %3F %40 %3A %25 and %20';

/**
 * The problem with an address that may contain a user name and a password, as the end of a sentence about the setting;
 * undefined when the address is valid. Never quotes the address.
 */
export function addressProblem(
  value: string,
  schemes: readonly string[],
  example: string,
): string | undefined {
  const begin = schemes.map((scheme) => `${scheme}://`).join(' or ');
  if (!schemes.some((scheme) => value.startsWith(`${scheme}://`))) {
    return `must be an address that begins with ${begin}`;
  }
  const address = parse(value);
  if (address === undefined || !isDecodable(address)) {
    return `must be an address such as ${example}; ${ENCODE}`;
  }
  // The text after an unencoded character in a password is parsed as a path, a query or a fragment.
  if (address.hash !== '' || `${address.pathname}${address.search}`.includes('@')) {
    return `has an unencoded character in its user name or password; ${ENCODE}`;
  }
  return undefined;
}

/** Whether the query of an address has a parameter. */
export function hasParameter(value: string, name: string): boolean {
  return parse(value)?.searchParams.has(name) ?? false;
}

/**
 * Makes an address valid for `URL`: one with a user but without a host, as for Unix sockets
 * (`postgresql://user@/database?host=/run/postgresql`), gets `localhost`, which its parameter `host` overrides.
 */
export function withHost(value: string): string {
  return URL.canParse(value) ? value : value.replace('@/', '@localhost/');
}

function parse(value: string): URL | undefined {
  const complete = withHost(value);
  return URL.canParse(complete) ? new URL(complete) : undefined;
}

function isDecodable({ username, password, pathname, hostname }: URL): boolean {
  try {
    for (const part of [username, password, pathname, hostname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
