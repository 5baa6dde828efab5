import type { Collection } from 'mongodb';
import { z } from 'zod';
import { type Link, linkKey, linkKinds } from '../activities/activity.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { namesOf } from '../records/names.ts';
import { type Channel, type NoticeKind, noticeKinds } from './wishes.ts';

const keptDays = 90;

/** The values of a notice's sentence, which its reader's client says in the reader's language. */
export type NoticeData = Record<string, string | number | null>;

export interface NoticeDocument {
  _id: string;
  orgId: string;
  /** Whose it is; nobody else sees it. */
  userId: string;
  /** What it is about: of the same, a person is told once. */
  occasion: string;
  kind: NoticeKind;
  record: Link | null;
  /** Further records that the same notice tells of, in the order of their coming. */
  more?: Link[];
  /** What joins this notice, while it is unread and young: of one kind, from one person or rule. */
  joins?: string;
  /** How many of its records an e-mail told of. */
  mailed?: number;
  taskId: string | null;
  data: NoticeData;
  at: Date;
  readAt: Date | null;
  channel: Exclude<Channel, 'off'>;
  /** Not to be sent by e-mail before; null where it goes by none, or was sent. */
  mailAt: Date | null;
  /** Whether the next morning's e-mail names it. */
  forDigest: boolean;
}

export const noticeView = z
  .object({
    id: idSchema,
    kind: z.enum(noticeKinds),
    record: z
      .object({ entity: z.enum(linkKinds), id: idSchema, name: z.string(), deleted: z.boolean() })
      .nullable()
      .describe('Null where it is about no record, about several, or about one that is out of reach by now'),
    count: z.number().int().describe('How many records it is about, of those in reach'),
    taskId: idSchema.nullable(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
    at: z.iso.datetime(),
    readAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Notice' });
export type Notice = z.infer<typeof noticeView>;

/**
 * Notices as their reader may see them now: a record is called what it is called today, and of one that is out of reach
 * by now nothing is said.
 */
export async function viewsOf(
  mongo: Mongo,
  principal: Principal,
  notices: readonly NoticeDocument[],
): Promise<Notice[]> {
  const names = await namesOf(mongo, principal, notices.flatMap(recordsOf));
  const named = new Map(names.map((name) => [linkKey(name), name]));
  return notices.map((notice) => {
    const { _id, kind, taskId, data, at, readAt } = notice;
    const records = recordsOf(notice);
    const inReach = records.flatMap((record) => named.get(linkKey(record)) ?? []);
    const outOfReach = records.length > 0 && inReach.length === 0;
    return {
      id: _id,
      kind,
      record: inReach.length === 1 ? inReach[0]! : null,
      count: inReach.length,
      taskId,
      data: outOfReach ? {} : data,
      at: at.toISOString(),
      readAt: readAt?.toISOString() ?? null,
    };
  });
}

/** What a notice is about: nothing, one record, or those that came in one go. */
export const recordsOf = ({ record, more = [] }: Pick<NoticeDocument, 'record' | 'more'>): Link[] =>
  record === null ? [] : [record, ...more];

export const noticesIn = ({ db }: Mongo): Collection<NoticeDocument> => db.collection('notifications');

export const noticeIndexes: Indexes = {
  notifications: [
    { key: { userId: 1, occasion: 1 }, unique: true },
    { key: { userId: 1, at: -1, _id: -1 } },
    { key: { userId: 1, readAt: 1 } },
    { key: { mailAt: 1 } },
    { key: { at: 1 }, expireAfterSeconds: keptDays * 86_400 },
  ],
};
