import { BSON } from 'mongodb';
import { listPage } from '../http/list.ts';
import type { AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { type NoticeDocument, noticesIn, viewsOf } from './notice.ts';
import { announceNotice } from './notify.ts';

/** Counted no further; the client shows 99+. */
const mostUnread = 100;

/** Somebody's own notices. */
export class NoticeStore {
  readonly #mongo: Mongo;
  readonly #outbox: Outbox;

  constructor({ mongo, outbox }: { mongo: Mongo; outbox: Outbox }) {
    this.#mongo = mongo;
    this.#outbox = outbox;
  }

  /** One's own, newest first, and how many are unread. @throws {Problem} `forbidden` to machines */
  async list(principal: Principal, page: { limit: number; cursor?: string | undefined }) {
    const filter = own(principal) as AnyFilter;
    const [{ data, page: next }, unread] = await Promise.all([
      listPage(
        this.#mongo,
        'notifications',
        { filter, sort: '-at', ...page },
        { of: (bytes) => BSON.deserialize(bytes) as NoticeDocument },
      ),
      this.#unread(principal),
    ]);
    return { data: await viewsOf(this.#mongo, principal, data), page: next, unread };
  }

  /** Marks some as read, or all. Gives how many are still unread. @throws {Problem} `forbidden` to machines */
  async read(principal: Principal, ids?: readonly string[]): Promise<number> {
    const unread = { ...own(principal), readAt: null, ...(ids && { _id: { $in: [...ids] } }) };
    await this.#outbox.commit(async (session, tell) => {
      const first = await noticesIn(this.#mongo).findOne(unread, { session });
      if (!first) return;
      await noticesIn(this.#mongo).updateMany(unread, { $set: { readAt: new Date() } }, { session });
      tell(announceNotice(first, first.userId, 'notification.updated'));
    });
    return this.#unread(principal);
  }

  #unread(principal: Principal): Promise<number> {
    return noticesIn(this.#mongo).countDocuments({ ...own(principal), readAt: null }, { limit: mostUnread });
  }
}

function own({ orgId, userId }: Principal): { orgId: string; userId: string } {
  if (userId === null)
    throw new Problem('forbidden', { detail: 'Only a person has notifications of their own.' });
  return { orgId, userId };
}
