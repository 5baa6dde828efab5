import type { Collection } from 'mongodb';
import { announcement } from '../events/event.ts';
import { formatCnpj } from '../fields/cnpj.ts';
import { escapeHtml, plainText } from '../fields/mail-html.ts';
import { Contents } from '../files/contents.ts';
import { Dispatch, Halt } from '../mail/dispatch.ts';
import { type Content, Mailer, type MailSettings } from '../mail/mailer.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { notifyUndelivered } from '../notices/about-emails.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import type { SettingsOf } from '../settings.ts';
import type { UserDocument } from '../users/user.ts';
import type { EmailDocument } from './email.ts';
import { refuseUnwanted, wishesOf } from './recipients.ts';
import { keepTimeline } from './timeline.ts';
import { tracked, unsubscribeUrl } from './tracking.ts';

interface Needs {
  settings: MailSettings & Pick<SettingsOf<'worker'>, 'BACKEND_URL'>;
  mongo: Mongo;
  outbox: Outbox;
  queues: Queues;
  backoffMs?: readonly number[];
}

/** What sends people's letters, for the worker; timelines and screens hear what became of each. */
export function emailDispatch({ settings, mongo, backoffMs, ...needs }: Needs): Dispatch<EmailDocument> {
  return new Dispatch<EmailDocument>({
    ...needs,
    collection: mongo.db.collection('emails') as Collection<EmailDocument>,
    mailer: new Mailer(settings),
    job: ({ _id }) => job('emails.send', { emailId: _id }),
    content: (email) => contentOf(mongo, email, settings.BACKEND_URL),
    async told(email, within) {
      await keepTimeline(mongo, email, within);
      await notifyUndelivered(mongo, email, within);
      const audience = { orgId: email.orgId, kind: 'email' as const, ownerId: email.ownerId };
      const type = { sent: 'email.sent', failed: 'email.failed', bounced: 'email.failed' } as Record<
        string,
        string
      >;
      within.tell({
        announcement: announcement(audience, {
          type: type[email.status] ?? 'email.updated',
          entity: 'email',
          entityId: email._id,
          version: email.version,
          changed: ['status'],
        }),
      });
    },
    ...(backoffMs && { backoffMs }),
  });
}

const words = {
  'pt-BR': { unsubscribe: 'Não quero mais receber estes e-mails' },
  en: { unsubscribe: 'Unsubscribe' },
};

/** The letter as it leaves. Throws `Halt` where what was true when it was queued is not any more. */
async function contentOf(mongo: Mongo, email: EmailDocument, base: string): Promise<Content> {
  const [org, sender] = await Promise.all([
    mongo.db.collection<OrgDocument>('orgs').findOne({ _id: email.orgId }),
    mongo.db.collection<UserDocument>('users').findOne({ _id: email.ownerId ?? '' }),
  ]);
  if (!org || org.isDemo) throw new Halt('Example data sends no e-mail.');
  if (sender?.status !== 'active') throw new Halt('Whoever wrote it does not work here any more.');
  await refuseNow(mongo, email);
  const { unsubscribe } = words[org.locale];
  const token = email.track?.unsubscribeToken;
  const url = token && unsubscribeUrl(token, base);
  // Whose letter it is, as business letters say it, below what the organisation wrote itself.
  const company = org.cnpj === null ? '' : `${org.name} · CNPJ ${formatCnpj(org.cnpj)}`;
  const footer = [org.email.footer?.trim(), company].filter(Boolean).join('\n');
  const html = [
    email.track ? tracked(email.bodyHtml, email.track, base) : email.bodyHtml,
    footer && `<p>${escapeHtml(footer).replaceAll('\n', '<br>')}</p>`,
    url && `<p><small><a href="${url}">${unsubscribe}</a></small></p>`,
  ];
  const text = [plainText(email.bodyHtml), footer, url && `${unsubscribe}: ${url}`];
  const contents = new Contents(mongo);
  const attachments = (email.files ?? []).map(({ id, name, type }) => ({
    filename: name,
    contentType: type,
    content: contents.open(id),
  }));
  return {
    attachments,
    fromName: `${sender.name} via ${org.email.fromName ?? org.name}`,
    replyTo: sender.email,
    to: email.to,
    cc: email.cc,
    subject: email.subject,
    html: html.filter(Boolean).join('\n'),
    text: text.filter(Boolean).join('\n\n'),
    ...(url && { headers: unsubscribeHeaders(url, email.delivery!.recipients.length === 1) }),
  };
}

/** RFC 8058: one click ends it where the letter has one recipient; of several, whoever opens the page says who they are. */
const unsubscribeHeaders = (url: string, one: boolean) => ({
  'List-Unsubscribe': `<${url}>`,
  ...(one && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
});

/** Somebody may have changed their mind between queueing and now. */
async function refuseNow(mongo: Mongo, { orgId, delivery, templateId }: EmailDocument): Promise<void> {
  const waiting = delivery!.recipients
    .filter(({ state }) => state === 'waiting')
    .map(({ address }) => address);
  try {
    refuseUnwanted(await wishesOf(mongo, orgId, waiting), templateId !== null);
  } catch (error) {
    if (error instanceof Problem) throw new Halt(error.message);
    throw error;
  }
}

/** Sends one person's letter. */
export const sendEmail =
  (emails: { send(id: string): Promise<void> }) =>
  ({ emailId }: { emailId: string }) =>
    emails.send(emailId);
