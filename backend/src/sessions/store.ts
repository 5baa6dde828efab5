import { type ClientSession, type Collection, MongoServerError } from 'mongodb';
import { z } from 'zod';
import { hashToken, newToken } from '../auth/token.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';

/** A session lasts 30 days from its last use. */
export const sessionMs = 30 * 86_400_000;
/** Use is written down at most this often. */
const touchMs = 3_600_000;

export interface SessionDocument {
  /** Hash of the cookie's value, so that whoever reads the database cannot sign in with it. */
  _id: string;
  /** What the person sees it by. */
  publicId: string;
  orgId: string;
  userId: string;
  userAgent: string;
  ipPrefix: string;
  createdAt: Date;
  usedAt: Date;
  expiresAt: Date;
}

export const sessionView = z.object({
  id: z.string(),
  userAgent: z.string(),
  ipPrefix: z.string(),
  createdAt: z.iso.datetime(),
  usedAt: z.iso.datetime(),
  current: z.boolean(),
});

/** Who is signed in where. Kept in the database, so sessions survive an emptied Redis. */
export class SessionStore {
  readonly #mongo: Mongo;

  constructor(mongo: Mongo) {
    this.#mongo = mongo;
  }

  /** Begins a session; returns the value of its cookie, which is kept nowhere. */
  async begin(
    who: { orgId: string; userId: string },
    from: { userAgent: string; ipPrefix: string },
  ): Promise<string> {
    const token = newToken();
    const now = new Date();
    await this.#sessions.insertOne({
      _id: hashToken(token),
      publicId: newToken().slice(0, 16),
      ...who,
      userAgent: from.userAgent.slice(0, 200),
      ipPrefix: from.ipPrefix,
      createdAt: now,
      usedAt: now,
      expiresAt: new Date(now.getTime() + sessionMs),
    });
    return token;
  }

  /** The session of a cookie, unless it ended. Using it makes it last longer, where that can be written down. */
  async find(token: string): Promise<SessionDocument | null> {
    const now = new Date();
    const session = await this.#sessions.findOne({ _id: hashToken(token), expiresAt: { $gt: now } });
    if (session && now.getTime() - session.usedAt.getTime() > touchMs)
      await this.#sessions
        .updateOne(
          { _id: session._id },
          { $set: { usedAt: now, expiresAt: new Date(now.getTime() + sessionMs) } },
        )
        // A store that takes no writes (a full disk) still lets people read: it is written down at their next request after that.
        .catch((error: unknown) => {
          if (!(error instanceof MongoServerError)) throw error;
        });
    return session;
  }

  async list(userId: string, currentId: string | undefined): Promise<z.infer<typeof sessionView>[]> {
    const sessions = await this.#sessions
      .find({ userId, expiresAt: { $gt: new Date() } })
      .sort({ usedAt: -1 })
      .limit(100)
      .toArray();
    return sessions.map(({ _id, publicId, userAgent, ipPrefix, createdAt, usedAt }) => ({
      id: publicId,
      userAgent,
      ipPrefix,
      createdAt: createdAt.toISOString(),
      usedAt: usedAt.toISOString(),
      current: _id === currentId,
    }));
  }

  /** Ends one session of a person; false when there is none. */
  async end(userId: string, publicId: string, session?: ClientSession): Promise<boolean> {
    return (await this.#sessions.deleteOne({ userId, publicId }, { session })).deletedCount > 0;
  }

  /** Ends the session of a cookie; the session, if there was one. */
  async endByToken(token: string, session: ClientSession): Promise<SessionDocument | null> {
    return this.#sessions.findOneAndDelete({ _id: hashToken(token) }, { session });
  }

  /** Ends all sessions of a person, except perhaps the one they are using; in a transaction where one is given. */
  async endAll(
    userId: string,
    { exceptId, session }: { exceptId?: string | undefined; session?: ClientSession } = {},
  ): Promise<void> {
    const filter = { userId, ...(exceptId !== undefined && { _id: { $ne: exceptId } }) };
    await this.#sessions.deleteMany(filter, { session });
  }

  get #sessions(): Collection<SessionDocument> {
    return this.#mongo.db.collection('sessions');
  }
}

export const sessionIndexes: Indexes = {
  sessions: [{ key: { userId: 1, usedAt: -1 } }, { key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
};
