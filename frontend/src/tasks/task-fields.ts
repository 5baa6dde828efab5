import type { TaskPatchInput } from '../api/schema.generated.ts';
import type { Fields } from '../records/fields/field.ts';

const inForm = { kind: 'elsewhere', file: 'task-form.tsx' } as const;

/** Where each field of a task is changed. */
export const taskFields: Fields<TaskPatchInput> = {
  title: inForm,
  kind: inForm,
  dueAt: inForm,
  priority: inForm,
  assigneeId: inForm,
  links: inForm,
  allDay: { kind: 'nowhere', why: 'the form of a task does not ask for it yet' },
  durationMin: { kind: 'nowhere', why: 'the form of a task does not ask for it yet' },
  reminderMin: { kind: 'nowhere', why: 'the form of a task does not ask for it yet' },
  note: { kind: 'nowhere', why: 'the form of a task does not ask for it yet' },
  status: { kind: 'nowhere', why: 'a task is completed on its row; nothing cancels one yet' },
};
