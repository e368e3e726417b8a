import { BlockList, isIP } from 'node:net';

/** The loopback addresses. */
export const LOOPBACK = '127.0.0.0/8,::1/128';
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Parses a comma-separated list of addresses and CIDRs; `none` is an empty list.
 * @returns undefined when an entry is neither
 */
export function addressList(value: string): BlockList | undefined {
  const list = new BlockList();
  const entries = value === 'none' ? [] : value.split(',').map((entry) => entry.trim());
  return entries.every((entry) => add(list, entry)) ? list : undefined;
}

/** An address in the form used for comparison: IPv4 written as IPv6 (`::ffff:10.0.0.1`) becomes IPv4. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

/** Whether a list contains an address. */
export function holds(list: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

function add(list: BlockList, entry: string): boolean {
  const [given = '', length, ...rest] = entry.split('/');
  const address = plainAddress(given);
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  const bits = version === 4 ? 32 : 128;
  const cut = address === given ? 0 : 96;
  const prefix = length === undefined ? bits : wholeBits(length) - cut;
  if (!(prefix >= 0 && prefix <= bits)) return false;
  list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

function wholeBits(length: string): number {
  return /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
}
