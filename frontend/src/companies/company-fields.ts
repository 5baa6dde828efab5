import type { CompanyPatchInput } from '../api/schema.generated.ts';
import type { Fields } from '../records/fields/field.ts';

export const companySizes = ['1-9', '10-49', '50-199', '200+'] as const;

/** Where each field of a company is changed. */
export const companyFields: Fields<CompanyPatchInput> = {
  name: { kind: 'text', label: 'companies.field.name', required: true },
  legalName: { kind: 'text', label: 'companies.field.legalName' },
  cnpj: { kind: 'text', label: 'companies.field.cnpj' },
  domain: { kind: 'text', label: 'companies.field.domain' },
  website: { kind: 'text', label: 'companies.field.website', input: 'url' },
  phone: { kind: 'text', label: 'companies.field.phone', input: 'tel' },
  industry: { kind: 'text', label: 'companies.field.industry' },
  employees: { kind: 'choice', label: 'companies.field.employees', values: companySizes },
  address: { kind: 'address', label: 'fields.address' },
  ownerId: { kind: 'person', label: 'field.owner', none: 'users.nobody' },
  tags: { kind: 'tags', label: 'leads.field.tags' },
  custom: { kind: 'readOnly', label: 'fields.custom' },
};
