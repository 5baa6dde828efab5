import { expect, it } from 'vitest';
import { poolFor } from './pool.ts';

const at = (address: string, bits = 24) => ({ device: 'eth0', address, bits });

it.each([
  ['a public address alone', [at('203.0.113.10', 32)], [], undefined],
  ['a private network of 192.168', [at('192.168.1.7')], [], undefined],
  ['a private network of 10', [at('10.0.0.2', 32)], ['10.0.0.0/16'], '10.200.0.0/16'],
  ['one that has also the next', [at('10.0.0.2', 32)], ['10.200.0.0/13'], '10.100.0.0/16'],
  ['the whole of 10', [at('10.1.2.3', 8)], [], '172.30.0.0/16'],
  ['everything that there is', [at('10.1.2.3', 8)], ['172.16.0.0/12'], undefined],
  ['one of IPv6', [at('2001:db8::1', 64)], ['fe80::/64'], undefined],
])('takes networks for containers that are not those of a machine with %s', (_, addresses, routes, pool) =>
  expect(poolFor({ addresses, routes })).toBe(pool),
);
