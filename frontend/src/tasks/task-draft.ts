import type { Body } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { defaultDue, localDateTime } from './due.ts';
import type { Task } from './tasks-query.ts';

/** What the form of a task holds; numbers as the texts of their choices, empty for none. */
export interface TaskDraft {
  title: string;
  kind: Task['kind'];
  priority: Task['priority'];
  /** As `datetime-local` wants it; of a task of a whole day only the day counts. */
  dueAt: string;
  allDay: boolean;
  durationMin: string;
  reminderMin: string;
  assigneeId: string;
  links: RecordLink[];
  note: string;
}

/** How long before a task somebody may want to be reminded of it, in minutes: at once, up to a day. */
export const reminders = [0, 10, 30, 60, 120, 1440] as const;
export const durations = [15, 30, 45, 60, 90, 120, 240, 480] as const;

/** A new task, for oneself tomorrow at nine, unless said otherwise. */
export const newTask = (meId: string | null, links: RecordLink[] = []): TaskDraft => ({
  title: '',
  kind: 'follow_up',
  priority: 'normal',
  dueAt: defaultDue(),
  allDay: false,
  durationMin: '',
  reminderMin: '',
  assigneeId: meId ?? '',
  links,
  note: '',
});

/** A task as it is, to be changed. */
export const draftOf = (task: Task): TaskDraft => ({
  title: task.title,
  kind: task.kind,
  priority: task.priority,
  dueAt: localDateTime(new Date(task.dueAt)),
  allDay: task.allDay,
  durationMin: task.durationMin === null ? '' : String(task.durationMin),
  reminderMin: task.reminderMin === null ? '' : String(task.reminderMin),
  assigneeId: task.assigneeId ?? '',
  links: task.links,
  note: task.note ?? '',
});

/** The draft as the API wants it. A whole day is due at its beginning, where the writer is. */
export function taskBody(draft: TaskDraft): Body<'POST /tasks'> {
  const due = draft.allDay ? `${draft.dueAt.slice(0, 10)}T00:00` : draft.dueAt;
  const minutes = (text: string) => (text === '' ? null : Number(text));
  return {
    title: draft.title.trim(),
    kind: draft.kind,
    priority: draft.priority,
    dueAt: new Date(due).toISOString(),
    allDay: draft.allDay,
    durationMin: draft.allDay ? null : minutes(draft.durationMin),
    reminderMin: minutes(draft.reminderMin),
    assigneeId: draft.assigneeId || null,
    links: draft.links,
    note: draft.note.trim() || null,
  };
}
