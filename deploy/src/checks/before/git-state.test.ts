import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask } from '../test/ask.ts';
import { type TestProject, testProject } from '../test/project.ts';
import { branch } from './branch.ts';
import { cleanTree } from './clean-tree.ts';
import { consoleLog } from './console-log.ts';
import { docsTouched } from './docs-touched.ts';
import { envFiles } from './env-files.ts';
import { upToDate } from './up-to-date.ts';

let project: TestProject;
beforeEach(async () => {
  project = await testProject();
});
afterEach(() => project[Symbol.asyncDispose]());

test('the deploy branch, another branch, and a detached commit of each', async () => {
  const context = await project.context({ branch: 'main' });
  expect(await ask(branch, context)).toMatchObject({ level: 'ok' });
  project.git('switch', '--quiet', '--detach', 'main');
  expect(await ask(branch, context)).toEqual({ level: 'ok', detail: 'a commit of main' });
  project.git('switch', '--quiet', '--create', 'other');
  expect(await ask(branch, context)).toEqual({
    level: 'failure',
    detail: 'On other, not on main.',
    fix: 'git switch main',
  });
  await project.commit({ 'new.txt': 'x' });
  project.git('switch', '--quiet', '--detach', 'other');
  expect(await ask(branch, context)).toMatchObject({
    level: 'failure',
    detail: 'This commit is not on main.',
  });
  expect(await ask(branch, await project.context())).toMatch(/any branch/);
});

test('a changed file and a new one make the tree dirty, an ignored one does not', async () => {
  await project.commit({ '.gitignore': 'ignored\n' });
  await project.write({ ignored: 'x', '.conductor/local/ledger.jsonl': 'x' });
  expect(await ask(cleanTree, await project.context())).toEqual({ level: 'ok' });
  await project.write({ 'README.md': 'changed', 'new file.txt': 'x' });
  expect(await ask(cleanTree, await project.context())).toMatchObject({
    level: 'failure',
    detail: '2 changed or new:\nREADME.md\nnew file.txt',
  });
});

test('where there is no git, checks about git say so', async () => {
  const context = await project.context({ git: null });
  for (const check of [branch, cleanTree, upToDate, envFiles]) {
    expect(await ask(check, { ...context, branch: 'main' })).toBe('the project is not under git');
  }
});

test('the clone is compared with its remote without fetching', async () => {
  const remote = await mkdtemp(path.join(tmpdir(), 'remote-'));
  try {
    const context = await project.context();
    expect(await ask(upToDate, context)).toMatchObject({
      level: 'warning',
      fix: 'git remote add origin <url>',
    });

    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
    project.git('remote', 'add', 'origin', remote);
    expect(await ask(upToDate, context)).toMatchObject({
      level: 'warning',
      detail: 'origin has no branch main.',
    });
    project.git('push', '--quiet', 'origin', 'main');
    expect(await ask(upToDate, context)).toEqual({ level: 'ok', detail: 'origin/main' });

    await project.commit({ 'a.txt': 'a' });
    expect(await ask(upToDate, context)).toMatchObject({
      level: 'warning',
      detail: '1 commit(s) are only in this clone.',
    });

    const colleague = path.join(remote, 'colleague');
    execFileSync('git', ['clone', '--quiet', remote, colleague]);
    const theirs = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Bia', '-c', 'user.email=b@example.com', ...args], {
        cwd: colleague,
      });
    theirs('commit', '--quiet', '--allow-empty', '-m', 'Theirs');
    theirs('push', '--quiet');
    expect(await ask(upToDate, context)).toMatchObject({
      level: 'failure',
      detail: 'origin/main has commits that are missing here.',
      fix: 'git pull origin main',
    });
  } finally {
    await rm(remote, { recursive: true });
  }
});

test('a remote that cannot be reached is no pass', async () => {
  project.git('remote', 'add', 'origin', path.join(project.root, 'gone'));
  await expect(ask(upToDate, await project.context())).rejects.toThrow('git ls-remote failed');
});

test('tracked .env files and keys are found, examples are not', async () => {
  await project.commit({ '.env.example': 'A=\n', 'src/environment.ts': '' });
  expect(await ask(envFiles, await project.context())).toEqual({ level: 'ok' });
  await project.commit({ 'api/.env': 'A=1', '.env.production': 'A=1', '.conductor/age.key': 'x' });
  expect(await ask(envFiles, await project.context())).toMatchObject({
    level: 'failure',
    detail: '.conductor/age.key\n.env.production\napi/.env',
  });
});

test('console calls in the client are found, but for tests, comments, warnings and errors', async () => {
  const context = await project.context({}, { client: ['client/**'] });
  await project.commit({
    'client/a.test.ts': 'console.log(1)',
    'client/b.ts': '// console.log(1)\nconsole.error(2);\nconst a = 1; // console.log(3)\n',
    'server/c.ts': 'console.log(1)',
  });
  expect(await ask(consoleLog, context)).toEqual({ level: 'ok' });
  await project.write({ 'client/new.tsx': 'a();\n  console . log ("x");' });
  expect(await ask(consoleLog, context)).toMatchObject({ level: 'failure', detail: 'client/new.tsx:2' });
});

test('code that changed without its document is a warning', async () => {
  const base = await project.commit({ 'src/a.ts': '1', 'CHANGELOG.md': '1' });
  const policy = {
    docs: [{ title: 'Change log', when: ['src/**'], unless: ['**/*.test.ts'], touch: ['CHANGELOG.md'] }],
  };
  expect(await ask(docsTouched, await project.context({ base: null }, policy))).toMatchObject({
    level: 'warning',
  });
  await project.commit({ 'src/a.test.ts': '2' });
  expect(await ask(docsTouched, await project.context({ base }, policy))).toMatchObject({ level: 'ok' });
  await project.commit({ 'src/a.ts': '2' });
  expect(await ask(docsTouched, await project.context({ base }, policy))).toMatchObject({
    level: 'warning',
    detail: 'Change log: nothing changed in CHANGELOG.md',
  });
  await project.commit({ 'CHANGELOG.md': '2' });
  expect(await ask(docsTouched, await project.context({ base }, policy))).toMatchObject({ level: 'ok' });
});
