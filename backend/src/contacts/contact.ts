import { z } from 'zod';
import { phoneSchema } from '../fields/phone.ts';
import { consentSchema, customFields, emailSchema, line, tags, webAddress } from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { searchTokens } from '../http/search-tokens.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import {
  isoOrNull,
  type Noun,
  newRecord,
  ownerHistory,
  type RecordDocument,
  recordShape,
  recordView,
} from '../records/record.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';

const emails = z
  .array(
    z.strictObject({
      value: emailSchema,
      type: z.enum(['work', 'personal', 'other']).default('work'),
      primary: z.boolean().default(false),
    }),
  )
  .max(5)
  .transform(onePrimary);
const phones = z
  .array(
    z.strictObject({
      e164: phoneSchema,
      type: z.enum(['mobile', 'work', 'home', 'other']).default('mobile'),
      whatsapp: z.boolean().default(false),
    }),
  )
  .max(5);

/** Exactly one address is the primary one: the first that says so, else the first. */
function onePrimary<T extends { primary: boolean }>(given: T[]): T[] {
  const index = Math.max(
    0,
    given.findIndex(({ primary }) => primary),
  );
  return given.map((one, place) => ({ ...one, primary: place === index }));
}

const writable = {
  firstName: line(100),
  lastName: line(100).nullable(),
  emails,
  phones,
  jobTitle: line(100).nullable(),
  companyId: idSchema.nullable(),
  birthday: z
    .string()
    .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be month and day, such as 05-23')
    .nullable(),
  linkedinUrl: webAddress.nullable(),
  ownerId: idSchema.nullable(),
  tags,
  custom: customFields,
  consent: consentSchema,
};

export const contactPatch = z
  .strictObject(writable)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'ContactPatch' });
export const contactCreate = z
  .strictObject(writable)
  .partial()
  .required({ firstName: true })
  .meta({ id: 'ContactCreate' });
export type ContactCreate = z.output<typeof contactCreate>;

export const contactSchema = z
  .object({
    ...recordShape,
    firstName: z.string(),
    lastName: z.string().nullable(),
    emails: z.array(z.object({ value: z.string(), type: z.string(), primary: z.boolean() })),
    phones: z.array(z.object({ e164: z.string(), type: z.string(), whatsapp: z.boolean() })),
    jobTitle: z.string().nullable(),
    companyId: idSchema.nullable(),
    birthday: z.string().nullable(),
    linkedinUrl: z.string().nullable(),
    ownerId: idSchema.nullable(),
    tags: z.array(z.string()),
    custom: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    consent: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
    lastActivityAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Contact' });
export type Contact = z.infer<typeof contactSchema>;

const filters = {
  ownerId: field.id(),
  companyId: field.id(),
  tags: field.text(),
  firstName: field.text(),
  lastName: field.text(),
  email: field.text('emails.value'),
  createdAt: field.date(),
  updatedAt: field.date(),
  lastActivityAt: field.date(),
};
export const contactQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(filters),
  sort: sortSchema(['firstName', 'createdAt', 'updatedAt', 'lastActivityAt'], '-updatedAt'),
});

export interface ContactDocument
  extends RecordDocument,
    Omit<Contact, 'id' | 'createdAt' | 'updatedAt' | 'lastActivityAt'> {
  lastActivityAt: Date | null;
}

export const contactNoun: Noun<ContactDocument, Contact, ContactCreate, z.output<typeof contactPatch>> = {
  kind: 'contact',
  collection: 'contacts',
  filters,
  references: { ownerId: 'user', companyId: 'company' },
  make: (principal, given) => ({
    ...newRecord(principal),
    firstName: given.firstName,
    lastName: given.lastName ?? null,
    emails: given.emails ?? [],
    phones: given.phones ?? [],
    jobTitle: given.jobTitle ?? null,
    companyId: given.companyId ?? null,
    birthday: given.birthday ?? null,
    linkedinUrl: given.linkedinUrl ?? null,
    ownerId: given.ownerId === undefined ? principal.userId : given.ownerId,
    tags: given.tags ?? [],
    custom: given.custom ?? {},
    consent: given.consent ?? consentSchema.parse({}),
    lastActivityAt: null,
  }),
  view: (contact) => ({
    ...recordView(contact),
    firstName: contact.firstName,
    lastName: contact.lastName,
    emails: contact.emails,
    phones: contact.phones,
    jobTitle: contact.jobTitle,
    companyId: contact.companyId,
    birthday: contact.birthday,
    linkedinUrl: contact.linkedinUrl,
    ownerId: contact.ownerId,
    tags: contact.tags,
    custom: contact.custom,
    consent: contact.consent,
    lastActivityAt: isoOrNull(contact.lastActivityAt),
  }),
  tokens: ({ firstName, lastName, emails, phones, jobTitle, tags }) =>
    searchTokens(
      [firstName, lastName, jobTitle, ...emails.map(({ value }) => value), ...tags],
      phones.map(({ e164 }) => e164),
    ),
  sameAs: ({ emails, phones }) => [
    ...emails.map(({ value }) => ({ key: value, filter: { 'emails.value': value } })),
    ...phones.map(({ e164 }) => ({ key: e164, filter: { 'phones.e164': e164 } })),
  ],
  history: ownerHistory,
};

/** Contacts in the database. */
export class ContactStore extends RecordStore<
  ContactDocument,
  Contact,
  ContactCreate,
  z.output<typeof contactPatch>
> {
  constructor(needs: StoreNeeds) {
    super(contactNoun, needs);
  }
}

export const contactIndexes: Indexes = {
  contacts: [
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, firstName: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, lastActivityAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, companyId: 1 } },
    { key: { orgId: 1, 'emails.value': 1 } },
    { key: { orgId: 1, 'phones.e164': 1 } },
    { key: { orgId: 1, deletedAt: 1, search: 1 } },
  ],
};
