import { z } from 'zod';
import { type Link, linkKey } from '../activities/activity.ts';
import { type CompanyStore, companyCreate } from '../companies/company.ts';
import { type ContactStore, contactCreate } from '../contacts/contact.ts';
import { dealCreate } from '../deals/deal.ts';
import type { DealStore } from '../deals/store.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { type LeadDocument, leadView } from './lead.ts';
import type { LeadStore } from './store.ts';

const existing = z.strictObject({ id: idSchema });

export const convertBody = z
  .strictObject({
    company: z
      .union([existing, companyCreate])
      .nullable()
      .optional()
      .describe('Existing, new, or null for none; from the lead when left out'),
    contact: z
      .union([existing, contactCreate])
      .optional()
      .describe('Existing or new; from the lead when left out'),
    deal: dealCreate
      .omit({ companyId: true, contacts: true, leadId: true })
      .nullable()
      .optional()
      .describe('Null for none; a draft from the lead when left out'),
  })
  .meta({ id: 'LeadConversion' });

interface ConvertNeeds {
  mongo: Mongo;
  outbox: Outbox;
  leads: LeadStore;
  contacts: ContactStore;
  companies: CompanyStore;
  deals: DealStore;
}

/** Turns a lead into a contact, perhaps a company and a deal: all of them, or nothing. Its history comes along. */
export function convertLead(
  needs: ConvertNeeds,
  principal: Principal,
  id: string,
  version: number,
  wish: z.output<typeof convertBody>,
) {
  const { mongo, outbox, leads, contacts, companies, deals } = needs;
  return outbox.commit(async (session, tell) => {
    const lead = await leads.find(principal, 'write', id, session);
    if (lead.version !== version) throw leads.conflict(lead);
    if (lead.status === 'converted')
      throw new Problem('invalid-transition', { detail: 'This lead is converted already.' });
    const within = { session, tell };

    const companyWish = wish.company === undefined ? companyOf(lead) : wish.company;
    const companyId =
      companyWish === null
        ? null
        : 'id' in companyWish
          ? (await companies.find(principal, 'read', companyWish.id, session))._id
          : (await companies.createWithin(principal, companyWish, within)).id;

    const contactWish = wish.contact ?? contactOf(lead);
    const contactId =
      'id' in contactWish
        ? (await contacts.find(principal, 'read', contactWish.id, session))._id
        : (
            await contacts.createWithin(
              principal,
              { companyId, ownerId: lead.ownerId, ...contactWish },
              within,
            )
          ).id;

    const dealWish =
      wish.deal === undefined ? { title: lead.companyName ?? lead.name.padEnd(3, '.') } : wish.deal;
    const deal =
      dealWish &&
      (await deals.createWithin(
        principal,
        {
          amountCents: lead.estimatedValueCents ?? 0,
          currency: leadView(lead).currency,
          ownerId: lead.ownerId ?? undefined,
          source: lead.source,
          ...dealWish,
          companyId,
          contacts: [{ contactId, role: 'decision_maker' }],
          leadId: lead._id,
        },
        within,
      ));

    const converted = { dealId: deal?.id ?? null, contactId, companyId, at: new Date().toISOString() };
    const saved = await leads.change(
      principal,
      lead,
      { status: 'converted', converted },
      { ...within, action: 'lead.converted' },
    );
    const links: Link[] = [
      { entity: 'contact', id: contactId },
      ...(companyId ? [{ entity: 'company' as const, id: companyId }] : []),
      ...(deal ? [{ entity: 'deal' as const, id: deal.id }] : []),
    ];
    const ofLead = { orgId: principal.orgId, linkKeys: `lead:${id}` };
    const keys = { $each: links.map(linkKey) };
    await mongo.db
      .collection('activities')
      .updateMany(ofLead, { $addToSet: { linkKeys: keys } }, { session });
    await mongo.db
      .collection('files')
      .updateMany(ofLead, { $addToSet: { linkKeys: keys, links: { $each: links } } }, { session });
    return { lead: leadView(saved), contactId, companyId, deal: deal ?? null };
  });
}

function companyOf({ companyName, website, cnpj, ownerId }: LeadDocument) {
  return companyName === null ? null : { name: companyName.padEnd(2, '.'), website, cnpj, ownerId };
}

function contactOf({ name, email, phone, jobTitle, consent }: LeadDocument) {
  const [firstName = name, ...rest] = name.split(/\s+/);
  return {
    firstName,
    lastName: rest.join(' ') || null,
    emails: email === null ? [] : [{ value: email, type: 'work' as const, primary: true }],
    phones: phone === null ? [] : [{ e164: phone, type: 'mobile' as const, whatsapp: false }],
    jobTitle,
    consent: consent as never,
  };
}
