import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import { defaultTimezone } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { deriveKey } from '../secret-key.ts';
import { dateFormat } from '../texts/formats.ts';
import type { UserDocument } from '../users/user.ts';
import { type CalendarEntry, calendarFile } from './calendar-file.ts';
import type { TaskDocument } from './task.ts';

export interface CalendarSettings {
  SECRET_KEY: string;
  SECRET_KEY_PREVIOUS?: string | undefined;
  BACKEND_URL: string;
  FRONTEND_URL: string;
}

/** What was due longer ago is no longer in the calendar. */
const pastDays = 30;
const mostTasks = 1000;
/** How long a task takes of which nobody says it. */
const usualMinutes = 30;
const names = { 'pt-BR': 'Tarefas', en: 'Tasks' } as const;

/**
 * Somebody's open tasks as a calendar that other programs subscribe to. Such a program has no session, so the address
 * itself is the key: it can be shown again, and renewed, after which the one before opens nothing.
 */
export class TaskCalendar {
  readonly #mongo: Mongo;
  readonly #settings: CalendarSettings;

  constructor(mongo: Mongo, settings: CalendarSettings) {
    this.#mongo = mongo;
    this.#settings = settings;
  }

  /** The address of a person's calendar. */
  async address(userId: string): Promise<string> {
    const user = await this.#users.findOne({ _id: userId });
    if (!user) throw new Problem('not-found');
    return this.#addressOf(user);
  }

  /** A new address; whoever knows the one before sees nothing any more. */
  async renew(userId: string): Promise<string> {
    const user = await this.#users.findOneAndUpdate(
      { _id: userId },
      { $inc: { calendarTurn: 1 } },
      { returnDocument: 'after' },
    );
    if (!user) throw new Problem('not-found');
    return this.#addressOf(user);
  }

  /** The calendar of an address's token; `not-found` for one that is wrong or renewed, or of whoever has left. */
  async read(token: string, now = new Date()): Promise<string> {
    const [userId = '', proof = ''] = token.split('.');
    const user = await this.#users.findOne({ _id: userId, status: 'active' });
    if (!user || !this.#keys.some((key) => same(proof, proofOf(key, user)))) throw new Problem('not-found');
    const [org, tasks] = await Promise.all([
      this.#mongo.db.collection<OrgDocument>('orgs').findOne({ _id: user.orgId }),
      this.#mongo.db
        .collection<TaskDocument>('tasks')
        .find({
          orgId: user.orgId,
          deletedAt: null,
          assigneeId: user._id,
          status: 'open',
          dueAt: { $gte: new Date(now.getTime() - pastDays * 86_400_000) },
        })
        .sort({ dueAt: 1 })
        .limit(mostTasks)
        .toArray(),
    ]);
    const timezone = user.timezone ?? org?.timezone ?? defaultTimezone;
    const name = [names[user.locale], org?.name].filter(Boolean).join(' · ');
    return calendarFile(
      name,
      tasks.map((task) => this.#entry(task, timezone)),
    );
  }

  #entry(task: TaskDocument, timezone: string): CalendarEntry {
    const { FRONTEND_URL } = this.#settings;
    return {
      uid: `${task._id}@${new URL(FRONTEND_URL).hostname}`,
      sequence: task.version,
      changedAt: task.updatedAt,
      title: task.title,
      note: task.note,
      url: `${FRONTEND_URL}/tasks?task=${task._id}`,
      when: task.allDay
        ? { day: dayIn(task.dueAt, timezone) }
        : { at: task.dueAt, minutes: task.durationMin ?? usualMinutes },
      reminderMin: task.reminderMin,
    };
  }

  #addressOf(user: UserDocument): string {
    const token = `${user._id}.${proofOf(this.#keys[0]!, user)}`;
    return `${this.#settings.BACKEND_URL}/api/v1/tasks/calendar.ics?token=${token}`;
  }

  get #keys(): Buffer[] {
    const { SECRET_KEY, SECRET_KEY_PREVIOUS } = this.#settings;
    return [SECRET_KEY, SECRET_KEY_PREVIOUS]
      .filter((key) => key !== undefined)
      .map((key) => deriveKey(key, 'task-calendar'));
  }

  get #users() {
    return this.#mongo.db.collection<UserDocument>('users');
  }
}

const proofOf = (key: Buffer, { _id, calendarTurn = 0 }: UserDocument): string =>
  createHmac('sha256', key).update(`${_id}:${calendarTurn}`).digest('base64url').slice(0, 32);

function same(given: string, right: string): boolean {
  return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
}

/** The calendar day that a moment is in; Sweden writes it as ISO 8601 does. */
const dayIn = (moment: Date, timeZone: string): string => dateFormat('sv', { timeZone }).format(moment);
