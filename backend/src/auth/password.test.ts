import { expect, it } from 'vitest';
import { hashPassword, isPassword } from './password.ts';

it('lets the right password in, however its accents are typed, and no other', async () => {
  const hash = await hashPassword('cora\u00e7\u00e3o de gal\u00e1xia');
  expect(hash).toMatch(/^\$argon2id\$/);
  expect(await isPassword('cora\u00e7\u00e3o de gal\u00e1xia'.normalize('NFD'), hash)).toBe(true);
  expect(await isPassword('coracao de galaxia', hash)).toBe(false);
  expect(await isPassword('', hash)).toBe(false);
});

it.each([null, undefined])('lets nobody in who has no password (%s), whatever they say', async (none) => {
  for (const said of ['', 'nobody has this password', 'password'])
    expect(await isPassword(said, none)).toBe(false);
});
