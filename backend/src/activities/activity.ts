import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import { idSchema, newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import type { HistoryEntry } from '../records/record.ts';

export const linkKinds = ['lead', 'contact', 'company', 'deal'] as const;
export type LinkKind = (typeof linkKinds)[number];

/** What somebody writes down, and what the system remembers by itself; the latter is read-only. */
export const writtenKinds = ['note', 'call', 'meeting', 'whatsapp'] as const;
export const systemKinds = [
  'email',
  'task_done',
  'stage_change',
  'status_change',
  'created',
  'converted',
  'assigned',
  'ai',
  'file',
] as const;
export const outcomes = [
  'connected',
  'no_answer',
  'voicemail',
  'busy',
  'wrong_number',
  'done',
  'no_show',
] as const;

export const linkSchema = z.strictObject({ entity: z.enum(linkKinds), id: idSchema });
export type Link = z.output<typeof linkSchema>;

export const linkKey = ({ entity, id }: Link): string => `${entity}:${id}`;

export interface ActivityDocument {
  _id: string;
  orgId: string;
  kind: (typeof writtenKinds)[number] | (typeof systemKinds)[number];
  links: Link[];
  linkKeys: string[];
  body: string;
  outcome: (typeof outcomes)[number] | null;
  direction: 'in' | 'out' | null;
  durationSec: number | null;
  occurredAt: Date;
  createdAt: Date;
  actorId: string | null;
  actorName: string;
  pinned: boolean;
  meta: Record<string, string | number | null>;
  /** Colleagues whom it names. */
  mentions?: string[];
  isDemo?: boolean;
}

/** An activity with the usual beginnings. */
export function newActivity(
  principal: Principal,
  given: Pick<ActivityDocument, 'kind' | 'links'> & Partial<ActivityDocument>,
): ActivityDocument {
  const now = new Date();
  return {
    _id: newId(),
    orgId: principal.orgId,
    linkKeys: given.links.map(linkKey),
    body: '',
    outcome: null,
    direction: null,
    durationSec: null,
    occurredAt: now,
    createdAt: now,
    actorId: principal.userId,
    actorName: principal.name,
    pinned: false,
    meta: {},
    ...given,
  };
}

/** Writes one line of a record's own history into its timeline. */
export async function rememberHistory(
  { db }: Mongo,
  principal: Principal,
  link: Link,
  { kind, meta }: HistoryEntry,
  session: ClientSession,
): Promise<void> {
  await db
    .collection<ActivityDocument>('activities')
    .insertOne(newActivity(principal, { kind, links: [link], meta }), { session });
}

export const activityIndexes: Indexes = {
  activities: [
    { key: { orgId: 1, linkKeys: 1, occurredAt: -1, _id: -1 } },
    { key: { orgId: 1, actorId: 1, kind: 1, occurredAt: -1 } },
  ],
};
