import { z } from 'zod';
import { type Link, linkKey, linkKinds, linkSchema } from '../activities/activity.ts';
import { mailHtml, plainText } from '../fields/mail-html.ts';
import { emailSchema, line } from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { searchTokens } from '../http/search-tokens.ts';
import { type LetterStatus, letterStatuses, type Outgoing, sendErrorCodes } from '../mail/outgoing.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import { Problem } from '../problem.ts';
import {
  isoOrNull,
  type Noun,
  newRecord,
  type RecordDocument,
  recordShape,
  recordView,
} from '../records/record.ts';
import { type Attached, attachedSchema } from './attached.ts';
import type { Track } from './tracking.ts';

const addresses = z
  .array(emailSchema)
  .max(20)
  .transform((given) => [...new Set(given)]);

const writable = {
  to: addresses,
  cc: addresses,
  bcc: addresses,
  subject: line(200, 0).describe('May hold variables as {{first_name}}, filled in when it is sent'),
  bodyHtml: mailHtml.describe('Sanitised; may hold variables, too'),
  templateId: idSchema.nullable().describe('The template it was begun from'),
  links: z.array(linkSchema).max(10),
  fileIds: z
    .array(idSchema)
    .max(10)
    .transform((given) => [...new Set(given)])
    .describe('Files of records that go with it, 10 MB together'),
  tracking: z
    .boolean()
    .describe('Whether openings and clicks are noted where the organisation has that switched on'),
};

export const emailCreate = z.strictObject(writable).partial().meta({ id: 'EmailCreate' });
export type EmailCreate = z.output<typeof emailCreate>;
export const emailPatch = z
  .strictObject(writable)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'EmailPatch' });
export type EmailPatch = z.output<typeof emailPatch>;

export const emailSchemaOut = z
  .object({
    ...recordShape,
    status: z.enum(letterStatuses),
    ownerId: idSchema.nullable().describe('Who writes it; answers go to them'),
    to: z.array(z.string()),
    cc: z.array(z.string()),
    bcc: z.array(z.string()),
    subject: z.string(),
    bodyHtml: z.string().describe('Sanitised HTML'),
    bodyText: z.string(),
    templateId: idSchema.nullable(),
    links: z.array(z.object({ entity: z.enum(linkKinds), id: idSchema })),
    files: z
      .array(attachedSchema)
      .describe('What goes with it, as it was when it was attached; kept with the letter'),
    tracking: z.boolean(),
    scheduledAt: z.iso.datetime().nullable(),
    sentAt: z.iso.datetime().nullable(),
    repliedAt: z.iso.datetime().nullable(),
    error: z.object({ code: z.enum(sendErrorCodes), message: z.string() }).nullable(),
    recipients: z
      .array(
        z.object({
          address: z.string(),
          state: z.enum(['waiting', 'accepted', 'refused']),
          words: z.string().nullable().describe('What the mail server said of them'),
        }),
      )
      .describe('Empty until it is queued'),
    messageId: z
      .string()
      .nullable()
      .describe('Its Message-ID up to the @, by which the log of the mail server knows whether it arrived'),
    openCountEst: z.number().int().describe('An estimate: many mail programs open pictures by themselves'),
    clickCount: z.number().int(),
  })
  .meta({ id: 'Email' });
export type Email = z.infer<typeof emailSchemaOut>;

const filters = {
  status: field.word(letterStatuses),
  ownerId: field.id(),
  templateId: field.id(),
  to: field.text(),
  link: { ...field.text('linkKeys') },
  createdAt: field.date(),
  scheduledAt: field.date(),
  sentAt: field.date(),
};
export const emailQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(filters),
  sort: sortSchema(['updatedAt', 'createdAt', 'scheduledAt', 'sentAt'], '-updatedAt'),
});

