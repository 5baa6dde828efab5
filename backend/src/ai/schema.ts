import { z } from 'zod';
import { linkKinds } from '../activities/activity.ts';
import { line, prose } from '../fields/text.ts';
import { idSchema } from '../mongo/id.ts';

export const providerNames = ['claude', 'openai'] as const;
export type ProviderName = (typeof providerNames)[number];
export const runKinds = [
  'lead_qualification',
  'email_drafts',
  'deal_insight',
  'timeline_summary',
  'assistant',
  'test',
] as const;
export type RunKind = (typeof runKinds)[number];
/** Why a provider gave no usable answer. */
export const failureKinds = [
  'timeout',
  'rate_limited',
  'overloaded',
  'network',
  'invalid_answer',
  'misconfigured',
  'bad_request',
  'refused',
] as const;
export type FailureKind = (typeof failureKinds)[number];

const linked = { entity: z.enum(linkKinds), id: idSchema };
/** Which provider answered in which run; the run takes feedback. */
const answered = { runId: idSchema, provider: z.enum(providerNames), model: z.string() };

export const aiStatusSchema = z
  .object({
    state: z.enum(['ready', 'degraded', 'failing', 'not_configured', 'disabled', 'budget_exceeded']),
    providers: z.array(
      z.object({
        name: z.enum(providerNames),
        configured: z.boolean(),
        model: z.string(),
        circuit: z.enum(['closed', 'open', 'misconfigured']),
        lastError: z.object({ kind: z.enum(failureKinds), at: z.iso.datetime() }).nullable(),
      }),
    ),
    features: z
      .object({
        leadQualification: z.boolean(),
        emailDrafts: z.boolean(),
        dealInsight: z.boolean(),
        timelineSummary: z.boolean(),
        assistant: z.boolean(),
      })
      .describe('Whether each would be tried now'),
  })
  .meta({ id: 'AiStatus' });
export type AiStatus = z.infer<typeof aiStatusSchema>;

export const emailPurposes = [
  'introduction',
  'follow_up',
  'proposal',
  'meeting_request',
  'thank_you',
  'reactivation',
  'custom',
] as const;
export const emailTones = ['formal', 'casual', 'direct'] as const;

export const emailDraftsBody = z
  .strictObject({
    link: z
      .strictObject({ entity: z.enum(['lead', 'contact', 'deal']), id: idSchema })
      .describe('Whom it is for; a deal’s decision maker, or its first contact'),
    purpose: z.enum(emailPurposes),
    instructions: prose(500).optional(),
    tone: z.enum(emailTones).optional().describe('Leads the variants; all three tones are written'),
    length: z.enum(['short', 'medium']).default('short'),
  })
  .refine(({ purpose, instructions }) => purpose !== 'custom' || instructions, {
    path: ['instructions'],
    error: 'are needed for a custom purpose',
  })
  .meta({ id: 'EmailDraftsRequest' });
export type EmailDraftsRequest = z.output<typeof emailDraftsBody>;

export const emailDraftsSchema = z
  .object({
    ...answered,
    variants: z
      .array(
        z.object({
          tone: z.enum(emailTones),
          subject: z.string(),
          alternativeSubjects: z.array(z.string()),
          body: z
            .string()
            .describe('Plain text; names are filled in, [brackets] hold what the writer must add'),
          why: z.string(),
        }),
      )
      .length(3),
    followUp: z.object({ inDays: z.number().int(), text: z.string() }),
    placeholders: z.array(z.string()).describe('Facts that the writer must fill in'),
  })
  .meta({ id: 'EmailDrafts' });
export type EmailDrafts = z.infer<typeof emailDraftsSchema>;

export const summaryBody = z
  .strictObject({ link: z.strictObject(linked) })
  .meta({ id: 'TimelineSummaryRequest' });
export const timelineSummarySchema = z
  .object({
    ...answered,
    summary: z.string(),
    openQuestions: z.array(z.string()),
    commitments: z.array(
      z.object({ who: z.enum(['us', 'them']), what: z.string(), due: z.iso.date().nullable() }),
    ),
    lastState: z.string(),
  })
  .meta({ id: 'TimelineSummary' });
export type TimelineSummary = z.infer<typeof timelineSummarySchema>;

export const assistantBody = z
  .strictObject({
    messages: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: prose(4000).min(1) }))
      .min(1)
      .max(20)
      .refine((messages) => messages.at(-1)?.role === 'user', 'must end with what the user says'),
    context: z.strictObject(linked).optional().describe('The record that is open on the screen'),
  })
  .meta({ id: 'AssistantRequest' });
export type AssistantRequest = z.output<typeof assistantBody>;

export const proposalActions = [
  'create_task',
  'create_lead',
  'log_note',
  'move_deal',
  'draft_email',
] as const;
/** One event of the assistant's answer: an SSE message whose `event` is `type` and whose `data` is the whole object. */
export const assistantEventSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('delta'), text: z.string() }),
    z.object({ type: z.literal('citation'), ...linked, title: z.string() }),
    z.object({
      type: z.literal('proposal'),
      action: z.enum(proposalActions),
      label: z.string().describe('What would be done, in the user’s language'),
      request: z
        .object({
          method: z.literal('POST'),
          path: z.string().describe('Below /api/v1'),
          body: z.record(z.string(), z.unknown()),
          ifMatch: z.string().nullable(),
        })
        .describe('Nothing has happened yet. On the user’s confirmation the client makes this request.'),
    }),
    z.object({ type: z.literal('done'), runId: idSchema }),
    z.object({ type: z.literal('error'), code: z.string(), title: z.string() }),
  ])
  .meta({ id: 'AssistantEvent' });
export type AssistantEvent = z.infer<typeof assistantEventSchema>;

export const feedbackBody = z
  .strictObject({ value: z.enum(['up', 'down']), note: line(500).nullable().default(null) })
  .meta({ id: 'AiFeedback' });

export const usageQuery = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')
    .optional()
    .describe('UTC; the present month unless given'),
});
export const usageSchema = z
  .object({
    month: z.string(),
    budgetCents: z.number().int().describe('US cents, as providers bill in dollars'),
    spentCents: z.number().describe('US cents, from the price list known to this release'),
    rows: z.array(
      z.object({
        kind: z.enum(runKinds),
        provider: z.enum(providerNames),
        model: z.string(),
        runs: z.number().int(),
        failed: z.number().int(),
        inputTokens: z.number().int(),
        outputTokens: z.number().int(),
        costCents: z.number(),
      }),
    ),
    feedback: z.object({ up: z.number().int(), down: z.number().int() }),
  })
  .meta({ id: 'AiUsage' });
export type AiUsage = z.infer<typeof usageSchema>;

export const providerTestSchema = z
  .object({
    data: z.array(
      z.object({
        provider: z.enum(providerNames),
        ok: z.boolean(),
        ms: z.number().int(),
        error: z.enum(failureKinds).nullable(),
      }),
    ),
  })
  .meta({ id: 'AiTest' });
