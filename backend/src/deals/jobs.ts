import type { ActivityDocument } from '../activities/activity.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Pipeline, PipelineStore } from '../pipelines/pipeline.ts';
import { job } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import type { Handler } from '../queue/work.ts';
import type { DealDocument } from './deal.ts';
import { type DealHealth, dealHealth } from './health.ts';
import type { DealStore } from './store.ts';

const recentMs = 7 * 86_400_000;
/** Somebody who works on a deal changes it several times; AI looks once they have paused. */
const settlingMs = 60_000;

interface JudgeNeeds {
  mongo: Mongo;
  deals: DealStore;
  pipelines: PipelineStore;
  queues: Queues;
  /** Whether AI would be asked for this organisation now. */
  ai: { willing(orgId: string): Promise<boolean> };
}

/**
 * Judges the health of an open deal, and has AI look at it where that is on and something is new. Repeating it gives the
 * same; a deal that is gone or closed needs none.
 */
export function judgeDeal({ mongo, deals, pipelines, queues, ai }: JudgeNeeds): Handler<'deals.health'> {
  return async ({ orgId, dealId }) => {
    const deal = await deals.openDeal(orgId, dealId);
    if (!deal) return;
    const health = await judgement(mongo, deal, await pipelines.get(orgId, deal.pipelineId));
    if (!health) return;
    await deals.saveHealth(deal, health);
    if (wantsInsight(deal) && (await ai.willing(orgId)))
      await queues.add(
        job('ai.predictDeal', { orgId, dealId }, { debounce: { id: dealId, ms: settlingMs } }),
      );
  };
}

/** A deal's health by rules; nothing where its stage is gone. */
export async function judgement(
  mongo: Mongo,
  deal: DealDocument,
  pipeline: Pipeline,
): Promise<DealHealth | undefined> {
  const stage = pipeline.stages.find(({ id }) => id === deal.stageId);
  return (
    stage &&
    dealHealth({
      ...deal,
      rotDays: stage.rotDays,
      stageProbability: deal.probability ?? stage.probability,
      hasNextTask: deal.nextFollowUpAt !== null,
      recentContact: await heardFromCustomer(mongo, deal),
    })
  );
}

/** Whether AI has not looked at the deal yet, or not since it changed, or not for a week. */
function wantsInsight({ insight, updatedAt }: DealDocument, now = Date.now()): boolean {
  if (!insight) return true;
  const at = Date.parse(insight.at);
  return at < updatedAt.getTime() || now - at > recentMs;
}

/** Whether the customer met us or wrote to us in the last seven days. */
async function heardFromCustomer({ db }: Mongo, { orgId, _id }: DealDocument): Promise<boolean> {
  const sign = await db.collection<ActivityDocument>('activities').findOne({
    orgId,
    linkKeys: `deal:${_id}`,
    occurredAt: { $gte: new Date(Date.now() - recentMs) },
    $or: [{ kind: 'meeting' }, { direction: 'in' }],
  });
  return sign !== null;
}

/** Every morning time has passed for all open deals: each is judged anew, by a job of its own. */
export function judgeAllDeals({
  mongo,
  queues,
}: {
  mongo: Mongo;
  queues: Queues;
}): Handler<'deals.healthOfAll'> {
  return async () => {
    const open = mongo.db
      .collection<DealDocument>('deals')
      .find({ status: 'open', deletedAt: null })
      .project<{ _id: string; orgId: string }>({ orgId: 1 });
    for await (const { _id, orgId } of open) await queues.add(job('deals.health', { orgId, dealId: _id }));
  };
}
