import type { ClientSession } from 'mongodb';
import type { Letters } from '../mail/letters.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { defaultTimezone } from '../policy/principal.ts';
import { principalOf } from '../users/principal-of.ts';
import { preferencesOf, type UserDocument } from '../users/user.ts';
import { type Notice, type NoticeDocument, noticesIn, recordsOf, viewsOf } from './notice.ts';
import { placeOf, sentenceOf } from './texts.ts';
import { quietUntil } from './wishes.ts';

export interface NoticeMailNeeds {
  mongo: Mongo;
  outbox: Outbox;
  letters: Pick<Letters, 'queueLetter' | 'able'>;
  settings: { FRONTEND_URL: string };
}

const words = {
  'pt-BR': {
    several: (count: number) => `${count} avisos do Conductor`,
    change: 'Escolher o que chega por e-mail',
  },
  en: {
    several: (count: number) => `${count} notifications from Conductor`,
    change: 'Choose what comes by e-mail',
  },
};

/** Sends the notices by e-mail that somebody wants so: all that wait in one letter, after their quiet hours. */
export class NoticeMail {
  readonly #needs: NoticeMailNeeds;

  constructor(needs: NoticeMailNeeds) {
    this.#needs = needs;
  }

  /** What waits for one person. What they have read meanwhile is not sent any more. */
  async send(userId: string, now = new Date()): Promise<void> {
    const { mongo, outbox, letters, settings } = this.#needs;
    const notices = noticesIn(mongo);
    const person = await mongo.db.collection<UserDocument>('users').findOne({ _id: userId });
    const waiting = { userId, mailAt: { $lte: now } };
    const until =
      person && quietUntil(preferencesOf(person).notifications.quiet, await this.#zone(person), now);
    if (until) {
      await notices.updateMany(waiting, { $set: { mailAt: until } });
      return;
    }
    await outbox.commit(async (session, tell) => {
      const due = await notices.find(waiting, { session }).sort({ at: 1 }).limit(100).toArray();
      await markMailed(mongo, due, { mailAt: null }, session);
      const unread = due.filter(({ readAt }) => readAt === null).map(notMailedYet);
      if (person?.status !== 'active' || unread.length === 0) return;
      const views = await viewsOf(mongo, await principalOf(mongo, person), unread);
      const { orgId, email: to, locale } = person;
      const [first] = views;
      const subject = views.length === 1 ? sentenceOf(first!, locale) : words[locale].several(views.length);
      const text = [
        ...views.map((notice) => paragraph(notice, person, settings.FRONTEND_URL)),
        `${words[locale].change}: ${settings.FRONTEND_URL}/settings/notifications`,
      ].join('\n\n');
      await letters.queueLetter({ orgId, kind: 'notification', to, subject, text }, { session, tell });
    });
  }

  /** What is left of everybody: quiet hours that are over, and jobs that were lost. */
  async sweep(now = new Date()): Promise<void> {
    const people = await noticesIn(this.#needs.mongo).distinct('userId', { mailAt: { $lte: now } });
    for (const userId of people) await this.send(userId, now);
  }

  async #zone({ orgId, timezone }: UserDocument): Promise<string> {
    if (timezone !== null) return timezone;
    const org = await this.#needs.mongo.db.collection<OrgDocument>('orgs').findOne({ _id: orgId });
    return org?.timezone ?? defaultTimezone;
  }
}

/** A notice with those of its records alone that no e-mail told of, where it has grown since one did. */
export function notMailedYet(notice: NoticeDocument): NoticeDocument {
  const [record = null, ...more] = recordsOf(notice).slice(notice.mailed ?? 0);
  return record === null ? notice : { ...notice, record, more };
}

/** Notes that an e-mail tells of these, and what changes by that. */
export async function markMailed(
  mongo: Mongo,
  told: readonly NoticeDocument[],
  change: Partial<Pick<NoticeDocument, 'mailAt' | 'forDigest'>>,
  session: ClientSession,
): Promise<void> {
  if (told.length === 0) return;
  await noticesIn(mongo).bulkWrite(
    told.map((notice) => ({
      updateOne: {
        filter: { _id: notice._id },
        update: { $set: { ...change, mailed: recordsOf(notice).length } },
      },
    })),
    { session },
  );
}

/** A notice with the address of what it is about. */
export function paragraph(notice: Notice, { locale }: Pick<UserDocument, 'locale'>, base: string): string {
  const place = placeOf(notice);
  return [sentenceOf(notice, locale), ...(place ? [`${base}${place}`] : [])].join('\n');
}
