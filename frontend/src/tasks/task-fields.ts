import type { TaskPatchInput } from '../api/schema.generated.ts';
import type { Fields } from '../records/fields/field.ts';

const inForm = { kind: 'elsewhere', file: 'task-form.tsx' } as const;

/** Where each field of a task is changed: in its form. */
export const taskFields: Fields<TaskPatchInput> = {
  title: inForm,
  kind: inForm,
  dueAt: inForm,
  allDay: inForm,
  durationMin: inForm,
  priority: inForm,
  assigneeId: inForm,
  links: inForm,
  reminderMin: inForm,
  note: inForm,
  status: { kind: 'elsewhere', file: 'task-row.tsx' },
};
