import { expect, it } from 'vitest';
import type { EngineTask } from './operations.ts';
import { readTasks } from './tasks.ts';

const task = (
  State: string,
  part: { Slot?: number; Err?: string; Message?: string; ExitCode?: number; desired?: string } = {},
): EngineTask => ({
  ID: `${State}-${part.Slot ?? 1}`,
  ServiceID: 's',
  NodeID: 'n',
  Slot: part.Slot ?? 1,
  CreatedAt: '',
  DesiredState:
    part.desired ?? (['failed', 'complete', 'rejected', 'shutdown'].includes(State) ? 'shutdown' : 'running'),
  Spec: {},
  Status: {
    State,
    Message: part.Message ?? State,
    Err: part.Err ?? '',
    ContainerStatus: { ContainerID: 'c', ExitCode: part.ExitCode ?? 0 },
  },
});

it.each([
  ['as many as wanted run', [task('running'), task('running', { Slot: 2 })], 2, 'live', '2 of 2 running'],
  [
    'one is still coming up',
    [task('running'), task('preparing', { Slot: 2 })],
    2,
    'starting',
    '1 of 2 running',
  ],
  ['a word that nobody knows is no success', [task('levitating')], 1, 'starting', '0 of 1 running'],
  [
    'no node fits: the engine tries for ever, and says why',
    [task('pending', { Err: 'no suitable node (scheduling constraints not satisfied on 1 node)' })],
    1,
    'starting',
    'no suitable node',
  ],
  [
    'one that crashed once may come up',
    [task('starting'), task('failed', { Err: 'task: non-zero exit (3)', ExitCode: 3 })],
    1,
    'starting',
    'non-zero exit (3)',
  ],
  [
    'one that crashed twice will not',
    [
      task('starting'),
      task('failed', { Err: 'task: non-zero exit (3)' }),
      task('failed', { Err: 'task: non-zero exit (3)' }),
    ],
    1,
    'failed',
    'task: non-zero exit (3)',
  ],
  [
    'one that was never healthy and ended well when told to looks like success to the engine',
    [task('complete', { Message: 'finished' }), task('complete', { Message: 'finished' })],
    1,
    'failed',
    'it ended with 0, finished',
  ],
  [
    'an image that a node has not',
    [task('rejected', { Err: 'No such image: app' }), task('rejected', { Err: 'No such image: app' })],
    1,
    'failed',
    'No such image',
  ],
  [
    'what was scaled to none does not speak against what runs',
    [task('running'), task('shutdown', { Slot: 2 })],
    1,
    'live',
    '1 of 1 running',
  ],
] as const)('%s', (_name, tasks, wanted, state, detail) => {
  const reading = readTasks(tasks, wanted);
  expect(reading.state).toBe(state);
  expect(reading.detail).toContain(detail);
});
