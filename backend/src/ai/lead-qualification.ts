import { z } from 'zod';
import type { LeadDocument } from '../leads/lead.ts';
import type { LeadScore } from '../leads/schema.ts';
import { nextActionKinds } from '../leads/schema.ts';
import { scoreByRules, scoreClass } from '../leads/score.ts';
import { scoreContext } from '../leads/score-context.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import type { UserDocument } from '../users/user.ts';
import { language, oneOf, said } from './answers.ts';
import type { Asker } from './asker.ts';
import { recentOf } from './people.ts';
import { asData, untrustedRule } from './untrusted.ts';

const leadFields = [
  'name',
  'jobTitle',
  'companyName',
  'emailDomain',
  'source',
  'sourceDetails',
  'message',
  'city',
  'state',
  'website',
  'cnpj',
  'email',
  'phone',
  'estimatedValueCents',
] as const;

const task = `You help a salesperson judge one new lead. Rules have scored it already; say by how much that score should move
(-15 to 15, 0 when the rules are right), why, what is missing and what to do next. Each reason names the field or activity
id it rests on. Suggest an owner only from "reps", else null.`;

const shapeOf = (activityIds: readonly string[], repIds: readonly string[]) =>
  z.object({
    aiAdjustment: z.number().int().min(-15).max(15),
    reasons: z
      .array(
        z.object({
          text: said(160),
          polarity: z.enum(['positive', 'negative']),
          evidence: oneOf([...leadFields, ...activityIds]),
        }),
      )
      .min(3)
      .max(6),
    missing: z.array(z.enum(leadFields)).max(leadFields.length),
    nextActions: z
      .array(
        z.object({
          kind: z.enum(nextActionKinds),
          text: said(140),
          priority: z.enum(['high', 'normal', 'low']),
          dueInHours: z.number().int().min(1).max(336),
        }),
      )
      .min(3)
      .max(5),
    suggestedOwnerId: oneOf(repIds).nullable(),
    confidence: z.number().min(0).max(1),
  });

/** The lead's score by rules, moved by AI within its bound and explained by it. */
export async function qualifyByAi(
  { mongo, asker }: { mongo: Mongo; asker: Asker },
  principal: Principal,
  lead: LeadDocument,
): Promise<LeadScore> {
  const org = await asker.org(lead.orgId);
  const context = await scoreContext(mongo, lead);
  const rules = scoreByRules(lead, context);
  const [recent, reps] = await Promise.all([
    recentOf(mongo, lead.orgId, { entity: 'lead', id: lead._id }, 5),
    salespeople(mongo, lead.orgId),
  ]);
  const { value, runId } = await asker.ask(
    principal,
    { kind: 'lead_qualification', entityKey: `lead:${lead._id}` },
    {
      system: `${task}\n${untrustedRule}\n${language(org.locale)}`,
      prompt: asData({
        lead: inputOf(lead),
        company: context?.company,
        icp: org.icp,
        rules: rules.rules,
        recent,
        reps,
      }),
      shape: shapeOf(
        recent.map(({ id }) => id),
        reps.map(({ id }) => id),
      ),
      shapeName: 'lead_qualification',
    },
  );
  return mergedScore(rules, value, runId);
}

/** What the rules found and what AI makes of it. The adjustment stays within its bound, the sum within the scale. */
export function mergedScore(
  rules: LeadScore,
  answer: z.infer<ReturnType<typeof shapeOf>>,
  runId: string,
): LeadScore {
  const aiAdj = Math.max(-15, Math.min(15, answer.aiAdjustment));
  const value = Math.max(0, Math.min(100, rules.value + aiAdj));
  return {
    ...rules,
    value,
    class: scoreClass(value),
    aiAdj,
    reasons: answer.reasons.map((reason) => ({ code: 'ai', ...reason })),
    missing: answer.missing,
    nextActions: answer.nextActions.map((action) => ({ code: 'ai', ...action })),
    suggestedOwnerId: answer.suggestedOwnerId,
    source: 'ai',
    runId,
    at: new Date().toISOString(),
  };
}

function inputOf({
  name,
  jobTitle,
  companyName,
  email,
  source,
  sourceDetails,
  message,
  city,
  state,
}: LeadDocument) {
  const emailDomain = email?.split('@')[1] ?? null;
  return { name, jobTitle, companyName, emailDomain, source, sourceDetails, message, city, state };
}

/** Who could take the lead, with how much they have and how they did in the last 90 days. */
async function salespeople({ db }: Mongo, orgId: string) {
  const users = await db
    .collection<UserDocument>('users')
    .find({ orgId, status: 'active' })
    .limit(30)
    .project<{ _id: string; name: string }>({ name: 1 })
    .toArray();
  const since = new Date(Date.now() - 90 * 86_400_000);
  const ids = users.map(({ _id }) => _id);
  const [open, wins] = await Promise.all([
    countByOwner(db, 'leads', {
      orgId,
      deletedAt: null,
      status: { $in: ['new', 'contacted', 'qualified'] },
      ownerId: { $in: ids },
    }),
    countByOwner(db, 'deals', {
      orgId,
      deletedAt: null,
      status: 'won',
      closedAt: { $gte: since },
      ownerId: { $in: ids },
    }),
  ]);
  return users.map(({ _id, name }) => ({
    id: _id,
    name,
    openLeads: open.get(_id) ?? 0,
    wins90d: wins.get(_id) ?? 0,
  }));
}

async function countByOwner(
  db: Mongo['db'],
  collection: string,
  match: object,
): Promise<Map<string, number>> {
  const rows = await db
    .collection(collection)
    .aggregate<{ _id: string; count: number }>([
      { $match: match },
      { $group: { _id: '$ownerId', count: { $sum: 1 } } },
    ])
    .toArray();
  return new Map(rows.map(({ _id, count }) => [_id, count]));
}
