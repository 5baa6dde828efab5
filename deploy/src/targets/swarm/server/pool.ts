import { BlockList } from 'node:net';
import type { Facts } from './facts.ts';

/** From which the networks of containers are taken: Docker's own choice first. All lie within what services take for their own network. */
const pools = ['10.0.0.0/8', '10.200.0.0/16', '10.100.0.0/16', '172.30.0.0/16'] as const;

/**
 * Networks for containers that are none of the machine's: what it reaches there, such as a database of the provider's private network, they
 * would not. Undefined: Docker's own choice is good, or none of ours is.
 */
export function poolFor({ addresses, routes }: Pick<Facts, 'addresses' | 'routes'>): string | undefined {
  const own = [...addresses.map(({ address, bits }) => `${address}/${bits}`), ...routes].filter(
    (network) => !network.includes(':'),
  );
  const free = pools.find((pool) => !own.some((network) => overlap(pool, network)));
  return free === pools[0] ? undefined : free;
}

const overlap = (one: string, other: string): boolean => contains(one, other) || contains(other, one);

/** The first address of `inner` lies in `outer`. */
function contains(outer: string, inner: string): boolean {
  const [address = '', bits] = outer.split('/');
  const network = new BlockList();
  network.addSubnet(address, Number(bits ?? 32));
  return network.check(inner.split('/')[0]!);
}
