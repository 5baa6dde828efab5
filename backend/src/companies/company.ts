import { z } from 'zod';
import { cnpjSchema } from '../fields/cnpj.ts';
import { phoneSchema } from '../fields/phone.ts';
import { customFields, line, states, tags, webAddress } from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { searchTokens } from '../http/search-tokens.ts';
import { isFreeMail } from '../leads/score.ts';
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

const employeeRanges = ['1-9', '10-49', '50-199', '200+'] as const;
const domainSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(z.regexes.domain)
  .refine((domain) => !isFreeMail(domain), 'must be the company’s own domain, not a mail provider’s');
const addressSchema = z.strictObject({
  street: line(200).nullable().default(null),
  number: line(20).nullable().default(null),
  district: line(100).nullable().default(null),
  city: line(100).nullable().default(null),
  state: z.enum(states).nullable().default(null),
  zip: z
    .string()
    .regex(/^\d{5}-?\d{3}$/, 'must be a CEP of eight digits')
    .transform((zip) => zip.replace('-', ''))
    .nullable()
    .default(null),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('BR'),
});

const writable = {
  name: line(200, 2),
  legalName: line(200).nullable(),
  cnpj: cnpjSchema.nullable(),
  domain: domainSchema.nullable(),
  website: webAddress.nullable(),
  industry: line(100).nullable(),
  employees: z.enum(employeeRanges).nullable(),
  phone: phoneSchema.nullable(),
  address: addressSchema.nullable(),
  ownerId: idSchema.nullable(),
  tags,
  custom: customFields,
};

export const companyPatch = z
  .strictObject(writable)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'CompanyPatch' });
export const companyCreate = z
  .strictObject(writable)
  .partial()
  .required({ name: true })
  .meta({ id: 'CompanyCreate' });
export type CompanyCreate = z.output<typeof companyCreate>;

export const companySchema = z
  .object({
    ...recordShape,
    name: z.string(),
    legalName: z.string().nullable(),
    cnpj: z.string().nullable(),
    domain: z.string().nullable(),
    website: z.string().nullable(),
    industry: z.string().nullable(),
    employees: z.enum(employeeRanges).nullable(),
    phone: z.string().nullable(),
    address: z.record(z.string(), z.string().nullable()).nullable(),
    ownerId: idSchema.nullable(),
    tags: z.array(z.string()),
    custom: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    lastActivityAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Company' });
export type Company = z.infer<typeof companySchema>;

const filters = {
  ownerId: field.id(),
  industry: field.text(),
  employees: field.word(employeeRanges),
  tags: field.text(),
  name: field.text(),
  domain: field.text(),
  createdAt: field.date(),
  updatedAt: field.date(),
};
export const companyQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(filters),
  sort: sortSchema(['name', 'createdAt', 'updatedAt'], 'name'),
});

export interface CompanyDocument
  extends RecordDocument,
    Omit<Company, 'id' | 'createdAt' | 'updatedAt' | 'lastActivityAt'> {
  lastActivityAt: Date | null;
}

export const companyNoun: Noun<CompanyDocument, Company, CompanyCreate, z.output<typeof companyPatch>> = {
  kind: 'company',
  collection: 'companies',
  filters,
  references: { ownerId: 'user' },
  make: (principal, given) => ({
    ...newRecord(principal),
    name: given.name,
    legalName: given.legalName ?? null,
    cnpj: given.cnpj ?? null,
    domain: given.domain ?? null,
    website: given.website ?? null,
    industry: given.industry ?? null,
    employees: given.employees ?? null,
    phone: given.phone ?? null,
    address: given.address ?? null,
    ownerId: given.ownerId === undefined ? principal.userId : given.ownerId,
    tags: given.tags ?? [],
    custom: given.custom ?? {},
    lastActivityAt: null,
  }),
  view: (company) => ({
    ...recordView(company),
    name: company.name,
    legalName: company.legalName,
    cnpj: company.cnpj,
    domain: company.domain,
    website: company.website,
    industry: company.industry,
    employees: company.employees,
    phone: company.phone,
    address: company.address,
    ownerId: company.ownerId,
    tags: company.tags,
    custom: company.custom,
    lastActivityAt: isoOrNull(company.lastActivityAt),
  }),
  tokens: ({ name, legalName, domain, tags, cnpj, phone }) =>
    searchTokens([name, legalName, domain, ...tags], [cnpj, phone]),
  sameAs: ({ cnpj, domain }) => [
    ...(cnpj ? [{ key: cnpj, filter: { cnpj } }] : []),
    ...(domain ? [{ key: domain, filter: { domain } }] : []),
  ],
  history: ownerHistory,
};

/** Companies in the database. */
export class CompanyStore extends RecordStore<
  CompanyDocument,
  Company,
  CompanyCreate,
  z.output<typeof companyPatch>
> {
  constructor(needs: StoreNeeds) {
    super(companyNoun, needs);
  }
}

export const companyIndexes: Indexes = {
  companies: [
    { key: { orgId: 1, deletedAt: 1, name: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, name: 1, _id: 1 } },
    { key: { orgId: 1, cnpj: 1 } },
    { key: { orgId: 1, domain: 1 } },
    { key: { orgId: 1, deletedAt: 1, search: 1 } },
  ],
};
