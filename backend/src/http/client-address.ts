import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that name a network; the rest its owner chooses as they like. */
const NETWORK_BITS = 64;

/** What a client is counted by: its address, of IPv6 the network, because one client has all addresses of it. */
export function clientAddress(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${NETWORK_BITS}`)}/${NETWORK_BITS}`;
}
