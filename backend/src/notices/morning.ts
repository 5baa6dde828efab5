import type { z } from 'zod';
import { today, type todaySchema } from '../dashboard/today.ts';
import type { OrgDocument } from '../org/org.ts';
import { dateFormat } from '../texts/formats.ts';
import { principalOf } from '../users/principal-of.ts';
import { preferencesOf, type UserDocument } from '../users/user.ts';
import { markMailed, type NoticeMailNeeds, notMailedYet, paragraph } from './letters.ts';
import { noticesIn, viewsOf } from './notice.ts';
import { notify } from './notify.ts';
import { quietUntil, wallClock } from './wishes.ts';

/** The hours in which a day begins: somebody whose worker was away at seven hears of it later, and not in the evening. */
const hours = { from: '07:00', to: '12:00' };
const mostNotices = 20;
const mostLines = 10;

type Today = z.infer<typeof todaySchema>;

const words = {
  'pt-BR': {
    subject: 'Hoje',
    overdue: 'Tarefas atrasadas',
    tasks: 'Tarefas de hoje',
    leads: 'Leads quentes ainda sem contato',
    deals: 'Negócios em risco',
    notices: 'Avisos não lidos',
    open: 'Abrir o dia',
    change: 'Escolher o que chega por e-mail',
  },
  en: {
    subject: 'Today',
    overdue: 'Overdue tasks',
    tasks: 'Tasks of today',
    leads: 'Hot leads nobody contacted yet',
    deals: 'Deals at risk',
    notices: 'Unread notifications',
    open: 'Open the day',
    change: 'Choose what comes by e-mail',
  },
};

/** Begins the day of everybody whose clock says so: a notice of tasks that are overdue, and the morning's e-mail. Once a person and day. */
export class Mornings {
  readonly #needs: NoticeMailNeeds;

  constructor(needs: NoticeMailNeeds) {
    this.#needs = needs;
  }

  async begin(now = new Date()): Promise<void> {
    const { db } = this.#needs.mongo;
    for await (const org of db.collection<OrgDocument>('orgs').find()) {
      const people = db
        .collection<UserDocument>('users')
        .find({ orgId: org._id, status: 'active', isDemo: { $ne: true } });
      for await (const person of people) {
        const zone = person.timezone ?? org.timezone;
        const { day, time, weekday } = wallClock(zone, now);
        if (!weekday || time < hours.from || time >= hours.to || person.greetedOn === day) continue;
        if (quietUntil(preferencesOf(person).notifications.quiet, zone, now)) continue;
        await this.#greet(person, { day, zone, now });
      }
    }
  }

  async #greet(person: UserDocument, { day, zone, now }: { day: string; zone: string; now: Date }) {
    const { mongo, outbox, letters } = this.#needs;
    const { _id, orgId } = person;
    const principal = await principalOf(mongo, person);
    const work = await today(mongo, principal, zone, now);
    await outbox.commit(async (session, tell) => {
      const { modifiedCount } = await mongo.db
        .collection<UserDocument>('users')
        .updateOne({ _id, greetedOn: { $ne: day } }, { $set: { greetedOn: day } }, { session });
      if (modifiedCount === 0) return;
      const { total: count, data: overdue } = work.overdueTasks;
      if (count > 0) {
        const data = { count, title: overdue[0]?.title ?? null };
        const occasion = `task_overdue:${day}`;
        const about = { orgId, kind: 'task_overdue' as const, to: [_id], actorId: null, occasion, data };
        await notify(mongo, about, { session, tell });
      }
      if (!preferencesOf(person).notifications.digest || !letters.able) return;
      const waiting = { userId: _id, forDigest: true };
      const unread = await noticesIn(mongo)
        .find({ ...waiting, readAt: null }, { session })
        .sort({ at: -1 })
        .limit(mostNotices)
        .toArray();
      await markMailed(mongo, unread, {}, session);
      await noticesIn(mongo).updateMany(waiting, { $set: { forDigest: false } }, { session });
      const told = await viewsOf(mongo, principal, unread.map(notMailedYet));
      const base = this.#needs.settings.FRONTEND_URL;
      const notices = told.map((notice) => paragraph(notice, person, base).replace('\n', ' '));
      const sections = sectionsOf(person, work, notices);
      if (sections.length === 0) return;
      const { subject, open, change } = words[person.locale];
      const text = [...sections, `${open}: ${base}/`, `${change}: ${base}/settings/notifications`].join(
        '\n\n',
      );
      await letters.queueLetter(
        { orgId, kind: 'digest', to: person.email, subject: `${subject}, ${dayText(person, day)}`, text },
        { session, tell },
      );
    });
  }
}

/** What there is to say, each part with its heading; nothing on a day that brings nothing. */
function sectionsOf({ locale }: UserDocument, work: Today, notices: readonly string[]): string[] {
  const said = words[locale];
  const part = (title: string, lines: readonly string[], total = lines.length) => {
    const shown = lines.slice(0, mostLines).map((line) => `- ${line}`);
    const more = total > shown.length ? [`… +${total - shown.length}`] : [];
    return lines.length === 0 ? [] : [[`${title} (${total})`, ...shown, ...more].join('\n')];
  };
  const titles = (found: readonly { title: string }[]) => found.map(({ title }) => title);
  const { overdueTasks, todayTasks, hotLeads, dealsAtRisk } = work;
  return [
    ...part(said.overdue, titles(overdueTasks.data), overdueTasks.total),
    ...part(said.tasks, titles(todayTasks.data), todayTasks.total),
    ...part(
      said.leads,
      hotLeads.data.map(({ name }) => name),
      hotLeads.total,
    ),
    ...part(said.deals, titles(dealsAtRisk.data), dealsAtRisk.total),
    ...part(said.notices, notices),
  ];
}

/** "quinta-feira, 26 de novembro" of an ISO day. */
const dayText = ({ locale }: UserDocument, day: string): string =>
  dateFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
