import { numberFormat } from '../texts/formats.ts';
import type { UserDocument } from '../users/user.ts';
import type { Notice } from './notice.ts';
import type { NoticeKind } from './wishes.ts';

type Language = UserDocument['locale'];
type Say = (name: string, data: Notice['data'], count: number) => string;

const money = (locale: Language, { amountCents, currency }: Notice['data']): string =>
  numberFormat(locale, { style: 'currency', currency: String(currency) }).format(Number(amountCents) / 100);

/** One sentence a kind, as the client says it. */
const sentences: Record<Language, Record<NoticeKind, Say>> = {
  'pt-BR': {
    lead_assigned: (name, _, count) =>
      count > 1 ? `Você recebeu ${count} leads` : `Você recebeu o lead ${name}`,
    deal_assigned: (name, _, count) =>
      count > 1 ? `Você recebeu ${count} negócios` : `Você recebeu o negócio ${name}`,
    hot_lead: (name) => `${name} é um lead quente`,
    task_due: (_, { title }) => `Lembrete: ${title}`,
    task_overdue: (_, { count }) =>
      Number(count) === 1 ? 'Você tem uma tarefa atrasada' : `Você tem ${count} tarefas atrasadas`,
    mention: (name, { actor }) => `${actor} mencionou você em ${name}`,
    email_clicked: (_, { subject, to }) => `${to} abriu um link do e-mail “${subject}”`,
    email_failed: (_, { subject }) => `O e-mail “${subject}” não foi enviado`,
    email_bounced: (_, { subject, to }) => `O e-mail “${subject}” foi recusado pelo servidor de ${to}`,
    deal_won: (name, data) => `Negócio ganho: ${name}, ${money('pt-BR', data)}`,
    deal_at_risk: (name) => `O negócio ${name} está em risco`,
    deal_idle: (name, { days }) => `O negócio ${name} está parado há ${days} dias`,
    ai_failing: (_, { provider }) => `O provedor de IA ${provider} está falhando`,
    mail_failing: () => 'O servidor de e-mail está falhando',
  },
  en: {
    lead_assigned: (name, _, count) =>
      count > 1 ? `You were given ${count} leads` : `You were given the lead ${name}`,
    deal_assigned: (name, _, count) =>
      count > 1 ? `You were given ${count} deals` : `You were given the deal ${name}`,
    hot_lead: (name) => `${name} is a hot lead`,
    task_due: (_, { title }) => `Reminder: ${title}`,
    task_overdue: (_, { count }) =>
      Number(count) === 1 ? 'You have an overdue task' : `You have ${count} overdue tasks`,
    mention: (name, { actor }) => `${actor} mentioned you on ${name}`,
    email_clicked: (_, { subject, to }) => `${to} opened a link of the e-mail “${subject}”`,
    email_failed: (_, { subject }) => `The e-mail “${subject}” was not sent`,
    email_bounced: (_, { subject, to }) => `The e-mail “${subject}” was refused by the server of ${to}`,
    deal_won: (name, data) => `Deal won: ${name}, ${money('en', data)}`,
    deal_at_risk: (name) => `The deal ${name} is at risk`,
    deal_idle: (name, { days }) => `The deal ${name} has been idle for ${days} days`,
    ai_failing: (_, { provider }) => `The AI provider ${provider} is failing`,
    mail_failing: () => 'The mail server is failing',
  },
};

const outOfReach = {
  'pt-BR': 'Um aviso sobre um registro que você não vê mais',
  en: 'A notification about a record that you cannot see any more',
};

/** Kinds that are about a record, without which there is nothing to say. */
const aboutRecord: readonly NoticeKind[] = [
  'lead_assigned',
  'deal_assigned',
  'hot_lead',
  'mention',
  'deal_won',
  'deal_at_risk',
  'deal_idle',
];

/** A notice as a sentence in a language. */
export function sentenceOf({ kind, record, count, data }: Notice, locale: Language): string {
  if (count === 0 && aboutRecord.includes(kind)) return outOfReach[locale];
  return sentences[locale][kind](record?.name ?? '', data, count);
}

const folders = { lead: 'leads', contact: 'contacts', company: 'companies', deal: 'deals' } as const;

/** Where the client shows what a notice is about; nothing where there is no such place. */
export function placeOf({ kind, record, count, taskId }: Notice): string | undefined {
  if (taskId) return `/tasks?task=${taskId}`;
  if (kind === 'task_overdue') return '/tasks';
  if (kind === 'ai_failing') return '/settings/ai';
  if (kind === 'mail_failing') return '/settings/email';
  if (count > 1)
    return `/${kind === 'deal_assigned' ? 'deals' : 'leads'}?owner=${encodeURIComponent('["@me"]')}`;
  return record && !record.deleted ? `/${folders[record.entity]}/${record.id}` : undefined;
}
