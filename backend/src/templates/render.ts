import { z } from 'zod';
import type { Link } from '../activities/activity.ts';
import { expandLinks, linkedRecord } from '../activities/links.ts';
import type { ContactDocument } from '../contacts/contact.ts';
import type { DealDocument } from '../deals/deal.ts';
import { escapeHtml, plainText } from '../fields/mail-html.ts';
import type { LeadDocument } from '../leads/lead.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Principal } from '../policy/principal.ts';
import { dateFormat, numberFormat } from '../texts/formats.ts';
import type { UserDocument } from '../users/user.ts';
import { fillIn, type Values, variables } from './variables.ts';

export const renderedSchema = z
  .object({
    subject: z.string(),
    bodyHtml: z.string(),
    bodyText: z.string(),
    missing: z.array(z.enum(variables)).describe('Variables without a value here; they block sending'),
  })
  .meta({ id: 'Rendered' });
export type Rendered = z.infer<typeof renderedSchema>;

/** Fills in what is known of the linked records, as far as the principal may see them, and of the sender. */
export async function render(
  mongo: Mongo,
  principal: Principal,
  { subject, html, links }: { subject: string; html: string; links: readonly Link[] },
): Promise<Rendered> {
  const values = await valuesOf(mongo, principal, links);
  const head = fillIn(subject, values);
  const body = fillIn(html, values, (value) => escapeHtml(value).replaceAll('\n', '<br />'));
  return {
    subject: head.text,
    bodyHtml: body.text,
    bodyText: plainText(body.text),
    missing: [...new Set([...head.missing, ...body.missing])],
  };
}

/** The values of all variables. Of several records of one kind the first counts. */
async function valuesOf(mongo: Mongo, principal: Principal, links: readonly Link[]): Promise<Values> {
  const [org, sender, all] = await Promise.all([
    mongo.db.collection<OrgDocument>('orgs').findOne({ _id: principal.orgId }),
    principal.userId === null
      ? null
      : mongo.db.collection<UserDocument>('users').findOne({ _id: principal.userId }),
    expandLinks(mongo, principal, links),
  ]);
  const first = async <T>(entity: Link['entity']): Promise<T | null> => {
    const link = all.find((one) => one.entity === entity);
    return link ? ((await linkedRecord(mongo, principal, link)) as T | null) : null;
  };
  const [lead, contact, company, deal] = await Promise.all([
    first<LeadDocument>('lead'),
    first<ContactDocument>('contact'),
    first<{ name: string }>('company'),
    first<DealDocument>('deal'),
  ]);
  const locale = sender?.locale ?? org?.locale ?? 'pt-BR';
  const person = contact
    ? { first: contact.firstName, full: [contact.firstName, contact.lastName].filter(Boolean).join(' ') }
    : { first: lead?.name.split(/\s+/)[0], full: lead?.name };
  const known: Record<keyof Values, string | null | undefined> = {
    first_name: person.first,
    full_name: person.full,
    job_title: contact?.jobTitle ?? lead?.jobTitle,
    company: company?.name ?? lead?.companyName,
    city: lead?.city,
    deal_title: deal?.title,
    deal_amount: deal && money(deal, locale),
    sender_name: sender?.name,
    sender_email: sender?.email,
    signature: sender?.signature,
    organisation: org?.name,
    today: dateFormat(locale, { dateStyle: 'long', timeZone: principal.timezone }).format(),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value)) as Values;
}

function money({ amountCents, currency }: DealDocument, locale: string): string {
  return numberFormat(locale, { style: 'currency', currency }).format(amountCents / 100);
}
