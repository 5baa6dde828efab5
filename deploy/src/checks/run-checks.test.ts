import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedactor } from '../secrets/index.ts';
import { type Check, cannotTell, failure, good } from './check.ts';
import type { CheckContext } from './context.ts';
import { assertKnownChecks, blocking, type CheckEvent, runChecks } from './run-checks.ts';
import { type TestProject, testProject } from './test/project.ts';

let project: TestProject;
let context: CheckContext;
beforeAll(async () => {
  project = await testProject();
  context = await project.context();
});
afterAll(() => project[Symbol.asyncDispose]());

const check = (id: string, run: Check['run'], more: Partial<Check> = {}): Check => ({
  id,
  title: `Title of ${id}`,
  section: 'Code',
  about: '',
  applies: () => true,
  run,
  ...more,
});

test('independent checks run side by side, those with the tree for themselves in order', async () => {
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const bothStarted = Promise.withResolvers<void>();
  const meeting = (id: string) =>
    check(id, async () => {
      log.push(id);
      if (log.includes('a') && log.includes('b')) bothStarted.resolve();
      await bothStarted.promise;
      return good();
    });
  const first = check(
    'first',
    async () => {
      await gate.promise;
      log.push('first done');
      throw new Error('broken');
    },
    { alone: true },
  );
  const second = check(
    'second',
    async () => {
      log.push('second');
      return good();
    },
    { alone: true },
  );
  bothStarted.promise.then(() => gate.resolve());
  const results = await runChecks([first, second, meeting('a'), meeting('b')], context);
  expect(log).toEqual(['a', 'b', 'first done', 'second']);
  expect(results.map((result) => result.check.id)).toEqual(['first', 'second', 'a', 'b']);
});

test('every check is heard of: started and answered, or skipped with the reason', async () => {
  const events: CheckEvent[] = [];
  await runChecks(
    [
      check('fine', async () => good('detail')),
      check('absent', async () => good(), { applies: () => 'there is nothing of it' }),
      check('unwanted', async () => good()),
    ],
    context,
    { off: ['unwanted'], onEvent: (event) => events.push(event) },
  );
  const told = events.map((event) => ({
    id: event.check.id,
    state: event.state,
    ...('why' in event ? { why: event.why } : {}),
  }));
  expect(told).toEqual([
    { id: 'fine', state: 'started' },
    { id: 'absent', state: 'skipped', why: 'there is nothing of it' },
    { id: 'unwanted', state: 'skipped', why: 'off in this environment' },
    { id: 'fine', state: 'answered' },
  ]);
});

test('a check that throws or hangs is a failure that says so', async () => {
  const results = await runChecks(
    [
      check('throws', () => Promise.reject(new Error('no network'))),
      check('hangs', () => new Promise(() => {}), { deadline: 0.02 }),
    ],
    context,
  );
  expect(results).toMatchObject([
    { finding: { level: 'failure', title: 'Title of throws', detail: 'Could not be checked: no network' } },
    { finding: { level: 'failure', detail: 'No answer within 0.02 s.' } },
  ]);
  expect(blocking(results)).toHaveLength(2);
});

test('no finding shows a secret', async () => {
  const careless = check('careless', async () => failure('the database said pa55word', 'fix it'));
  const [result] = await runChecks([careless], {
    ...context,
    redactor: createRedactor({ PASSWORD: 'pa55word' }),
  });
  expect(result).toMatchObject({ finding: { detail: 'the database said [PASSWORD]' } });
});

test('only required failures stop a deploy; without a list every one does', async () => {
  const checks = [
    check('bad', async () => failure('it is bad', 'fix it')),
    check('unsure', async () => cannotTell('it is dark', 'make light')),
  ];
  expect(blocking(await runChecks(checks, context)).map((result) => result.check.id)).toEqual(['bad']);
  expect(blocking(await runChecks(checks, context, { required: ['unsure'] }))).toEqual([]);
});

test('a misspelt id is refused', () => {
  const known = [check('backup', async () => good())];
  expect(() => assertKnownChecks(known, { required: ['backups'] })).toThrow(
    expect.objectContaining({
      code: 'checks.unknown',
      exit: 2,
      message: expect.stringContaining('"backup"'),
    }),
  );
  expect(() => assertKnownChecks(known, { required: ['backup'], off: [] })).not.toThrow();
});

test('an interrupted run rejects', async () => {
  const controller = new AbortController();
  const running = runChecks([check('hangs', () => new Promise(() => {}))], context, {
    signal: controller.signal,
  });
  controller.abort(new Error('Ctrl-C'));
  await expect(running).rejects.toThrow('Ctrl-C');
});
