import type { LeadDocument } from '../leads/lead.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { DealDocument } from './deal.ts';

const atOnce = 1000;

/**
 * Gives deals that are older than their source that of the lead they came from, or none. Each deal once: what somebody
 * set since stays. Nobody's edit: no new version.
 */
export async function giveSources({ db }: Mongo): Promise<void> {
  const deals = db.collection<DealDocument>('deals');
  const older = { source: { $exists: false } };
  await deals.updateMany({ ...older, leadId: null }, { $set: { source: null } });
  for (let last = ''; ; ) {
    const some = await deals
      .find({ ...older, _id: { $gt: last } }, { projection: { leadId: 1 } })
      .sort({ _id: 1 })
      .limit(atOnce)
      .toArray();
    if (some.length === 0) return;
    const leads = await db
      .collection<LeadDocument>('leads')
      .find({ _id: { $in: some.flatMap(({ leadId }) => leadId ?? []) } }, { projection: { source: 1 } })
      .toArray();
    const sources = new Map(leads.map(({ _id, source }) => [_id, source]));
    await deals.bulkWrite(
      some.map(({ _id, leadId }) => ({
        updateOne: {
          filter: { _id, ...older },
          update: { $set: { source: sources.get(leadId!) ?? null } },
        },
      })),
    );
    last = some.at(-1)!._id;
  }
}
