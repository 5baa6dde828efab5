import { expect, it } from 'vitest';
import { advertised } from './advertise.ts';

const at = (address: string, bits = 24) => ({ device: 'eth0', address, bits });
const both = [at('203.0.113.10', 32), at('10.0.0.10')];

it.each([
  ['the only one', [at('203.0.113.10')], {}, '203.0.113.10'],
  ['the private one of two', both, {}, '10.0.0.10'],
  ['the one that is named', both, { named: '203.0.113.10' }, '203.0.113.10'],
  [
    'the one of the network of its peer',
    [...both, at('192.168.7.2')],
    { peer: '192.168.7.9' },
    '192.168.7.2',
  ],
  ['a public one for a public peer', both, { peer: '198.51.100.4' }, '203.0.113.10'],
  ['a private one for a private peer that a router leads to', both, { peer: '10.9.0.4' }, '10.0.0.10'],
  ['the one of IPv4, where it has both', [at('2001:db8::1', 64), at('203.0.113.10')], {}, '203.0.113.10'],
  ['the one of IPv6, where it has no other', [at('2001:db8::1', 64)], {}, '2001:db8::1'],
])('is reached by the others at %s', (_, addresses, asked, found) =>
  expect(advertised({ addresses }, asked)).toBe(found),
);

it.each([
  [
    'several that are as good',
    [at('10.0.0.10'), at('192.168.7.2')],
    {},
    'several addresses: it has 10.0.0.10, 192.168.7.2',
  ],
  ['none', [], {}, 'no address'],
  ['not the one that is named', both, { named: '192.0.2.1' }, 'no address 192.0.2.1: it has'],
])('has to be told where it has %s', (_, addresses, asked, words) =>
  expect(() => advertised({ addresses }, asked)).toThrow(words),
);
