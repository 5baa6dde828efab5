import { expect, it } from 'vitest';
import { operations } from './operations.ts';
import { times } from './times.ts';

it('asks the same operation several times in one request, and answers each in its turn', () => {
  const [operation, variables] = times(operations.backupSchedules, [{ id: 'one' }, { id: 'two' }]);
  expect(operation.document).toBe(
    'query BackupSchedules($id_0: String!, $id_1: String!) { _0: volumeInstanceBackupScheduleList(volumeInstanceId: $id_0) { kind } _1: volumeInstanceBackupScheduleList(volumeInstanceId: $id_1) { kind } }',
  );
  expect(variables).toEqual({ id_0: 'one', id_1: 'two' });
  expect(operation.repeatable).toBe(true);
  expect(operation.data.parse({ _1: [{ kind: 'DAILY' }], _0: [] })).toEqual([
    { volumeInstanceBackupScheduleList: [] },
    { volumeInstanceBackupScheduleList: [{ kind: 'DAILY' }] },
  ]);
});

it('does not take an answer in which one is missing', () => {
  const [operation] = times(operations.backupSchedules, [{ id: 'one' }, { id: 'two' }]);
  expect(operation.data.safeParse({ _0: [] }).success).toBe(false);
});
