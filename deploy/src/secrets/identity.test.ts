import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIdentity, findIdentity, recipientsOf, requireIdentity } from './identity.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'identity-'));
});
afterEach(() => rm(root, { recursive: true }));

const keyPath = () => path.join(root, '.conductor', 'age.key');

test('a new key is private, out of git, and found again', async () => {
  const recipient = await createIdentity(root);
  expect((await stat(keyPath())).mode & 0o777).toBe(0o600);
  expect(await readFile(path.join(root, '.conductor', '.gitignore'), 'utf8')).toBe('*\n');
  expect(await recipientsOf(await requireIdentity(root, {}))).toEqual([recipient]);
});

test('an existing key is never replaced', async () => {
  await createIdentity(root);
  const before = await readFile(keyPath(), 'utf8');
  await expect(createIdentity(root)).rejects.toMatchObject({ code: 'secrets.key-exists' });
  expect(await readFile(keyPath(), 'utf8')).toBe(before);
});

test('the variable wins over the file', async () => {
  await createIdentity(root);
  const key = await generateX25519Identity();
  expect(await findIdentity(root, { CONDUCTOR_AGE_KEY: `# of ci\n${key}\n` })).toEqual({
    keys: [key],
    source: 'CONDUCTOR_AGE_KEY',
  });
});

test('no key at all is null, or an error for those who need one', async () => {
  expect(await findIdentity(root, {})).toBeNull();
  await expect(requireIdentity(root, {})).rejects.toMatchObject({ code: 'secrets.no-key', exit: 3 });
});

test.each(['', '# only a comment', 'AGE-SECRET-KEY-1BROKEN'])(
  'a key that is none is refused without being repeated: %j',
  async (text) => {
    const refusal = await findIdentity(root, { CONDUCTOR_AGE_KEY: text }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'secrets.bad-key', exit: 2, cause: undefined });
    expect(String(refusal)).not.toContain('BROKEN');
  },
);

test('a key file that others can read is refused', async () => {
  await mkdir(path.dirname(keyPath()));
  await writeFile(keyPath(), await generateX25519Identity());
  await chmod(keyPath(), 0o644);
  await expect(findIdentity(root, {})).rejects.toMatchObject({ code: 'secrets.exposed-key' });
});
