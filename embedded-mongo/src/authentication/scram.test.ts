import { expect, test } from 'vitest';
import { Exchange, MalformedMessage, verifierOf } from './scram.ts';

/** The example of https://www.rfc-editor.org/rfc/rfc7677#section-3 */
const verifier = verifierOf('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096);
const ownNonce = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const first = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
const last =
  'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
const begin = (message = first) => new Exchange(message, () => verifier, ownNonce);

test("the RFC's example", () => {
  const exchange = begin();
  expect(exchange.username).toBe('user');
  expect(exchange.challenge).toBe(
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  );
  expect(exchange.finish(last)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

test.each([
  ['another proof', last.replace('p=dHz', 'p=eHz')],
  ['a proof that is too short', last.replace(/p=.*/, 'p=dHzb')],
  ['no proof', last.replace(/,p=.*/, '')],
  ["somebody else's nonce", last.replace('Iu', 'Iv').replace('hvY', 'hvZ')],
  ['another header, so another channel binding', last.replace('c=biws', 'c=eSws')],
  ['an extension that the proof does not cover', last.replace(',p=', ',x=1,p=')],
  ['nothing', ''],
])('the proof is wrong: %s', (_, message) => {
  expect(begin().finish(message)).toBeNull();
});

test('a name may have a comma and an equals sign', () => {
  expect(begin('n,,n=a=2Cb=3Dc,r=abc').username).toBe('a,b=c');
});

test.each([
  ['channel binding', 'p=tls-unique,,n=user,r=abc'],
  ['another identity', 'n,a=root,n=user,r=abc'],
  ['an extension that must be known', 'n,,m=x,n=user,r=abc'],
  ['an unknown escape', 'n,,n=us=41er,r=abc'],
  ['no nonce', 'n,,n=user'],
  ['nothing', ''],
])('not begun: %s', (_, message) => {
  expect(() => begin(message)).toThrow(MalformedMessage);
});

test('two exchanges have two nonces', () => {
  const challenges = [1, 2].map(() => new Exchange(first, () => verifier).challenge);
  expect(challenges[0]).not.toBe(challenges[1]);
});
