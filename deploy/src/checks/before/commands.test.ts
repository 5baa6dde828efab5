import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRedactor } from '../../secrets/index.ts';
import { commandRunner } from '../run-command.ts';
import { ask } from '../test/ask.ts';
import { type TestProject, testProject } from '../test/project.ts';
import { build } from './build.ts';
import { lint } from './lint.ts';
import { tests } from './tests.ts';

let project: TestProject;
beforeEach(async () => {
  project = await testProject();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project[Symbol.asyncDispose]();
});

const node = (code: string) => [process.execPath, '--eval', code];

test("the project's own commands decide", async () => {
  const context = await project.context({ commands: { test: node(''), lint: node('process.exit(3)') } });
  expect(await ask(tests, context)).toMatchObject({ level: 'ok' });
  expect(await ask(lint, context)).toMatchObject({
    level: 'failure',
    detail: expect.stringContaining('ended with 3'),
  });
  expect(await ask(build, context)).toBe('the config has no commands.build');
});

test('a failing command shows the end of its output, without secrets', async () => {
  const code = `for (let i = 0; i < 100; i++) console.log('line ' + i); console.error('it was ' + 'pa55' + 'word'); process.exit(1)`;
  const run = commandRunner(project.root, createRedactor({ PASSWORD: 'pa55word' }));
  const answer = await ask(tests, await project.context({ run, commands: { test: node(code) } }));
  const { detail } = answer as { detail: string };
  expect(detail).toContain('it was [PASSWORD]');
  expect(detail).toContain('line 99');
  expect(detail).not.toContain('line 1\n');
});

test("commands run in the project's root and never see the key of the secrets", async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', 'AGE-SECRET-KEY-1');
  vi.stubEnv('CI', undefined);
  const code = `require('fs').writeFileSync('seen', [process.cwd(), 'CONDUCTOR_AGE_KEY' in process.env, process.env.CI].join())`;
  await ask(tests, await project.context({ commands: { test: node(code) } }));
  expect(await readFile(path.join(project.root, 'seen'), 'utf8')).toBe(`${project.root},false,1`);
});

test('a command that does not exist is no pass', async () => {
  const context = await project.context({ commands: { test: ['no-such-program'] } });
  await expect(ask(tests, context)).rejects.toThrow('no-such-program could not be started');
});

test('an abort ends what the command started too', async () => {
  const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid`;
  const code = `require('fs').writeFileSync('pid', String(${child})); setInterval(() => {}, 1000)`;
  const controller = new AbortController();
  const { run } = await project.context();
  const running = run(node(code), controller.signal);
  const pidFile = path.join(project.root, 'pid');
  await vi.waitFor(() => access(pidFile), { timeout: 10_000 });
  const pid = Number(
    await vi.waitFor(async () => (await readFile(pidFile, 'utf8')) || Promise.reject(new Error('empty'))),
  );
  const aborted = once(controller.signal, 'abort');
  controller.abort(new Error('stop'));
  await aborted;
  await expect(running).rejects.toThrow('stop');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 });
});