export interface EmailDocument
  extends RecordDocument,
    Outgoing,
    Omit<
      Email,
      | 'id'
      | 'version'
      | 'createdAt'
      | 'updatedAt'
      | 'status'
      | 'error'
      | 'scheduledAt'
      | 'sentAt'
      | 'repliedAt'
      | 'recipients'
      | 'messageId'
      | 'files'
    > {
  scheduledAt: Date | null;
  repliedAt: Date | null;
  linkKeys: string[];
  /** Absent in letters from before there were attachments, as `files` is. */
  fileIds?: string[];
  files?: Attached[];
  /** Made when it is queued; null while nothing is measured and nobody can unsubscribe. */
  track: Track | null;
}

/** Still somebody's to write. */
export const writableStatuses: readonly LetterStatus[] = ['draft', 'cancelled', 'failed', 'bounced'];

export const emailNoun: Noun<EmailDocument, Email, EmailCreate, EmailPatch> = {
  kind: 'email',
  collection: 'emails',
  filters,
  references: { templateId: 'template' },
  moreReferences: ({ links }) =>
    (links ?? []).map(({ entity, id }: Link) => ({ field: 'links', kind: entity, id })),
  make: (principal, given) => ({
    ...newRecord(principal),
    status: 'draft',
    ownerId: principal.userId,
    to: given.to ?? [],
    cc: given.cc ?? [],
    bcc: given.bcc ?? [],
    subject: given.subject ?? '',
    bodyHtml: given.bodyHtml ?? '',
    bodyText: plainText(given.bodyHtml ?? ''),
    templateId: given.templateId ?? null,
    links: given.links ?? [],
    linkKeys: (given.links ?? []).map(linkKey),
    fileIds: given.fileIds ?? [],
    files: [],
    tracking: given.tracking ?? true,
    scheduledAt: null,
    sentAt: null,
    repliedAt: null,
    error: null,
    delivery: null,
    track: null,
    openCountEst: 0,
    clickCount: 0,
  }),
  view: (email) => ({
    ...recordView(email),
    status: email.status,
    ownerId: email.ownerId,
    to: email.to,
    cc: email.cc,
    bcc: email.bcc,
    subject: email.subject,
    bodyHtml: email.bodyHtml,
    bodyText: email.bodyText,
    templateId: email.templateId,
    links: email.links,
    files: email.files ?? [],
    tracking: email.tracking,
    scheduledAt: isoOrNull(email.scheduledAt),
    sentAt: isoOrNull(email.sentAt),
    repliedAt: isoOrNull(email.repliedAt),
    error: email.error,
    recipients: email.delivery?.recipients ?? [],
    messageId: email.delivery?.messageId ?? null,
    openCountEst: email.openCountEst,
    clickCount: email.clickCount,
  }),
  tokens: ({ subject, to }) => searchTokens([subject, ...to]),
  derive: (after, before) => ({
    ...(after.links !== before.links && { linkKeys: after.links.map(linkKey) }),
    ...(after.bodyHtml !== before.bodyHtml && { bodyText: plainText(after.bodyHtml) }),
  }),
};

/** Refuses a step that a letter in its state cannot take. */
export function mustBe({ status }: EmailDocument, allowed: readonly LetterStatus[]): void {
  if (!allowed.includes(status))
    throw new Problem('invalid-transition', {
      detail: `This letter is ${status}; that takes one that is ${allowed.join(' or ')}.`,
    });
}

export const emailIndexes: Indexes = {
  emails: [
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, scheduledAt: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, sentAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, ownerId: 1, status: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, linkKeys: 1, updatedAt: -1 } },
    { key: { orgId: 1, ownerId: 1, 'delivery.dueAt': 1 } },
    { key: { orgId: 1, deletedAt: 1, search: 1 } },
    { key: { 'delivery.lookAt': 1 } },
    { key: { 'files.id': 1 }, sparse: true },
    { key: { orgId: 1, 'delivery.recipients.address': 1, 'delivery.dueAt': -1 } },
    { key: { 'track.openToken': 1 }, sparse: true },
    { key: { 'track.unsubscribeToken': 1 }, sparse: true },
    { key: { 'track.links.token': 1 }, sparse: true },
  ],
};
