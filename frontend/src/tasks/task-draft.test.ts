import { expect, it } from 'vitest';
import { draftOf, newTask, taskBody } from './task-draft.ts';

const deal = { entity: 'deal', id: 'a'.repeat(24) } as const;

it('sends what was filled in, and nothing as nothing', () => {
  const draft = { ...newTask('me', [deal]), title: ' Ligar ', dueAt: '2026-01-31T09:30' };
  expect(taskBody(draft)).toEqual({
    title: 'Ligar',
    kind: 'follow_up',
    priority: 'normal',
    dueAt: new Date(2026, 0, 31, 9, 30).toISOString(),
    allDay: false,
    durationMin: null,
    reminderMin: null,
    assigneeId: 'me',
    links: [deal],
    note: null,
  });
});

it('makes a whole day due at its beginning, which takes no time of its own', () => {
  const draft = { ...newTask('me'), allDay: true, dueAt: '2026-01-31T18:30', durationMin: '30' };
  expect(taskBody(draft)).toMatchObject({
    dueAt: new Date(2026, 0, 31).toISOString(),
    allDay: true,
    durationMin: null,
  });
});

it('gives a task back as it was when nothing is changed', () => {
  const task = {
    title: 'Ligar',
    kind: 'call',
    priority: 'high',
    dueAt: new Date(2026, 0, 31, 9, 30).toISOString(),
    allDay: false,
    durationMin: 45,
    reminderMin: 0,
    assigneeId: null,
    links: [deal],
    note: 'Pedir o contrato',
  } as const;
  expect(taskBody(draftOf(task as never))).toEqual(task);
});
