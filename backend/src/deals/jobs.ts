import type { ActivityDocument } from '../activities/activity.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { PipelineStore } from '../pipelines/pipeline.ts';
import { job } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import type { Handler } from '../queue/work.ts';
import type { DealDocument } from './deal.ts';
import { dealHealth } from './health.ts';
import type { DealStore } from './store.ts';

const recentMs = 7 * 86_400_000;

/** Judges the health of an open deal. Repeating it gives the same; a deal that is gone or closed needs none. */
export function judgeDeal({
  mongo,
  deals,
  pipelines,
}: {
  mongo: Mongo;
  deals: DealStore;
  pipelines: PipelineStore;
}): Handler<'deals.health'> {
  return async ({ orgId, dealId }) => {
    const deal = await deals.openDeal(orgId, dealId);
    if (!deal) return;
    const pipeline = await pipelines.get(orgId, deal.pipelineId);
    const stage = pipeline.stages.find(({ id }) => id === deal.stageId);
    if (!stage) return;
    const recentContact = await heardFromCustomer(mongo, deal);
    const health = dealHealth({
      ...deal,
      rotDays: stage.rotDays,
      stageProbability: deal.probability ?? stage.probability,
      hasNextTask: deal.nextFollowUpAt !== null,
      recentContact,
    });
    await deals.saveHealth(deal, health);
  };
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
