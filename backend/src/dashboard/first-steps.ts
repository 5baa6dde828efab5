import { z } from 'zod';
import { Mailer } from '../mail/mailer.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import { countExamples, type DemoNeeds } from '../seed/demo/demo.ts';
import type { Settings } from '../settings.ts';

export const firstStepsSchema = z
  .object({
    lead: z.boolean(),
    icp: z.boolean().describe('The ideal customer was described'),
    pipeline: z.boolean().describe('The stages were looked over'),
    invite: z.boolean(),
    smtp: z.boolean(),
    ai: z.boolean(),
    demo: z.number().int().describe('Records of example data'),
  })
  .meta({ id: 'FirstSteps' });

/** What an organisation does once, and what of it is done. */
export async function firstSteps(
  needs: DemoNeeds & { mongo: Mongo; settings: Settings },
  orgId: string,
): Promise<z.infer<typeof firstStepsSchema>> {
  const { mongo, settings } = needs;
  const { db } = mongo;
  const some = async (collection: string, filter: object) =>
    (await db.collection(collection).findOne({ orgId, ...filter }, { projection: { _id: 1 } })) !== null;
  const [org, lead, pipeline, users, demo] = await Promise.all([
    db.collection<OrgDocument>('orgs').findOne({ _id: orgId }),
    some('leads', { deletedAt: null }),
    some('pipelines', { version: { $gt: 1 } }),
    db.collection('users').countDocuments({ orgId }, { limit: 2 }),
    countExamples(needs, orgId),
  ]);
  const icp = org?.icp;
  return {
    lead,
    icp:
      icp !== undefined && (icp.industries.length > 0 || icp.states.length > 0 || icp.employeesMin !== null),
    pipeline,
    invite: users > 1,
    smtp: new Mailer(settings).obstacle === undefined,
    ai: settings.CLAUDE_API_KEY !== undefined || settings.OPENAI_API_KEY !== undefined,
    demo,
  };
}
