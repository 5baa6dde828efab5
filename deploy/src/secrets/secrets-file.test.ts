import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDocument, serializeDocument } from './document.ts';
import type { Identity } from './identity.ts';
import type { Recipient } from './recipients.ts';
import { hasSecrets, openSecrets, saveSecrets } from './secrets-file.ts';

let root: string;
let ana: Identity;
let anasRecipient: Recipient;

async function person(name: string): Promise<[Identity, Recipient]> {
  const key = await generateX25519Identity();
  return [
    { keys: [key], source: name },
    { key: await identityToRecipient(key), name },
  ];
}

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'secrets-file-'));
  [ana, anasRecipient] = await person('ana');
});
afterEach(() => rm(root, { recursive: true }));

const file = () => path.join(root, 'secrets', 'production.age');

async function save(secrets: Record<string, string>, recipients = [anasRecipient]) {
  const opened = await openSecrets(root, 'production', ana);
  await saveSecrets(root, { ...opened, document: { ...opened.document, secrets } }, recipients);
}

function encryptText(text: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(anasRecipient.key);
  return encrypter.encrypt(text);
}

test('a missing file is an environment without secrets', async () => {
  expect(await hasSecrets(root, 'production')).toBe(false);
  const opened = await openSecrets(root, 'production', ana);
  expect(opened.revision).toBeNull();
  expect(opened.document.secrets).toEqual({});
});

test('what was saved is read back, only by the owner and without leftovers', async () => {
  await save({ TOKEN: 'multi\nline "quoted" ção' });
  expect((await openSecrets(root, 'production', ana)).document.secrets).toEqual({
    TOKEN: 'multi\nline "quoted" ção',
  });
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await readdir(path.dirname(file()))).toEqual(['production.age']);
  expect(await readFile(file(), 'latin1')).not.toContain('TOKEN');
});

test('every recipient can read, and somebody else is told that the file is intact but not theirs', async () => {
  const [bia, biasRecipient] = await person('bia');
  const [stranger] = await person('stranger');
  await save({ TOKEN: 'x' }, [anasRecipient, biasRecipient]);
  expect((await openSecrets(root, 'production', bia)).document.secrets).toEqual({ TOKEN: 'x' });
  await expect(openSecrets(root, 'production', stranger)).rejects.toMatchObject({
    code: 'secrets.not-a-recipient',
    exit: 3,
  });
});

test('a file for nobody is refused', async () => {
  await expect(save({ TOKEN: 'x' }, [])).rejects.toMatchObject({ code: 'secrets.no-recipients' });
  expect(await hasSecrets(root, 'production')).toBe(false);
});

test('a damaged file is told apart from a missing one and is left as it is', async () => {
  await save({ TOKEN: 'x' });
  const good = await readFile(file());
  const damages: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    truncated: good.subarray(0, -5),
    'header only': good.subarray(0, 60),
    altered: Buffer.concat([good.subarray(0, -1), Buffer.from([good.at(-1)! ^ 1])]),
    'not age': Buffer.from('TOKEN=x\n'),
    'not a document': Buffer.from(await encryptText('{"format":"other"}')),
  };
  for (const [damage, bytes] of Object.entries(damages)) {
    await writeFile(file(), bytes);
    await expect(save({ TOKEN: 'y' }), damage).rejects.toMatchObject({ code: 'secrets.corrupted', exit: 2 });
    expect(await readFile(file()), damage).toEqual(bytes);
  }
});

test('a file with the marks of an unfinished merge says how to end it', async () => {
  await save({ TOKEN: 'x' });
  const good = await readFile(file());
  await writeFile(file(), Buffer.concat([Buffer.from('<<<<<<< HEAD\n'), good]));
  await expect(openSecrets(root, 'production', ana)).rejects.toMatchObject({
    code: 'secrets.conflict',
    hint: 'conductor secrets merge production',
  });
});

test("another environment's file under this name is refused", async () => {
  await save({ TOKEN: 'x' });
  await writeFile(path.join(root, 'secrets', 'staging.age'), await readFile(file()));
  await expect(openSecrets(root, 'staging', ana)).rejects.toMatchObject({
    code: 'secrets.wrong-environment',
  });
});

test('of two people writing at once, the second is refused instead of undoing the first', async () => {
  await save({ A: '1' });
  const first = await openSecrets(root, 'production', ana);
  const second = await openSecrets(root, 'production', ana);
  await saveSecrets(root, { ...first, document: { ...first.document, secrets: { A: '2' } } }, [
    anasRecipient,
  ]);
  await expect(
    saveSecrets(root, { ...second, document: { ...second.document, secrets: { A: '3' } } }, [anasRecipient]),
  ).rejects.toMatchObject({ code: 'secrets.changed' });
  expect((await openSecrets(root, 'production', ana)).document.secrets).toEqual({ A: '2' });
});

test("an environment's name cannot lead out of the folder", async () => {
  await expect(openSecrets(root, '../../etc/passwd', ana)).rejects.toMatchObject({
    code: 'secrets.bad-environment',
  });
});

test('any values survive the inner format, and equal secrets are equal text', () => {
  const names = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/);
  fc.assert(
    fc.property(fc.dictionary(names, fc.string({ unit: 'grapheme' })), (secrets) => {
      const document = {
        format: 'conductor-secrets/1' as const,
        environment: 'production',
        fingerprintKey: Buffer.alloc(32).toString('base64'),
        secrets,
      };
      const reversed = { ...document, secrets: Object.fromEntries(Object.entries(secrets).reverse()) };
      expect(serializeDocument(reversed)).toBe(serializeDocument(document));
      expect(parseDocument(serializeDocument(document)).secrets).toEqual({ ...secrets });
    }),
  );
});
