import type { ClientSession, Collection } from 'mongodb';
import { z } from 'zod';
import type { AuditAction } from '../audit/actions.ts';
import type { Audit } from '../audit/audit.ts';
import { line } from '../fields/text.ts';
import { idSchema, newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { announceRights } from '../users/store.ts';

export const stageTypes = ['open', 'won', 'lost'] as const;

const stage = {
  name: line(60),
  probability: z.number().int().min(0).max(100),
  rotDays: z.number().int().min(1).max(365).nullable(),
  type: z.enum(stageTypes),
};
const stageBody = z.strictObject({
  ...stage,
  id: idSchema.optional(),
  rotDays: stage.rotDays.default(null),
  type: stage.type.default('open'),
});
export const pipelineBody = z
  .strictObject({
    name: line(60),
    isDefault: z.boolean().default(false),
    stages: z.array(stageBody).min(3).max(20),
  })
  .meta({ id: 'PipelineBody', description: 'Stages in order; exactly one won and one lost.' });
export const pipelineView = z
  .object({
    id: idSchema,
    name: z.string(),
    isDefault: z.boolean(),
    stages: z.array(
      z.object({
        id: idSchema,
        name: z.string(),
        probability: z.number().int(),
        rotDays: z.number().int().nullable(),
        type: z.enum(stageTypes),
        archived: z.boolean(),
      }),
    ),
    version: z.number().int(),
  })
  .meta({ id: 'Pipeline' });
export type Pipeline = z.infer<typeof pipelineView>;
export type Stage = Pipeline['stages'][number];

export interface PipelineDocument extends Omit<Pipeline, 'id'> {
  _id: string;
  orgId: string;
  createdAt: Date;
}

const usual: readonly [name: string, probability: number, type: Stage['type'], rotDays: number | null][] = [
  ['Novo', 10, 'open', 7],
  ['Qualificado', 25, 'open', 10],
  ['Demo agendada', 40, 'open', 14],
  ['Proposta enviada', 60, 'open', 14],
  ['Negociação', 80, 'open', 14],
  ['Ganho', 100, 'won', null],
  ['Perdido', 0, 'lost', null],
];

/** The pipeline an organisation begins with. */
export function usualPipeline(orgId: string): PipelineDocument {
  const stages = usual.map(([name, probability, type, rotDays]) => ({
    id: newId(),
    name,
    probability,
    rotDays,
    type,
    archived: false,
  }));
  return { _id: newId(), orgId, name: 'Vendas', isDefault: true, stages, version: 1, createdAt: new Date() };
}

/** The ways deals go. */
export class PipelineStore {
  readonly #mongo: Mongo;
  readonly #outbox: Outbox;
  readonly #audit: Audit;

  constructor({ mongo, outbox, audit }: { mongo: Mongo; outbox: Outbox; audit: Audit }) {
    this.#mongo = mongo;
    this.#outbox = outbox;
    this.#audit = audit;
  }

  async list(orgId: string): Promise<Pipeline[]> {
    return (await this.#pipelines.find({ orgId }).sort({ createdAt: 1 }).limit(50).toArray()).map(view);
  }

  /** One pipeline, the default one where no id is given. */
  async get(orgId: string, id?: string, session?: ClientSession): Promise<Pipeline> {
    const found = await this.#pipelines.findOne(
      { orgId, ...(id === undefined ? { isDefault: true } : { _id: id }) },
      { session },
    );
    if (!found) throw new Problem('not-found', { detail: 'There is no such pipeline.' });
    return view(found);
  }

  async create(principal: Principal, given: z.output<typeof pipelineBody>): Promise<Pipeline> {
    const { orgId } = principal;
    const pipeline: PipelineDocument = {
      _id: newId(),
      orgId,
      name: given.name,
      isDefault: given.isDefault,
      stages: stagesOf(given, []),
      version: 1,
      createdAt: new Date(),
    };
    return this.#save(principal, pipeline, 'pipeline.created', async (session) => {
      await this.#pipelines.insertOne(pipeline, { session });
    });
  }

  /** Changes a pipeline. A stage that is left out but still holds deals is archived, so that they keep their history. */
  async update(
    principal: Principal,
    id: string,
    version: number,
    given: z.output<typeof pipelineBody>,
  ): Promise<Pipeline> {
    const before = await this.#pipelines.findOne({ _id: id, orgId: principal.orgId });
    if (!before) throw new Problem('not-found');
    const kept = stagesOf(given, before.stages);
    const archived = before.stages
      .filter((old) => !kept.some((stage) => stage.id === old.id))
      .map((old) => ({ ...old, archived: true }));
    const held =
      archived.length === 0
        ? 0
        : await this.#mongo.db.collection('deals').countDocuments({
            orgId: principal.orgId,
            pipelineId: id,
            stageId: { $in: archived.map((stage) => stage.id) },
            status: 'open',
            deletedAt: null,
          });
    if (held > 0)
      throw new Problem('conflict', { detail: `Move the ${held} open deals out of the stage first.` });
    const after = {
      ...before,
      name: given.name,
      isDefault: given.isDefault || before.isDefault,
      stages: [...kept, ...archived],
      version: version + 1,
    };
    return this.#save(principal, after, 'pipeline.updated', async (session) => {
      const { matchedCount } = await this.#pipelines.replaceOne({ _id: id, version }, after, { session });
      if (matchedCount === 0) throw new Problem('version-conflict', { extra: { current: view(before) } });
    });
  }

  async #save(
    principal: Principal,
    pipeline: PipelineDocument,
    action: AuditAction,
    write: (session: ClientSession) => Promise<void>,
  ): Promise<Pipeline> {
    return this.#outbox.commit(async (session, tell) => {
      if (pipeline.isDefault)
        await this.#pipelines.updateMany(
          { orgId: principal.orgId, _id: { $ne: pipeline._id } },
          { $set: { isDefault: false } },
          { session },
        );
      await write(session);
      await this.#audit.record(
        principal,
        { action, entity: 'pipeline', entityId: pipeline._id, after: { name: pipeline.name } },
        session,
      );
      tell(announceRights(principal, 'pipeline', pipeline._id));
      return view(pipeline);
    });
  }

  get #pipelines(): Collection<PipelineDocument> {
    return this.#mongo.db.collection('pipelines');
  }
}

function stagesOf({ stages }: z.output<typeof pipelineBody>, before: readonly Stage[]): Stage[] {
  for (const type of ['won', 'lost'] as const)
    if (stages.filter((stage) => stage.type === type).length !== 1)
      throw invalid('#/stages', `stages.${type}`, `A pipeline has exactly one ${type} stage.`);
  const known = new Set(before.map(({ id }) => id));
  return stages.map((stage) => {
    if (stage.id !== undefined && !known.has(stage.id))
      throw invalid('#/stages', 'stages.unknown', 'A new stage has no id yet.');
    return { ...stage, id: stage.id ?? newId(), archived: false };
  });
}

function view({ _id, name, isDefault, stages, version }: PipelineDocument): Pipeline {
  return { id: _id, name, isDefault, stages, version };
}

export const pipelineIndexes: Indexes = {
  pipelines: [{ key: { orgId: 1, createdAt: 1 } }, { key: { orgId: 1, isDefault: 1 } }],
};
