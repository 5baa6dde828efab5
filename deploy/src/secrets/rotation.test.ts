import { expect, test } from 'vitest';
import { finishRotation, generateSecret, rotateSecret } from './rotation.ts';

const environment = 'production';

test('with an overlap the old value stays accepted until the rotation is finished', () => {
  const rotated = rotateSecret({ SECRET_KEY: 'old', OTHER: 'x' }, 'SECRET_KEY', 'new', {
    overlap: true,
    environment,
  });
  expect(rotated).toEqual({ SECRET_KEY: 'new', SECRET_KEY_PREVIOUS: 'old', OTHER: 'x' });
  expect(finishRotation(rotated, 'SECRET_KEY', environment)).toEqual({ SECRET_KEY: 'new', OTHER: 'x' });
});

test('without an overlap the old value is gone at once', () => {
  expect(rotateSecret({ API: 'old' }, 'API', 'new', { overlap: false, environment })).toEqual({ API: 'new' });
});

test('a second rotation does not end the first one by the way', () => {
  const rotated = rotateSecret({ SECRET_KEY: '1' }, 'SECRET_KEY', '2', { overlap: true, environment });
  expect(() => rotateSecret(rotated, 'SECRET_KEY', '3', { overlap: true, environment })).toThrow(
    expect.objectContaining({ code: 'secrets.rotation-open' }),
  );
});

test('refuses what is not there or would change nothing', () => {
  expect(() => rotateSecret({}, 'API', 'new', { overlap: false, environment })).toThrow(
    expect.objectContaining({ code: 'secrets.unknown-name' }),
  );
  expect(() => rotateSecret({ API: 'same' }, 'API', 'same', { overlap: false, environment })).toThrow(
    expect.objectContaining({ code: 'secrets.not-rotated' }),
  );
  expect(() => finishRotation({ API: 'x' }, 'API', environment)).toThrow(
    expect.objectContaining({ code: 'secrets.unknown-name' }),
  );
});

test('a generated secret is long, different each time, and needs no quoting', () => {
  const secrets = new Set(Array.from({ length: 100 }, () => generateSecret()));
  expect(secrets.size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{64}$/);
});
