import { z } from 'zod';
import { mailHtml } from '../fields/mail-html.ts';
import { line } from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { searchTokens } from '../http/search-tokens.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import { localeSchema } from '../org/org.ts';
import { invalid } from '../problem.ts';
import { type Noun, newRecord, type RecordDocument, recordShape, recordView } from '../records/record.ts';
import { refuseUnknownVariables, variables, variablesOf } from './variables.ts';

export const channels = ['email', 'whatsapp'] as const;

/** What a template says. */
export const templateText = {
  subject: line(200, 0).describe('For e-mail; variables as {{first_name}}'),
  body: mailHtml.describe('HTML for e-mail, of which WhatsApp gets the plain text'),
};

const writable = {
  name: line(100, 2),
  channel: z.enum(channels),
  locale: localeSchema,
  ...templateText,
  shared: z.boolean().describe('For everybody rather than only for its author'),
};

export const templateCreate = z
  .strictObject(writable)
  .partial()
  .required({ name: true, body: true })
  .meta({ id: 'TemplateCreate' });
export type TemplateCreate = z.output<typeof templateCreate>;
export const templatePatch = z
  .strictObject(writable)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'TemplatePatch' });
export type TemplatePatch = z.output<typeof templatePatch>;

export const templateSchema = z
  .object({
    ...recordShape,
    name: z.string(),
    channel: z.enum(channels),
    locale: localeSchema,
    subject: z.string(),
    body: z.string().describe('Sanitised HTML'),
    shared: z.boolean(),
    ownerId: idSchema.nullable().describe('Its author; null where it is shared'),
    variables: z.array(z.enum(variables)),
    usedCount: z.number().int().describe('Letters that were sent from it'),
  })
  .meta({ id: 'Template' });
export type Template = z.infer<typeof templateSchema>;

const filters = {
  channel: field.word(channels),
  locale: field.word(['pt-BR', 'en']),
  ownerId: field.id(),
};
export const templateQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(filters),
  sort: sortSchema(['name', 'createdAt', 'updatedAt'], 'name'),
});

/** A template as it is stored. A shared one belongs to nobody, which is what the policy reads. */
export interface TemplateDocument extends RecordDocument, Omit<Template, 'id' | 'createdAt' | 'updatedAt'> {}

export const templateNoun: Noun<TemplateDocument, Template, TemplateCreate, TemplatePatch> = {
  kind: 'template',
  collection: 'templates',
  filters,
  references: {},
  make: (principal, given) => {
    const shared = given.shared ?? false;
    const { subject = '', body } = given;
    return {
      ...newRecord(principal),
      name: given.name,
      channel: given.channel ?? 'email',
      locale: given.locale ?? 'pt-BR',
      subject,
      body,
      shared,
      ownerId: shared ? null : principal.userId,
      variables: variablesOf(subject, body),
      usedCount: 0,
    };
  },
  view: (template) => ({
    ...recordView(template),
    name: template.name,
    channel: template.channel,
    locale: template.locale,
    subject: template.subject,
    body: template.body,
    shared: template.shared,
    ownerId: template.ownerId,
    variables: template.variables,
    // Those of before nobody counted.
    usedCount: template.usedCount ?? 0,
  }),
  tokens: ({ name, subject }) => searchTokens([name, subject]),
  check: ({ channel, subject, body }) => {
    refuseUnknownVariables('#/subject', subject);
    refuseUnknownVariables('#/body', body);
    if (channel === 'email' && subject === '')
      throw invalid('#/subject', 'subject.required', 'A template for e-mail needs a subject.');
  },
  derive: (after, before) => ({
    variables: variablesOf(after.subject, after.body),
    ownerId: after.shared ? null : (before.ownerId ?? after.createdBy),
  }),
};

export const templateIndexes: Indexes = {
  templates: [
    { key: { orgId: 1, deletedAt: 1, name: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, search: 1 } },
  ],
};
