import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installMergeDriver, mergeFromIndex } from './git-merge.ts';
import { createIdentity, type Identity, requireIdentity } from './identity.ts';
import { type Recipient, writeRecipients } from './recipients.ts';
import { openSecrets, saveSecrets } from './secrets-file.ts';

let root: string;
let identity: Identity;
let recipients: Recipient[];

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'git-merge-'));
  git('init', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');
  recipients = [{ key: await createIdentity(root), name: 'ana' }];
  identity = await requireIdentity(root, {});
  await writeRecipients(root, recipients);
});
afterEach(() => rm(root, { recursive: true }));

/** The `conductor` that git calls: the driver alone, as a program. */
async function writeDriver() {
  const module = (name: string) => JSON.stringify(path.join(import.meta.dirname, name));
  await writeFile(
    path.join(root, 'driver.mjs'),
    `const { mergeFiles } = await import(${module('git-merge.ts')});
     const { requireIdentity } = await import(${module('identity.ts')});
     const [,, base, ours, theirs] = process.argv.slice(2);
     const conflicts = await mergeFiles('.', { base, ours, theirs }, await requireIdentity('.', {}));
     if (conflicts.length) { console.error('conflict in', conflicts.join(' ')); process.exitCode = 1; }`,
  );
  await writeFile(path.join(root, 'conductor'), `#!/bin/sh\nexec '${process.execPath}' driver.mjs "$@"\n`);
  await chmod(path.join(root, 'conductor'), 0o755);
}

async function commit(secrets: Record<string, string>) {
  const opened = await openSecrets(root, 'production', identity);
  await saveSecrets(root, { ...opened, document: { ...opened.document, secrets } }, recipients);
  git('add', 'secrets');
  git('commit', '-qm', 'Change secrets');
}

const secretsNow = async () => (await openSecrets(root, 'production', identity)).document.secrets;

async function diverge(base: object, ours: object, theirs: object) {
  await commit({ ...base });
  git('checkout', '-qb', 'other');
  await commit({ ...theirs });
  git('checkout', '-q', 'main');
  await commit({ ...ours });
}

const merge = () =>
  promisify(execFile)('git', ['merge', 'other', '-m', 'Merge'], { cwd: root }).then(
    () => 'merged',
    () => 'conflict',
  );

test('git merges changes of different names by itself', async () => {
  await writeDriver();
  await installMergeDriver(root);
  await diverge({ A: '1', B: '1' }, { A: '2', B: '1' }, { A: '1', B: '2', C: '3' });
  expect(await merge()).toBe('merged');
  expect(await secretsNow()).toEqual({ A: '2', B: '2', C: '3' });
});

test('a name changed on both sides stops the merge, and one command ends it', async () => {
  await writeDriver();
  await installMergeDriver(root);
  await diverge({ A: '1' }, { A: '2', OURS: 'x' }, { A: '3', THEIRS: 'y' });
  expect(await merge()).toBe('conflict');
  expect(await mergeFromIndex(root, 'production', identity)).toEqual(['A']);
  expect(await mergeFromIndex(root, 'production', identity, 'theirs')).toEqual([]);
  expect(await secretsNow()).toEqual({ A: '3', OURS: 'x', THEIRS: 'y' });
});

test('a clone without the driver ends the conflict with the same command', async () => {
  await installMergeDriver(root);
  git('config', '--remove-section', 'merge.conductor-secrets');
  await diverge({ A: '1', B: '1' }, { A: '2', B: '1' }, { A: '1', B: '2' });
  expect(await merge()).toBe('conflict');
  expect(await mergeFromIndex(root, 'production', identity)).toEqual([]);
  expect(await secretsNow()).toEqual({ A: '2', B: '2' });
});

test('without a conflict in git there is nothing to end', async () => {
  await commit({ A: '1' });
  await expect(mergeFromIndex(root, 'production', identity)).rejects.toMatchObject({
    code: 'secrets.no-conflict',
  });
});
