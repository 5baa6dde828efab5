import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConductorError } from '../../errors.ts';
import { ask } from '../test/ask.ts';
import { type TestProject, testProject } from '../test/project.ts';
import { envExample } from './env-example.ts';
import { additions, secretsInCommits } from './secrets-in-commits.ts';
import { secretsInTree } from './secrets-in-tree.ts';
import { secretsReadable } from './secrets-readable.ts';

let project: TestProject;
beforeEach(async () => {
  project = await testProject();
});
afterEach(() => project[Symbol.asyncDispose]());

/** Put together here, so that no scanner finds one in this file. */
const githubToken = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
const own = randomBytes(24).toString('base64url');
const secrets = async () => ({ API_TOKEN: own });

test('a token in a file that would ship is found and not repeated', async () => {
  await project.write({ 'src/a.ts': `\nconst token = '${githubToken}';\n` });
  const answer = await ask(secretsInTree, await project.context({ secrets }));
  expect(answer).toMatchObject({ level: 'failure', detail: 'src/a.ts:2 github token' });
  expect(JSON.stringify(answer)).not.toContain(githubToken.slice(4, 20));
});

test("the environment's own value is found in an encoding too, by its name", async () => {
  const encoded = Buffer.from(`user:${own}`).toString('base64');
  await project.commit({ 'notes [x].md': `[a]\nAuthorization: Basic ${encoded}\n` });
  expect(await ask(secretsInTree, await project.context({ secrets }))).toMatchObject({
    level: 'failure',
    detail: 'notes [x].md:2 value of API_TOKEN',
  });
});

test('ignored, encrypted, binary and allowed files are not found', async () => {
  await project.commit({
    '.gitignore': '.env\n',
    'secrets/production.age': `age-encryption.org/v1\n${githubToken}`,
    'image.png': Buffer.from(`\0${githubToken}`),
    'fixtures/token.txt': githubToken,
  });
  await project.write({ '.env': githubToken });
  // The first commit above forces files in, so what is ignored has to be written after it.
  const context = await project.context({ secrets }, { secretsAllowedIn: ['fixtures/**'] });
  expect(await ask(secretsInTree, context)).toMatchObject({ level: 'ok' });
});

test("made-up secrets are allowed where test data is, the environment's own are not", async () => {
  await project.commit({ 'fixtures/token.txt': `${githubToken}\n${own}\n` });
  const context = await project.context({ secrets }, { secretsAllowedIn: ['fixtures/**'] });
  expect(await ask(secretsInTree, context)).toMatchObject({
    level: 'failure',
    detail: 'fixtures/token.txt:2 value of API_TOKEN',
  });
});

test("without the environment's own values the scan cannot tell, and still finds known formats", async () => {
  const unreadable = async () => {
    throw new ConductorError({ code: 'secrets.no-key', message: 'no key here' });
  };
  const context = await project.context({ secrets: unreadable });
  expect(await ask(secretsInTree, context)).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('no key here'),
  });
  await project.write({ 'a.ts': githubToken });
  expect(await ask(secretsInTree, context)).toMatchObject({ level: 'failure' });
  expect(await ask(secretsReadable, context)).toMatchObject({ level: 'failure', detail: 'no key here' });
});

test('a secret that a later commit removed is still in what is shipped', async () => {
  const base = project.git('rev-parse', 'HEAD');
  const leaking = await project.commit({ 'a b.ts': `one\n${githubToken}\n` });
  const clean = await project.commit({ 'a b.ts': 'one\n' });
  expect(await ask(secretsInTree, await project.context({ base, secrets }))).toMatchObject({ level: 'ok' });
  expect(await ask(secretsInCommits, await project.context({ base, secrets }))).toMatchObject({
    level: 'failure',
    detail: `${leaking.slice(0, 7)} a b.ts github token`,
  });
  expect(await ask(secretsInCommits, await project.context({ base: null, secrets }))).toMatchObject({
    level: 'failure',
  });
  await project.commit({ 'c.ts': 'fine' });
  expect(await ask(secretsInCommits, await project.context({ base: clean, secrets }))).toEqual({
    level: 'ok',
    detail: '1 commit(s)',
  });
});

test('added lines that look like headers of a patch are read as what they are', () => {
  const log = '\0abc\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+++ b/fake\n+real\n';
  expect([...additions(log)]).toEqual([{ commit: 'abc', file: 'x', added: '++ b/fake\nreal' }]);
});

test('the example of the settings is compared with what the code knows', async () => {
  const policy = { example: { file: '.env.example', names: ['PORT', 'SECRET_KEY', 'SENTRY_DSN'] } };
  const context = await project.context({ secrets }, policy);
  expect(await ask(envExample, context)).toMatchObject({
    level: 'failure',
    detail: '.env.example is missing.',
  });
  await project.write({
    '.env.example': '# Port\nPORT=3000\nSECRET_KEY=change-me-to-something\n# SENTRY_DSN=\n',
  });
  expect(await ask(envExample, context)).toEqual({ level: 'ok', detail: '3 settings' });
  await project.write({
    '.env.example': `PORT=3000\nSECRET_KEY=${randomBytes(20).toString('hex')}\nOLD=1\nX=${own}\n`,
  });
  const answer = await ask(envExample, context);
  expect(answer).toMatchObject({ level: 'failure' });
  expect((answer as { detail: string }).detail.split('\n')).toEqual([
    'SENTRY_DSN is missing',
    'OLD is unknown to the code',
    'X is unknown to the code',
    'SECRET_KEY has a value that looks real',
    'line 4 holds a value of API_TOKEN',
  ]);
});

test('a tree of a thousand files is scanned within seconds', async () => {
  const files = Array.from({ length: 1000 }, (_, index) => [
    `src/${index}.ts`,
    `export const value = ${index};\n`,
  ]);
  await project.commit(Object.fromEntries(files));
  const context = await project.context({ secrets });
  const start = performance.now();
  expect(await ask(secretsInTree, context)).toMatchObject({ level: 'ok' });
  expect(performance.now() - start).toBeLessThan(15_000);
});
