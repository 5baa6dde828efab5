import { expect, it } from 'vitest';
import { Sealer } from './signed-cookie.ts';

const [old, current] = ['the-key-of-last-year', 'the-key-of-this-year'];
const value = { state: 'abc' };

it('opens what it sealed, until its end, for its own purpose', () => {
  const sealer = new Sealer({ SECRET_KEY: current }, 'flow');
  const sealed = sealer.seal(value, 1000, 0);
  expect(sealer.open(sealed, 999)).toEqual(value);
  expect(sealer.open(sealed, 1000)).toBeUndefined();
  expect(new Sealer({ SECRET_KEY: current }, 'other').open(sealed, 1)).toBeUndefined();
  expect(sealer.open(`${sealed.slice(0, -2)}AA`, 1)).toBeUndefined();
  expect(sealer.open(`${sealed}.x`, 1)).toBeUndefined();
});

it('while a key is rotated, accepts the one before and signs with the new one', () => {
  const [before, during, after] = [
    new Sealer({ SECRET_KEY: old }, 'flow'),
    new Sealer({ SECRET_KEY: current, SECRET_KEY_PREVIOUS: old }, 'flow'),
    new Sealer({ SECRET_KEY: current }, 'flow'),
  ];
  const sealed = before.seal(value, 1000, 0);
  expect(during.open(sealed, 1)).toEqual(value);
  expect(after.open(sealed, 1)).toBeUndefined();
  expect(before.open(during.seal(value, 1000, 0), 1)).toBeUndefined();
  expect(after.open(during.seal(value, 1000, 0), 1)).toEqual(value);
});
