import dns from 'node:dns';
import { isIP } from 'node:net';
import { OutboundError, refusedHost } from './outbound-error.js';
import { isPublicAddress } from './public-address.js';

export interface Address {
  address: string;
  family: 4 | 6;
}

/** Finds the addresses of a name. */
export type Resolve = (name: string) => Promise<{ address: string }[]>;

/** The resolver of the operating system, as any other request of this machine uses it. */
export const systemResolve: Resolve = (name) =>
  new Promise((resolve, reject) => {
    dns.lookup(name, { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

/** The host of a URL as a name or an address; an IPv6 address is without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Whether a URL names an address, in any of the forms that URLs allow, that is not public. */
export function namesPrivateAddress(url: URL): boolean {
  const host = hostOf(url);
  return isIP(host) !== 0 && !isPublicAddress(host);
}

/**
 * The addresses of a host. The caller connects to these only: resolving the name again could give others.
 * @throws OutboundError when one of them is not public, unless that is allowed, and when there are none
 */
export async function addressesOf(
  host: string,
  resolve: Resolve,
  allowsPrivate: boolean,
): Promise<Address[]> {
  const found = isIP(host) === 0 ? await resolve(host) : [{ address: host }];
  if (found.length === 0) {
    throw new OutboundError(`The name ${host} has no address: check the URL of the target.`);
  }
  return found.map(({ address }) => {
    const family = isIP(address);
    if (family === 0 || (!allowsPrivate && !isPublicAddress(address))) throw refusedHost(host);
    return { address, family: family === 4 ? 4 : 6 };
  });
}
