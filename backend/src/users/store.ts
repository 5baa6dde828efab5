import { type ClientSession, type Collection, MongoServerError } from 'mongodb';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { hashPassword, isPassword } from '../auth/password.ts';
import { announcement } from '../events/event.ts';
import type { Within } from '../mail/letters.ts';
import { newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message, Outbox } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import type { SecondFactorDocument } from '../second-factor/store.ts';
import type { SessionStore } from '../sessions/store.ts';
import {
  type Colleague,
  colleagueView,
  type mePatch,
  preferences,
  type UserDocument,
  type userPatch,
} from './user.ts';

export interface AccountNeeds {
  mongo: Mongo;
  outbox: Outbox;
  audit: Audit;
  sessions: SessionStore;
}

/** What else is done in the transaction of a change to somebody's account, such as telling them of it. */
export type Also = (user: UserDocument, within: Within) => Promise<void>;

/** Tells every process and client that somebody's rights or the organisation changed. */
export function announceRights(
  principal: Pick<Principal, 'orgId' | 'userId'>,
  entity: string,
  entityId: string,
): Message {
  const audience = { orgId: principal.orgId, ownerId: null };
  return {
    announcement: announcement(audience, {
      type: 'settings.updated',
      entity,
      entityId,
      actorId: principal.userId,
    }),
  };
}

/** Refuses ids that are not active people of the organisation. */
export async function refuseUnknownUsers(
  mongo: Mongo,
  orgId: string,
  ids: readonly string[],
  session?: ClientSession,
): Promise<void> {
  const wanted = [...new Set(ids)];
  const known = await mongo.db
    .collection<UserDocument>('users')
    .countDocuments({ _id: { $in: wanted }, orgId, status: 'active' }, { session });
  if (known !== wanted.length) throw invalid('#/managerIds', 'user.unknown', 'There is no such active user.');
}

/** A person as they begin. */
export function newUser(
  given: Pick<UserDocument, 'orgId' | 'name' | 'email' | 'role'> & Partial<UserDocument>,
): UserDocument {
  return {
    _id: newId(),
    passwordHash: null,
    teamId: null,
    status: 'active',
    locale: 'pt-BR',
    timezone: null,
    signature: '',
    prefs: preferences.parse({}),
    createdAt: new Date(),
    lastLoginAt: null,
    ...given,
  };
}

/** The people of the organisation. */
export class UserStore {
  readonly #needs: AccountNeeds;

  constructor(needs: AccountNeeds) {
    this.#needs = needs;
  }

