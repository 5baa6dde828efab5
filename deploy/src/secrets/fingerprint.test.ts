import { expect, test } from 'vitest';
import { emptyDocument } from './document.ts';
import { fingerprint } from './fingerprint.ts';

const { fingerprintKey } = emptyDocument('production');

test('a fingerprint changes with the value, the name and the key, and with nothing else', () => {
  const one = fingerprint(fingerprintKey, 'TOKEN', 'value');
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(fingerprintKey, 'TOKEN', 'value')).toBe(one);
  expect(fingerprint(fingerprintKey, 'TOKEN', 'other')).not.toBe(one);
  expect(fingerprint(fingerprintKey, 'OTHER', 'value')).not.toBe(one);
  expect(fingerprint(emptyDocument('production').fingerprintKey, 'TOKEN', 'value')).not.toBe(one);
});
