import type { Handler } from '../queue/work.ts';
import { NoticeMail, type NoticeMailNeeds } from './letters.ts';
import { Mornings } from './morning.ts';
import { remindOfTasks } from './reminders.ts';

/** Sends what waits for one person by e-mail. */
export function mailNotices(needs: NoticeMailNeeds): Handler<'notices.mail'> {
  const mail = new NoticeMail(needs);
  return ({ userId }) => mail.send(userId);
}

/** Each minute: reminders of tasks, mornings, and e-mails that waited. What fails keeps the rest from nothing. */
export function everyMinute(needs: NoticeMailNeeds): Handler<'notices.minute'> {
  const mail = new NoticeMail(needs);
  const mornings = new Mornings(needs);
  return async () => {
    const done = await Promise.allSettled([remindOfTasks(needs), mornings.begin(), mail.sweep()]);
    const failures = done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, 'not everybody could be told');
  };
}
