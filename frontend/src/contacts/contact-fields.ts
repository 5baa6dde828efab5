import type { ContactPatchInput } from '../api/schema.generated.ts';
import type { Fields } from '../records/fields/field.ts';

/** Where each field of a contact is changed. */
export const contactFields: Fields<ContactPatchInput> = {
  firstName: { kind: 'text', label: 'contacts.field.firstName', required: true },
  lastName: { kind: 'text', label: 'contacts.field.lastName' },
  companyId: { kind: 'company', label: 'leads.field.companyName' },
  jobTitle: { kind: 'text', label: 'leads.field.jobTitle' },
  emails: { kind: 'emails', label: 'leads.field.email' },
  phones: { kind: 'phones', label: 'leads.field.phone' },
  linkedinUrl: { kind: 'text', label: 'contacts.field.linkedinUrl', input: 'url' },
  birthday: { kind: 'dayOfYear', label: 'fields.birthday' },
  ownerId: { kind: 'person', label: 'field.owner', none: 'users.nobody' },
  tags: { kind: 'tags', label: 'leads.field.tags' },
  consent: { kind: 'consent', label: 'fields.consent' },
  custom: { kind: 'readOnly', label: 'fields.custom' },
};
