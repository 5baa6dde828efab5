import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editSecrets, parseEdited } from './editor.ts';

test('the editor sees the secrets privately, and nothing stays behind', async () => {
  let seen = '';
  let folder = '';
  const edited = await editSecrets({ A: 'one', KEY: 'two\nlines\n' }, async (file) => {
    folder = path.dirname(file);
    seen = await readFile(file, 'utf8');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await writeFile(file, `${seen}B: 0123\n`);
  });
  expect(seen).toContain('A: one');
  expect(edited).toEqual({ A: 'one', KEY: 'two\nlines\n', B: '0123' });
  expect(existsSync(folder)).toBe(false);
});

test('the plain text is removed when the editor fails too', async () => {
  let file = '';
  const editing = editSecrets({ A: 'one' }, async (opened) => {
    file = opened;
    throw new Error('crashed');
  });
  await expect(editing).rejects.toThrow('crashed');
  expect(existsSync(file)).toBe(false);
});

test('whatever is opened and closed unchanged stays what it was', async () => {
  const secrets = fc.dictionary(
    fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/),
    fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.constantFrom('yes', '0123', 'null', '- x', 'a: b', ' x ', '#x', 'é\n\n'),
    ),
  );
  await fc.assert(
    fc.asyncProperty(secrets, async (values) => {
      expect(await editSecrets(values, async () => {})).toEqual({ ...values });
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['not YAML', 'A: "unfinished-secret\nB: x', 'line'],
  ['the same name twice', 'A: secret-1\nA: secret-2', 'line 2'],
  ['a list', '- secret-1', 'NAME: value'],
  ['a value that is a list', 'A: [secret-1]', 'A is not a single value'],
])('%s is refused without showing it', (_what, text, reason) => {
  expect(() => parseEdited(text)).toThrow(
    expect.objectContaining({ code: 'secrets.bad-edit', message: expect.stringContaining(reason) }),
  );
  expect(() => parseEdited(text)).not.toThrow(/secret-/);
});

test('an emptied file unsets everything', () => {
  expect(parseEdited('# only comments\n')).toEqual({});
});
