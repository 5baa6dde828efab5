import { activityIndexes } from './activities/activity.ts';
import { aiIndexes } from './ai/runs.ts';
import { apiKeyIndexes } from './api-keys/store.ts';
import { auditIndexes } from './audit/audit.ts';
import { automationIndexes } from './automations/runs.ts';
import { companyIndexes } from './companies/company.ts';
import { contactIndexes } from './contacts/contact.ts';
import { dealIndexes } from './deals/deal.ts';
import { emailIndexes } from './emails/email.ts';
import { fileIndexes } from './files/file.ts';
import { inviteIndexes } from './invites/store.ts';
import { leadIndexes } from './leads/indexes.ts';
import { letterIndexes } from './mail/letters.ts';
import { guardIndexes } from './mongo/guard.ts';
import type { Indexes } from './mongo/indexes.ts';
import { noticeIndexes } from './notices/notice.ts';
import { outboxIndexes } from './outbox/indexes.ts';
import { passwordResetIndexes } from './password-resets/store.ts';
import { pipelineIndexes } from './pipelines/pipeline.ts';
import { sessionIndexes } from './sessions/store.ts';
import { taskIndexes } from './tasks/task.ts';
import { templateIndexes } from './templates/template.ts';
import { userIndexes } from './users/store.ts';

/** The indexes of all nouns. */
export const allIndexes: readonly Indexes[] = [
  guardIndexes,
  outboxIndexes,
  auditIndexes,
  userIndexes,
  sessionIndexes,
  inviteIndexes,
  passwordResetIndexes,
  apiKeyIndexes,
  automationIndexes,
  leadIndexes,
  contactIndexes,
  companyIndexes,
  activityIndexes,
  fileIndexes,
  taskIndexes,
  templateIndexes,
  letterIndexes,
  emailIndexes,
  noticeIndexes,
  pipelineIndexes,
  dealIndexes,
  aiIndexes,
];
