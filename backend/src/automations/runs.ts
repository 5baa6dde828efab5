import type { ClientSession, Collection } from 'mongodb';
import { z } from 'zod';
import { type Link, linkKinds } from '../activities/activity.ts';
import { listPage } from '../http/list.ts';
import { RememberedRows } from '../http/rows.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';

export const automationNames = ['newLead', 'idleDeal', 'dealWon', 'noReply'] as const;
export type AutomationName = (typeof automationNames)[number];

const keptDays = 90;

export const automationRunSchema = z
  .object({
    id: z.string(),
    rule: z.enum(automationNames),
    at: z.iso.datetime(),
    record: z.object({ entity: z.enum(linkKinds), id: idSchema }),
    ownerId: idSchema.nullable().describe('Who was given the lead'),
    taskIds: z.array(idSchema).describe('The tasks that it made'),
    notifiedIds: z.array(idSchema).describe('Who was told'),
  })
  .meta({ id: 'AutomationRun' });
type AutomationRun = z.infer<typeof automationRunSchema>;

interface RunDocument extends Omit<AutomationRun, 'id' | 'at' | 'notifiedIds'> {
  /** What it ran for: the same never runs twice. */
  _id: string;
  orgId: string;
  at: Date;
  /** Not stored of those that ran before anybody was told. */
  notifiedIds?: string[];
}

/** What a rule did. */
export interface Done {
  record: Link;
  ownerId?: string | null;
  taskIds?: readonly string[];
  notifiedIds?: readonly string[];
}

/** What the automations did, each once for each occasion. Kept for 90 days. */
export class AutomationRuns {
  readonly #mongo: Mongo;
  readonly #rows = new RememberedRows<RunDocument, AutomationRun>(
    ({ _id, orgId: _org, at, notifiedIds = [], ...run }) => ({
      id: _id,
      at: at.toISOString(),
      notifiedIds,
      ...run,
    }),
  );

  constructor(mongo: Mongo) {
    this.#mongo = mongo;
  }

  /** Whether the rule ran for this occasion already. */
  async has(orgId: string, rule: AutomationName, occasion: string): Promise<boolean> {
    return (await this.#runs.findOne({ _id: idOf(orgId, rule, occasion) })) !== null;
  }

  /**
   * Notes a run in the transaction of what it does. Of two who do the same at once one fails, with all that it did, by
   * MongoDB's duplicate key.
   */
  async note(
    orgId: string,
    rule: AutomationName,
    occasion: string,
    { record, ownerId = null, taskIds = [], notifiedIds = [] }: Done,
    session: ClientSession,
  ): Promise<void> {
    await this.#runs.insertOne(
      {
        _id: idOf(orgId, rule, occasion),
        orgId,
        rule,
        at: new Date(),
        record: { entity: record.entity, id: record.id },
        ownerId,
        taskIds: [...taskIds],
        notifiedIds: [...notifiedIds],
      },
      { session },
    );
  }

  async list(
    orgId: string,
    { rule, ...page }: { rule?: AutomationName | undefined; limit: number; cursor?: string | undefined },
  ) {
    const filter = { orgId, ...(rule && { rule }) } as AnyFilter;
    return listPage(this.#mongo, 'automationRuns', { filter, sort: '-at', ...page }, this.#rows);
  }

  get #runs(): Collection<RunDocument> {
    return this.#mongo.db.collection('automationRuns');
  }
}

const idOf = (orgId: string, rule: AutomationName, occasion: string): string =>
  `${orgId}:${rule}:${occasion}`;

export const automationIndexes: Indexes = {
  automationRuns: [
    { key: { orgId: 1, at: -1, _id: -1 } },
    { key: { orgId: 1, rule: 1, at: -1, _id: -1 } },
    { key: { at: 1 }, expireAfterSeconds: keptDays * 86_400 },
  ],
};
