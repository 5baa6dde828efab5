import { z } from 'zod';
import type { ActivityDocument } from '../activities/activity.ts';
import type { DealDocument } from '../deals/deal.ts';
import type { DealHealth } from '../deals/health.ts';
import type { DealInsight } from '../deals/insight.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Pipeline } from '../pipelines/pipeline.ts';
import type { Principal } from '../policy/principal.ts';
import { dayToCome, language, oneOf, said } from './answers.ts';
import type { Asker } from './asker.ts';
import { recentOf } from './people.ts';
import { asData, untrustedRule } from './untrusted.ts';

const day = 86_400_000;

const task = `You help a salesperson judge one open deal. Rules have computed its health and chance already; say by how much
the chance should move (-15 to 15), when it will probably close, which risks you see and what to do next. Each risk names
the metric or activity id it rests on. Invent nothing that is not in the data.`;

const shapeOf = (evidence: readonly string[], today: string) =>
  z.object({
    winProbAdjustment: z.number().int().min(-15).max(15),
    predictedCloseOn: dayToCome(today).nullable(),
    risks: z
      .array(
        z.object({
          severity: z.enum(['high', 'medium', 'low']),
          factor: said(100),
          evidence: oneOf(evidence),
        }),
      )
      .max(5),
    actions: z
      .array(
        z.object({
          priority: z.enum(['high', 'normal', 'low']),
          kind: z.enum(['call', 'email', 'whatsapp', 'meeting', 'task']),
          text: said(140),
          why: said(140),
        }),
      )
      .min(3)
      .max(5),
    summary: said(400),
    confidence: z.number().min(0).max(1),
  });

/** What AI makes of a deal, on top of what the rules found. */
export async function insightByAi(
  { mongo, asker }: { mongo: Mongo; asker: Asker },
  principal: Principal,
  deal: DealDocument,
  pipeline: Pipeline,
  health: DealHealth,
): Promise<DealInsight> {
  const org = await asker.org(deal.orgId);
  const now = Date.now();
  const stage = pipeline.stages.find(({ id }) => id === deal.stageId);
  const [recent, metrics] = await Promise.all([
    recentOf(mongo, deal.orgId, { entity: 'deal', id: deal._id }, 10),
    metricsOf(mongo, deal),
  ]);
  const input = {
    today: new Date(now).toISOString().slice(0, 10),
    deal: {
      title: deal.title,
      amountCents: deal.amountCents,
      currency: deal.currency,
      stage: stage?.name ?? null,
      daysInStage: Math.floor((now - deal.stageEnteredAt.getTime()) / day),
      rotDays: stage?.rotDays ?? null,
      ageDays: Math.floor((now - deal.createdAt.getTime()) / day),
      expectedCloseOn: deal.expectedCloseOn,
      contacts: deal.contacts.map(({ role }) => role),
    },
    metrics,
    baseline: { health: health.value, winProbability: health.winProbability, risks: health.risks },
    recent,
  };
  const evidence = [
    ...Object.keys(input.deal),
    ...Object.keys(metrics),
    ...Object.keys(input.baseline),
    ...health.risks.map(({ code }) => code),
    ...recent.map(({ id }) => id),
  ];
  const { value, runId } = await asker.ask(
    principal,
    { kind: 'deal_insight', entityKey: `deal:${deal._id}` },
    {
      system: `${task}\n${untrustedRule}\n${language(org.locale)}`,
      prompt: asData(input),
      shape: shapeOf(evidence, input.today),
      shapeName: 'deal_insight',
    },
  );
  const { winProbAdjustment: aiAdj, ...rest } = value;
  return {
    ...rest,
    aiAdj,
    baseline: health.winProbability,
    winProbability: Math.max(0, Math.min(100, health.winProbability + aiAdj)),
    runId,
    at: new Date().toISOString(),
  };
}

async function metricsOf({ db }: Mongo, { orgId, _id, lastActivityAt, createdAt }: DealDocument) {
  const since = new Date(Date.now() - 30 * day);
  const last = await db
    .collection<ActivityDocument>('activities')
    .find({ orgId, linkKeys: `deal:${_id}`, occurredAt: { $gte: since } })
    .project<{ kind: string; direction: string | null }>({ kind: 1, direction: 1 })
    .limit(500)
    .toArray();
  const count = (condition: (activity: { kind: string; direction: string | null }) => boolean) =>
    last.filter(condition).length;
  return {
    idleDays: Math.floor((Date.now() - (lastActivityAt ?? createdAt).getTime()) / day),
    activities30d: last.length,
    meetings: count(({ kind }) => kind === 'meeting'),
    emailsSent: count(({ kind, direction }) => kind === 'email' && direction !== 'in'),
    replies: count(({ direction }) => direction === 'in'),
  };
}
