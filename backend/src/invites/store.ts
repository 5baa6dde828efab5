import type { ClientSession, Collection } from 'mongodb';
import { z } from 'zod';
import { personAsPrincipal } from '../auth/begin-session.ts';
import { hashPassword } from '../auth/password.ts';
import { hashToken, newToken } from '../auth/token.ts';
import { emailSchema } from '../fields/text.ts';
import { idSchema, newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Message } from '../outbox/outbox.ts';
import { type Principal, roles } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import {
  type AccountNeeds,
  announceRights,
  newUser,
  refuseWeakPassword,
  type UserStore,
} from '../users/store.ts';
import type { UserDocument } from '../users/user.ts';

const lifetimeMs = 7 * 86_400_000;

export const inviteCreate = z
  .strictObject({ email: emailSchema, role: z.enum(roles), teamId: idSchema.nullable().default(null) })
  .meta({ id: 'InviteCreate' });
export const inviteView = z
  .object({
    id: idSchema,
    email: z.string(),
    role: z.enum(roles),
    teamId: idSchema.nullable(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Invite' });

export interface InviteDocument {
  _id: string;
  orgId: string;
  email: string;
  role: Principal['role'];
  teamId: string | null;
  tokenHash: string;
  expiresAt: Date;
}

/** Invitations: a link that works once, for seven days, with or without e-mail. */
export class InviteStore {
  readonly #needs: AccountNeeds & { users: UserStore };

  constructor(needs: AccountNeeds & { users: UserStore }) {
    this.#needs = needs;
  }

  /**
   * Invites somebody; an earlier invitation of the same address stops working. The token is shown once, and to `write`,
   * which may have it sent in the same transaction.
   */
  async create(
    principal: Principal,
    given: z.output<typeof inviteCreate>,
    write?: (
      made: { email: string; token: string },
      org: OrgDocument,
      within: { session: ClientSession; tell: (...messages: Message[]) => void },
    ) => Promise<void>,
  ) {
    const token = newToken();
    const invite: InviteDocument = {
      _id: newId(),
      orgId: principal.orgId,
      ...given,
      tokenHash: hashToken(token),
      expiresAt: new Date(Date.now() + lifetimeMs),
    };
    const { mongo, outbox, audit } = this.#needs;
    await outbox.commit(async (session, tell) => {
      if (await mongo.db.collection('users').findOne({ email: given.email }, { session }))
        throw new Problem('duplicate', {
          detail:
            'Somebody with this e-mail address is here already. Who forgot their password needs a link for a new one, which the list of people makes.',
        });
      if (
        given.teamId &&
        !(await mongo.db
          .collection('teams')
          .findOne({ _id: given.teamId, orgId: principal.orgId } as never, { session }))
      )
        throw new Problem('not-found', { detail: 'There is no such team.' });
      await this.#invites.deleteMany({ orgId: principal.orgId, email: given.email }, { session });
      await this.#invites.insertOne(invite, { session });
      await audit.record(
        principal,
        { action: 'invite.created', entity: 'invite', entityId: invite._id, after: given },
        session,
      );
      const org = await mongo.db
        .collection<OrgDocument>('orgs')
        .findOne({ _id: principal.orgId }, { session });
      if (org) await write?.({ email: given.email, token }, org, { session, tell });
    });
    return { ...view(invite), token };
  }

  async list(orgId: string) {
    return (
      await this.#invites
        .find({ orgId, expiresAt: { $gt: new Date() } })
        .sort({ expiresAt: -1 })
        .limit(200)
        .toArray()
    ).map(view);
  }

  async remove(principal: Principal, id: string): Promise<void> {
    const { deletedCount } = await this.#invites.deleteOne({ _id: id, orgId: principal.orgId });
    if (deletedCount === 0) throw new Problem('not-found');
    await this.#needs.audit.record(principal, { action: 'invite.deleted', entity: 'invite', entityId: id });
  }

  /** The invitation of a link, unless it ran out or was used. */
  async find(token: string): Promise<InviteDocument> {
    const invite = await this.#invites.findOne({
      tokenHash: hashToken(token),
      expiresAt: { $gt: new Date() },
    });
    if (!invite)
      throw new Problem('not-found', {
        detail: 'This invitation was used or has run out. Ask for a new one.',
      });
    return invite;
  }

  /** What the screen of a link says before anybody joined: for whom it is, and the organisation's language. @throws {Problem} `not-found` */
  async look(token: string): Promise<{ email: string; locale: OrgDocument['locale'] }> {
    const { email, orgId } = await this.find(token);
    return { email, locale: await this.#localeOf(orgId) };
  }

  /** Makes the invited person a user, in the organisation's language until they choose another. */
  async accept(token: string, { name, password }: { name: string; password: string }): Promise<UserDocument> {
    const invite = await this.find(token);
    await refuseWeakPassword(password, { name, email: invite.email });
    return this.#join(invite, { name, passwordHash: await hashPassword(password) });
  }

  /** The same by signing in with Google under the invited address. */
  async acceptByGoogle(
    email: string,
    given: { name: string; googleSub: string },
  ): Promise<UserDocument | undefined> {
    const invite = await this.#invites.findOne({ email, expiresAt: { $gt: new Date() } });
    return invite ? this.#join(invite, { ...given, passwordHash: null }) : undefined;
  }

  async #join(
    invite: InviteDocument,
    given: Pick<UserDocument, 'name' | 'passwordHash'> & { googleSub?: string },
  ): Promise<UserDocument> {
    const { outbox, users, audit } = this.#needs;
    const { orgId, email, role, teamId } = invite;
    const locale = await this.#localeOf(orgId);
    const user = newUser({ orgId, email, role, teamId, locale, ...given });
    await outbox.commit(async (session, tell) => {
      const { deletedCount } = await this.#invites.deleteOne({ _id: invite._id }, { session });
      if (deletedCount === 0) throw new Problem('not-found', { detail: 'This invitation was used already.' });
      await users.add(user, session);
      const joiner = personAsPrincipal(user);
      await audit.record(
        joiner,
        { action: 'user.joined', entity: 'user', entityId: user._id, after: { email, role, teamId } },
        session,
      );
      tell(announceRights({ orgId, userId: user._id }, 'user', user._id));
    });
    return user;
  }

  async #localeOf(orgId: string): Promise<OrgDocument['locale']> {
    const org = await this.#needs.mongo.db.collection<OrgDocument>('orgs').findOne({ _id: orgId });
    return org?.locale ?? 'pt-BR';
  }

  get #invites(): Collection<InviteDocument> {
    return this.#needs.mongo.db.collection('invites');
  }
}

function view({ _id, email, role, teamId, expiresAt }: InviteDocument) {
  return { id: _id, email, role, teamId, expiresAt: expiresAt.toISOString() };
}

export const inviteIndexes: Indexes = {
  invites: [
    { key: { tokenHash: 1 }, unique: true },
    { key: { orgId: 1, email: 1 } },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
};
