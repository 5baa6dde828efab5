import type { Collection } from 'mongodb';
import { z } from 'zod';
import { personAsPrincipal } from '../auth/begin-session.ts';
import { hashPassword } from '../auth/password.ts';
import { hashToken, newToken } from '../auth/token.ts';
import type { Within } from '../mail/letters.ts';
import { newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { type AccountNeeds, type Also, announceRights, refuseWeakPassword } from '../users/store.ts';
import type { UserDocument } from '../users/user.ts';

/** How long a link works. */
const lifetimeMs = 3_600_000;

export const resetLinkView = z
  .object({ link: z.string().describe('Shown this once'), email: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: 'PasswordResetLink' });

interface PasswordResetDocument {
  _id: string;
  orgId: string;
  userId: string;
  tokenHash: string;
  expiresAt: Date;
}

/** A link that was made: its token is shown once and kept nowhere. */
export interface PasswordReset {
  readonly user: UserDocument;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Links by which somebody who forgot their password sets a new one: each works once, for an hour, and the last one made alone. */
export class PasswordResets {
  readonly #needs: AccountNeeds;

  constructor(needs: AccountNeeds) {
    this.#needs = needs;
  }

  /**
   * Makes a link for the active person with this address; `by` is who asked, the person themselves unless given. Undefined where there is no
   * such person, and for people of example data, who cannot sign in. `also` is done in the same transaction.
   */
  async create(
    email: string,
    { by, also }: { by?: Principal; also?: (reset: PasswordReset, within: Within) => Promise<unknown> } = {},
  ): Promise<PasswordReset | undefined> {
    const { mongo, outbox, audit } = this.#needs;
    const user = await mongo.db
      .collection<UserDocument>('users')
      .findOne({ email, status: 'active', isDemo: { $ne: true }, ...(by && { orgId: by.orgId }) });
    if (!user) return undefined;
    const reset = { user, token: newToken(), expiresAt: new Date(Date.now() + lifetimeMs) };
    const { _id: userId, orgId } = user;
    await outbox.commit(async (session, tell) => {
      await this.#resets.deleteMany({ userId }, { session });
      await this.#resets.insertOne(
        { _id: newId(), orgId, userId, tokenHash: hashToken(reset.token), expiresAt: reset.expiresAt },
        { session },
      );
      await audit.record(
        by ?? personAsPrincipal(user),
        { action: 'user.password-reset-asked', entity: 'user', entityId: userId },
        session,
      );
      await also?.(reset, { session, tell });
    });
    return reset;
  }

  /** The person of a link, unless it ran out or was used. @throws {Problem} `not-found` */
  async find(token: string): Promise<UserDocument> {
    const reset = await this.#resets.findOne({ tokenHash: hashToken(token), expiresAt: { $gt: new Date() } });
    const user =
      reset &&
      (await this.#needs.mongo.db
        .collection<UserDocument>('users')
        .findOne({ _id: reset.userId, status: 'active' }));
    if (!user) throw gone();
    return user;
  }

  /** Sets the password of the link's person, who is signed out everywhere. @throws {Problem} `not-found`, `validation` */
  async use(token: string, password: string, also?: Also): Promise<UserDocument> {
    const { mongo, outbox, audit, sessions } = this.#needs;
    const user = await this.find(token);
    await refuseWeakPassword(password, user);
    const passwordHash = await hashPassword(password);
    await outbox.commit(async (session, tell) => {
      const { deletedCount } = await this.#resets.deleteOne({ tokenHash: hashToken(token) }, { session });
      if (deletedCount === 0) throw gone();
      await mongo.db
        .collection<UserDocument>('users')
        .updateOne({ _id: user._id }, { $set: { passwordHash } }, { session });
      await sessions.endAll(user._id, { session });
      await audit.record(
        personAsPrincipal(user),
        { action: 'user.password-reset', entity: 'user', entityId: user._id },
        session,
      );
      await also?.(user, { session, tell });
      tell(announceRights({ orgId: user.orgId, userId: user._id }, 'user', user._id));
    });
    return user;
  }

  get #resets(): Collection<PasswordResetDocument> {
    return this.#needs.mongo.db.collection('passwordResets');
  }
}

const gone = (): Problem =>
  new Problem('not-found', { detail: 'This link was used or has run out. Ask for a new one.' });

export const passwordResetIndexes: Indexes = {
  passwordResets: [
    { key: { tokenHash: 1 }, unique: true },
    { key: { userId: 1 } },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
};
