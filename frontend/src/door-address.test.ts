import { expect, it } from 'vitest';
import { doorAddress } from './door-address.ts';

it.each([
  ['/login?next=%2Fleads%3Fq%3Da', { screen: 'login', token: '', search: { next: '/leads?q=a' } }],
  ['/login?next=https%3A%2F%2Fx.example', { screen: 'login', token: '', search: {} }],
  ['/login/?error=google', { screen: 'login', token: '', search: { error: 'google' } }],
  ['/login?saved=password', { screen: 'login', token: '', search: { saved: 'password' } }],
  ['/invite/a_B-1', { screen: 'invite', token: 'a_B-1', search: {} }],
  ['/reset/a%20b', { screen: 'reset', token: 'a b', search: {} }],
  ['/door.html', undefined],
  ['/', undefined],
])('%s', (address, expected) => {
  expect(doorAddress(new URL(address, 'http://crm.example'))).toEqual(expected);
});
