import { generateNKeysBetween } from 'fractional-indexing';
import { allIndexes } from '../../indexes.ts';
import type { AnyDocument } from '../../mongo/document.ts';
import { createIndexes } from '../../mongo/indexes.ts';
import type { Mongo } from '../../mongo/mongo.ts';
import { firstOrgId, newOrg, type OrgDocument } from '../../org/org.ts';
import { type PipelineDocument, usualPipeline } from '../../pipelines/pipeline.ts';
import { Problem } from '../../problem.ts';
import type { Amounts } from './amounts.ts';
import {
  idOf,
  inventActivity,
  inventCompany,
  inventContact,
  inventDeal,
  inventLead,
  inventTask,
  inventUser,
  type World,
} from './invent.ts';
import { Random } from './random.ts';

const seed = 20_261_123;
const batch = 1000;

const inventions = [
  ['users', inventUser],
  ['companies', inventCompany],
  ['contacts', inventContact],
  ['leads', inventLead],
  ['deals', inventDeal],
  ['tasks', inventTask],
  ['activities', inventActivity],
] as const;

interface LoadOptions {
  readonly amounts: Amounts;
  readonly now?: Date;
  /** Told after each kind: its name, how many, and the seconds it took. */
  readonly tell?: (kind: string, count: number, seconds: number) => void;
}

/**
 * Fills the database with invented records, the same each time but for dates, which reach back from now. All carry
 * `isDemo`. An organisation that is there is kept and gets them; without one there is a new one. A database that was
 * loaded before is a `conflict`.
 */
export async function load({ db }: Mongo, { amounts, now = new Date(), tell }: LoadOptions): Promise<void> {
  await createIndexes(db, ...allIndexes);
  if (await db.collection<AnyDocument>('users').findOne({ _id: idOf('user', 0) }))
    throw new Problem('conflict', {
      detail: 'This database holds a load already. Begin with an empty one to load again.',
    });
  const world: World = {
    random: new Random(seed),
    orgId: firstOrgId,
    pipeline: await organisation({ db }),
    amounts,
    ranks: generateNKeysBetween(null, null, amounts.deals),
    now,
  };
  for (const [name, invent] of inventions) {
    const began = performance.now();
    await fill({ db }, name, amounts[name], (n) => invent(world, n));
    tell?.(name, amounts[name], (performance.now() - began) / 1000);
  }
}

/** The pipeline of the organisation, both made where they are missing. */
async function organisation({ db }: Pick<Mongo, 'db'>): Promise<PipelineDocument> {
  const orgs = db.collection<OrgDocument>('orgs');
  const pipelines = db.collection<PipelineDocument>('pipelines');
  if (!(await orgs.findOne({ _id: firstOrgId })))
    await orgs.insertOne({ ...newOrg('Carga de teste'), isDemo: true });
  const known = await pipelines.findOne({ orgId: firstOrgId, isDefault: true });
  if (known) return known;
  const pipeline = usualPipeline(firstOrgId);
  await pipelines.insertOne(pipeline);
  return pipeline;
}

/** Writes in batches; the next is invented while the one before is written. */
async function fill(
  { db }: Pick<Mongo, 'db'>,
  name: string,
  count: number,
  invent: (n: number) => { _id: string },
): Promise<void> {
  let writing: Promise<unknown> = Promise.resolve();
  for (let done = 0; done < count; done += batch) {
    const records = Array.from({ length: Math.min(batch, count - done) }, (_, offset) =>
      invent(done + offset),
    );
    await writing;
    writing = db.collection<AnyDocument>(name).insertMany(records, { ordered: false });
  }
  await writing;
}
