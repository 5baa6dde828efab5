import { BlockList, isIP } from 'node:net';
import { ConductorError, exitCode } from '../../../errors.ts';
import type { Facts } from './facts.ts';

const privateNetworks = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  privateNetworks.addSubnet(network, bits);
privateNetworks.addSubnet('fc00::', 7, 'ipv6');

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
export const isPrivate = (address: string): boolean => privateNetworks.check(address, family(address));

/**
 * The address by which other servers reach a machine: the one that was named; else, where it is to reach another server, one of the same
 * network; else the private one; else the only one.
 * @param peer address of a server that it is to join
 * @throws {ConductorError} `server.address` (exit 2) where it has to be named
 */
export function advertised(
  { addresses }: Pick<Facts, 'addresses'>,
  { named, peer }: { readonly named?: string | undefined; readonly peer?: string | undefined } = {},
): string {
  const list = addresses.map(({ address }) => address);
  if (named !== undefined) {
    if (list.includes(named)) return named;
    throw which(`The machine has no address ${named}`, list);
  }
  if (peer !== undefined) {
    const near = addresses.filter(({ address, bits }) => {
      if (family(address) !== family(peer)) return false;
      const network = new BlockList();
      network.addSubnet(address, bits, family(address));
      return network.check(peer, family(peer));
    });
    if (near.length === 1) return near[0]!.address;
  }
  const fours = list.filter((address) => isIP(address) === 4);
  const usual = fours.length > 0 ? fours : list;
  const inNetwork = usual.filter(isPrivate);
  // From outside nobody gets to a private one.
  const choice = peer !== undefined && !isPrivate(peer) ? usual.filter((one) => !isPrivate(one)) : inNetwork;
  const found = choice.length > 0 ? choice : usual;
  if (found.length === 1) return found[0]!;
  throw which(found.length === 0 ? 'The machine has no address' : 'The machine has several addresses', list);
}

const which = (what: string, addresses: readonly string[]) =>
  new ConductorError({
    code: 'server.address',
    message: `${what}${addresses.length > 0 ? `: it has ${addresses.join(', ')}` : ''}.`,
    hint: 'Say by which of them the other servers reach it: --advertise ADDRESS.',
    exit: exitCode.usage,
  });
