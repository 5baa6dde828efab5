/** When a task is due, as people group their day. */
export type Due = 'overdue' | 'today' | 'upcoming';

/** A task of a whole day is overdue only when the day is over; times are those of the browser's time zone. */
export function dueGroup(task: { dueAt: string; allDay: boolean }, now = new Date()): Due {
  const due = new Date(task.dueAt);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  if (due >= tomorrow) return 'upcoming';
  if (due < midnight) return 'overdue';
  return !task.allDay && due < now ? 'overdue' : 'today';
}

/** Tomorrow at nine, as `datetime-local` wants it: when a new task is due unless said otherwise. */
export function defaultDue(now = new Date()): string {
  const due = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  return localDateTime(due);
}

/** A moment as the value of a `datetime-local` input. */
export function localDateTime(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
