import { BlockList, isIP } from 'node:net';

// The special-purpose address registries of IANA, as far as a message must not go there.
const RESERVED_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, with the metadata services of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, with broadcast
];

/**
 * The only IPv6 addresses of public hosts. Excludes loopback, link-local, site-local, unique local and multicast
 * addresses, and all forms outside it that contain an IPv4 address: mapped, compatible, translated and NAT64.
 */
const GLOBAL_IPV6 = '2000::/3';
const RESERVED_IPV6 = [
  '2001::/23', // protocol assignments, with Teredo and benchmarks
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which contains an IPv4 address
  '3ffe::/16', // returned to IANA
  '3fff::/20', // documentation
];

const listOf = (subnets: readonly string[], version: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address, bits] = subnet.split('/') as [string, string];
    list.addSubnet(address, Number(bits), version);
  }
  return list;
};
const reservedIpv4 = listOf(RESERVED_IPV4, 'ipv4');
const globalIpv6 = listOf([GLOBAL_IPV6], 'ipv6');
const reservedIpv6 = listOf(RESERVED_IPV6, 'ipv6');

/**
 * Whether an IP address is one of a host on the internet: not loopback, private, link-local, multicast or reserved, and
 * no IPv6 form of an IPv4 address. Anything that is not an address, or has a zone, is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false;
  switch (isIP(address)) {
    case 4:
      return !reservedIpv4.check(address, 'ipv4');
    case 6:
      return globalIpv6.check(address, 'ipv6') && !reservedIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}
