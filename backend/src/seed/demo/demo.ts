import type { Link } from '../../activities/activity.ts';
import type { Audit } from '../../audit/audit.ts';
import { letGoOfFiles } from '../../files/purge.ts';
import type { AnyDocument, AnyFilter } from '../../mongo/document.ts';
import type { Mongo } from '../../mongo/mongo.ts';
import type { OrgDocument } from '../../org/org.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { PipelineStore } from '../../pipelines/pipeline.ts';
import type { Principal } from '../../policy/principal.ts';
import { Problem } from '../../problem.ts';
import { announceRights } from '../../users/store.ts';
import type { UserDocument } from '../../users/user.ts';
import { inventExamples } from './invent.ts';

/** Where examples are, each marked `isDemo`. */
const collections = [
  'users',
  'teams',
  'companies',
  'contacts',
  'leads',
  'deals',
  'tasks',
  'activities',
  'emails',
] as const;

export interface DemoNeeds {
  mongo: Mongo;
  outbox: Outbox;
  audit: Audit;
  pipelines: PipelineStore;
}

/** How many examples there are. */
export async function countExamples({ mongo }: Pick<DemoNeeds, 'mongo'>, orgId: string): Promise<number> {
  const counts = await Promise.all(
    collections.map((name) => mongo.db.collection(name).countDocuments({ orgId, isDemo: true })),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Puts the examples beside what the organisation has and says how many they are. A second time is a `conflict`. Those of
 * a process that was killed meanwhile are incomplete; they are taken away like whole ones.
 */
export async function addExamples(needs: DemoNeeds, principal: Principal, now = new Date()): Promise<number> {
  const { mongo, outbox, audit, pipelines } = needs;
  const { orgId } = principal;
  if ((await countExamples(needs, orgId)) > 0)
    throw new Problem('conflict', { detail: 'The example data is here already.' });
  const pipeline = await pipelines.get(orgId);
  const [last] = await mongo.db
    .collection<AnyDocument>('deals')
    .find({ orgId, pipelineId: pipeline.id } as AnyFilter)
    .sort({ rank: -1 })
    .limit(1)
    .toArray();
  const examples = inventExamples({
    orgId,
    timezone: principal.timezone,
    pipeline,
    lastRank: last?.rank ?? null,
    me: principal.userId === null ? null : { _id: principal.userId, name: principal.name },
    now,
  });
  const { users, teams, ...records } = examples;
  const added = Object.values(examples).reduce((sum, list) => sum + list.length, 0);
  await outbox.commit(async (session) => {
    // Their addresses are unique: of two who add the examples at once, one does.
    await mongo.db.collection<UserDocument>('users').insertMany(users, { session });
    await mongo.db.collection<AnyDocument>('teams').insertMany(teams, { session });
    await audit.record(
      principal,
      { action: 'demo-data.added', entity: 'org', entityId: orgId, after: { records: added } },
      session,
    );
  });
  try {
    for (const [name, list] of Object.entries(records))
      await mongo.db.collection<AnyDocument>(name).insertMany(list as AnyDocument[]);
  } catch (error) {
    await removeExamples(needs, principal);
    throw error;
  }
  await outbox.commit(async (_session, tell) => tell(announceRights(principal, 'org', orgId)));
  return added;
}

/** Takes all examples away. What people made themselves stays, and lets go of the examples it pointed to. */
export async function removeExamples(needs: DemoNeeds, principal: Principal): Promise<void> {
  const { mongo, outbox, audit } = needs;
  const { orgId } = principal;
  await outbox.commit(async (session, tell) => {
    const ids = async (name: string): Promise<string[]> => {
      const found = await mongo.db
        .collection<AnyDocument>(name)
        .find({ orgId, isDemo: true } as AnyFilter, { session })
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      return found.map(({ _id }) => _id);
    };
    const release = (name: string, field: string, gone: readonly string[]) =>
      mongo.db
        .collection<AnyDocument>(name)
        .updateMany(
          { orgId, isDemo: { $ne: true }, [field]: { $in: gone } },
          { $set: { [field]: null } },
          { session },
        );
    const [users, companies, contacts, leads, deals] = [
      await ids('users'),
      await ids('companies'),
      await ids('contacts'),
      await ids('leads'),
      await ids('deals'),
    ];
    const records = Object.entries({ company: companies, contact: contacts, lead: leads, deal: deals });
    const links = records.flatMap(([entity, gone]) => gone.map((id) => ({ entity, id }) as Link));
    await letGoOfFiles(mongo, orgId, links, session);
    for (const name of ['leads', 'contacts', 'companies', 'deals']) await release(name, 'ownerId', users);
    await release('tasks', 'assigneeId', users);
    for (const name of ['contacts', 'deals']) await release(name, 'companyId', companies);
    await release('deals', 'leadId', leads);
    await release('users', 'teamId', await ids('teams'));
    await mongo.db
      .collection<AnyDocument>('deals')
      .updateMany(
        { orgId, 'contacts.contactId': { $in: contacts } },
        { $pull: { contacts: { contactId: { $in: contacts } } } } as never,
        { session },
      );
    for (const name of collections)
      await mongo.db.collection(name).deleteMany({ orgId, isDemo: true }, { session });
    await mongo.db
      .collection<OrgDocument>('orgs')
      .updateOne({ _id: orgId }, { $unset: { isDemo: true } }, { session });
    await audit.record(principal, { action: 'demo-data.removed', entity: 'org', entityId: orgId }, session);
    tell(announceRights(principal, 'org', orgId));
  });
}
