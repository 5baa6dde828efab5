import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRecipients, writeRecipients } from './recipients.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'recipients-'));
});
afterEach(() => rm(root, { recursive: true }));

const write = async (text: string) => {
  await mkdir(path.join(root, 'secrets'), { recursive: true });
  await writeFile(path.join(root, 'secrets', 'recipients'), text);
};

test('names and keys are read back, with comments and blank lines around', async () => {
  const ana = { key: await identityToRecipient(await generateX25519Identity()), name: 'Ana # the first' };
  const ci = { key: await identityToRecipient(await generateX25519Identity()), name: '' };
  expect(await readRecipients(root)).toEqual([]);
  await writeRecipients(root, [ana, ci]);
  expect(await readRecipients(root)).toEqual([ana, ci]);
  await write(`\n# team\n\n  ${ci.key}  \n`);
  expect(await readRecipients(root)).toEqual([ci]);
});

test('a bad line is named by its number', async () => {
  await write('# team\nage1nonsense # Ana\n');
  await expect(readRecipients(root)).rejects.toMatchObject({
    code: 'secrets.bad-recipient',
    message: expect.stringContaining('line 2 of secrets/recipients'),
  });
});

test('a private key among the recipients is refused without being repeated', async () => {
  const key = await generateX25519Identity();
  await write(`${key}\n`);
  const refusal = await readRecipients(root).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'secrets.private-recipient' });
  expect(String(refusal)).not.toContain(key);
});
