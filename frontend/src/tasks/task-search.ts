import { type FilterFields, type FilterValues, parseFilters } from '../filters/filter.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { taskKinds, taskPriorities, taskStatuses } from './tasks-query.ts';

/** What tasks can be narrowed by. */
export const taskFilters = {
  status: {
    kind: 'choices',
    label: 'tasks.form.status',
    field: 'status',
    values: taskStatuses,
    text: (status) => `tasks.status.${status}` as MessageKey,
  },
  kind: {
    kind: 'choices',
    label: 'tasks.form.kind',
    field: 'kind',
    values: taskKinds,
    text: (kind) => `tasks.kind.${kind}` as MessageKey,
  },
  priority: {
    kind: 'choices',
    label: 'tasks.form.priority',
    field: 'priority',
    values: taskPriorities,
    text: (priority) => `tasks.priority.${priority}` as MessageKey,
  },
  due: { kind: 'period', label: 'tasks.form.due', field: 'dueAt', of: 'moment' },
} as const satisfies FilterFields;

/** What the address of the tasks says: whose and which they are, and whether one is being written. */
export type TaskSearch = FilterValues<typeof taskFilters> & { who?: 'all'; new?: true; task?: string };

export function parseTaskSearch(search: Record<string, unknown>): TaskSearch {
  const { who, new: create, task } = search;
  return {
    ...parseFilters(taskFilters, search),
    ...(who === 'all' && { who }),
    ...(create === true && { new: create }),
    ...(typeof task === 'string' && /^[0-9a-f]{24}$/.test(task) && { task }),
  };
}
