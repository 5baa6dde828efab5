import { z } from 'zod';
import { idSchema } from '../mongo/id.ts';

/** What AI adds to the rules' judgement of a deal; kept beside it, never in its place. */
export const dealInsightSchema = z
  .object({
    winProbability: z.number().int().min(0).max(100),
    baseline: z.number().int().min(0).max(100).describe('By rules'),
    aiAdj: z.number().int().min(-15).max(15),
    predictedCloseOn: z.iso.date().nullable(),
    risks: z.array(
      z.object({ severity: z.enum(['high', 'medium', 'low']), factor: z.string(), evidence: z.string() }),
    ),
    actions: z.array(
      z.object({
        priority: z.enum(['high', 'normal', 'low']),
        kind: z.enum(['call', 'email', 'whatsapp', 'meeting', 'task']),
        text: z.string(),
        why: z.string(),
      }),
    ),
    summary: z.string(),
    confidence: z.number().min(0).max(1),
    runId: idSchema,
    at: z.iso.datetime(),
  })
  .meta({ id: 'DealInsight' });
export type DealInsight = z.infer<typeof dealInsightSchema>;