  async list(orgId: string): Promise<Colleague[]> {
    return (await this.#users.find({ orgId }).sort({ name: 1 }).limit(500).toArray()).map(colleagueView);
  }

  async get(id: string): Promise<UserDocument | null> {
    return this.#users.findOne({ _id: id });
  }

  /** The active person with this address and password. */
  async byPassword(email: string, password: string): Promise<UserDocument | undefined> {
    const user = await this.#users.findOne({ email });
    const right = await isPassword(password, user?.passwordHash);
    return right && user?.status === 'active' ? user : undefined;
  }

  async signedIn(user: UserDocument): Promise<void> {
    await this.#users.updateOne({ _id: user._id }, { $set: { lastLoginAt: new Date() } });
  }

  /** Adds a person inside a transaction; an address that is taken is a `duplicate`. */
  async add(user: UserDocument, session: ClientSession): Promise<void> {
    try {
      await this.#users.insertOne(user, { session });
    } catch (error) {
      if (error instanceof MongoServerError && error.code === 11_000)
        throw new Problem('duplicate', {
          detail: 'Somebody with this e-mail address is here already.',
          cause: error,
        });
      throw error;
    }
  }

  async changeOwn(principal: Principal, patch: z.output<typeof mePatch>): Promise<void> {
    await this.#needs.outbox.commit(async (session, tell) => {
      await this.#users.updateOne({ _id: principal.userId! }, { $set: patch }, { session });
      tell(announceRights(principal, 'user', principal.userId!));
    });
  }

  /** Changes a colleague. The last active admin stays one. Losing rights ends their sessions. */
  async change(principal: Principal, id: string, patch: z.output<typeof userPatch>): Promise<Colleague> {
    const { mongo, outbox, audit, sessions } = this.#needs;
    const changed = await outbox.commit(async (session, tell) => {
      const before = await this.#users.findOne({ _id: id, orgId: principal.orgId }, { session });
      if (!before) throw new Problem('not-found');
      if (
        patch.teamId &&
        !(await mongo.db
          .collection<{ _id: string }>('teams')
          .findOne({ _id: patch.teamId, orgId: principal.orgId } as never, { session }))
      )
        throw invalid('#/teamId', 'teamId.unknown', 'There is no such team.');
      const after = { ...before, ...patch };
      await this.#users.updateOne({ _id: id }, { $set: patch }, { session });
      if (after.status === 'disabled') await sessions.endAll(id, { session });
      // Those of example data cannot sign in.
      const admins = await this.#users.countDocuments(
        { orgId: principal.orgId, role: 'admin', status: 'active', isDemo: { $ne: true } },
        { session },
      );
      if (admins === 0)
        throw new Problem('conflict', { detail: 'The organisation needs at least one active admin.' });
      await audit.record(
        principal,
        { action: 'user.updated', entity: 'user', entityId: id, before, after: patch },
        session,
      );
      tell(announceRights(principal, 'user', id));
      return after;
    });
    return colleagueView(changed);
  }

  /** Sets a new password for whoever knows the present one, and signs them out everywhere else. */
  async changePassword(principal: Principal, current: string, next: string, also?: Also): Promise<void> {
    const user = await this.#users.findOne({ _id: principal.userId! });
    if (!user || !(await isPassword(current, user.passwordHash)))
      throw invalid('#/current', 'current.wrong', 'This is not your present password.');
    await refuseWeakPassword(next, user, '#/next');
    const passwordHash = await hashPassword(next);
    const { outbox, sessions, audit } = this.#needs;
    await outbox.commit(async (session, tell) => {
      await this.#users.updateOne({ _id: user._id }, { $set: { passwordHash } }, { session });
      await sessions.endAll(user._id, { exceptId: principal.sessionId, session });
      await audit.record(
        principal,
        { action: 'user.password-changed', entity: 'user', entityId: user._id },
        session,
      );
      await also?.(user, { session, tell });
      tell(announceRights(principal, 'user', user._id));
    });
  }

  /** From now on the second factor is asked for; null: it is no longer. What was begun of one is over. Nothing changes where there was none. */
  async changeSecondFactor(
    principal: Principal,
    id: string,
    secondFactor: SecondFactorDocument | null,
    also?: Also,
  ): Promise<void> {
    const { outbox, audit } = this.#needs;
    await outbox.commit(async (session, tell) => {
      const update = secondFactor
        ? { $set: { secondFactor }, $unset: { secondFactorBegun: true } }
        : { $unset: { secondFactor: true, secondFactorBegun: true } };
      const of = { _id: id, orgId: principal.orgId };
      const before = await this.#users.findOneAndUpdate(of, update as object, { session });
      if (!before) throw new Problem('not-found');
      if (!secondFactor && !before.secondFactor) return;
      const action = `user.second-factor-${secondFactor ? 'on' : 'off'}` as const;
      await audit.record(principal, { action, entity: 'user', entityId: id }, session);
      await also?.(before, { session, tell });
      tell(announceRights(principal, 'user', id));
    });
  }

  /** From now on these recovery codes work, by their hashes, and none of before. @throws {Problem} `conflict` without a second factor */
  async changeRecoveryCodes(
    principal: Principal,
    id: string,
    recovery: string[],
    also?: Also,
  ): Promise<void> {
    const { outbox, audit } = this.#needs;
    await outbox.commit(async (session, tell) => {
      const user = await this.#users.findOneAndUpdate(
        { _id: id, secondFactor: { $exists: true } },
        { $set: { 'secondFactor.recovery': recovery } },
        { session },
      );
      if (!user)
        throw new Problem('conflict', {
          detail: 'Two-step verification is off: there is nothing to recover.',
        });
      const fact = { action: 'user.recovery-codes-made', entity: 'user', entityId: id } as const;
      await audit.record(principal, fact, session);
      await also?.(user, { session, tell });
    });
  }

  get #users(): Collection<UserDocument> {
    return this.#needs.mongo.db.collection('users');
  }
}

/**
 * Refuses what others would try first: passwords that are known, or made of the person's own name and address. `pointer` says where it was
 * given. @throws {Problem} `validation`
 */
export async function refuseWeakPassword(
  password: string,
  { name, email }: { name?: string; email: string },
  pointer = '#/password',
): Promise<void> {
  if (password.toLowerCase() === email)
    throw invalid(pointer, 'password.email', 'The password must not be the e-mail address.');
  const { isGuessable } = await import('../auth/password-strength.ts');
  if (isGuessable(password, [email, ...(name === undefined ? [] : [name])]))
    throw invalid(
      pointer,
      'password.known',
      'This password is on the lists that others try first. Take a longer one, such as four words that have nothing to do with each other.',
    );
}

export const userIndexes: Indexes = {
  users: [
    { key: { email: 1 }, unique: true },
    { key: { googleSub: 1 }, unique: true, partialFilterExpression: { googleSub: { $exists: true } } },
    { key: { orgId: 1, name: 1 } },
    { key: { orgId: 1, status: 1, role: 1 } },
    { key: { orgId: 1, teamId: 1 } },
  ],
  teams: [{ key: { orgId: 1, name: 1 } }],
};
