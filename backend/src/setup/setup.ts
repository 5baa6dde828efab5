import { MongoServerError } from 'mongodb';
import { z } from 'zod';
import { personAsPrincipal } from '../auth/begin-session.ts';
import { hashPassword, passwordSchema } from '../auth/password.ts';
import { sameText } from '../auth/signed-cookie.ts';
import { line } from '../fields/text.ts';
import { firstOrgId, localeSchema, newOrg, type OrgDocument, timezoneSchema } from '../org/org.ts';
import { type PipelineDocument, usualPipeline } from '../pipelines/pipeline.ts';
import { defaultTimezone } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';
import { type AccountNeeds, newUser, refuseWeakPassword, type UserStore } from '../users/store.ts';
import { newPerson, type UserDocument } from '../users/user.ts';

export const setupBody = z
  .strictObject({
    organisation: line(120, 2),
    ...newPerson,
    password: passwordSchema,
    locale: localeSchema.default('pt-BR'),
    timezone: timezoneSchema.default(defaultTimezone),
    token: z.string().max(200).optional().describe('What follows #token= in the setup link.'),
  })
  .meta({ id: 'Setup' });

type SetupNeeds = AccountNeeds & { users: UserStore };

/** Whether there is no organisation yet. */
export async function needsSetup({ mongo }: Pick<SetupNeeds, 'mongo'>): Promise<boolean> {
  return (await mongo.db.collection<OrgDocument>('orgs').findOne({ _id: firstOrgId })) === null;
}

/** What people are told about the first run, who have no right to anything yet. */
export const setupView = z.object({
  needed: z.boolean(),
  /** Whether only the setup link opens it. */
  link: z.boolean(),
  /** Where this runs, as `conductor` calls it: for the command that prints the link. */
  environment: z.string(),
});

type SetupSettings = Pick<Settings, 'SETUP_TOKEN' | 'ENVIRONMENT' | 'CONDUCTOR_ENVIRONMENT'>;

/** Where a link has a secret, and in production also where none has: whoever came first would be the admin. */
export const needsLink = ({ SETUP_TOKEN, ENVIRONMENT }: SetupSettings): boolean =>
  SETUP_TOKEN !== undefined || ENVIRONMENT === 'production';

/** @throws {Problem} `setup-link` for whoever has not the link, where one is needed. */
export function requireLink(settings: SetupSettings, given: string | undefined): void {
  const { SETUP_TOKEN: wanted, CONDUCTOR_ENVIRONMENT: environment } = settings;
  if (!needsLink(settings) || (wanted !== undefined && given !== undefined && sameText(given, wanted)))
    return;
  const detail =
    wanted === undefined
      ? 'This installation has no SETUP_TOKEN, so nobody can set it up. Give it one and deploy again.'
      : `Open the setup link, which this command prints: conductor run ${environment} backend setup-link`;
  throw new Problem('setup-link', { detail });
}

/** The first run: makes the organisation and its first admin. Of two who try at once, one does. */
export async function setUp(
  { mongo, outbox, audit, users }: SetupNeeds,
  given: z.output<typeof setupBody>,
): Promise<UserDocument> {
  await refuseWeakPassword(given.password, given);
  const { organisation, name, email, locale, timezone } = given;
  const admin = newUser({
    orgId: firstOrgId,
    name,
    email,
    role: 'admin',
    locale,
    passwordHash: await hashPassword(given.password),
  });
  const principal = personAsPrincipal(admin);
  try {
    await outbox.commit(async (session) => {
      await mongo.db
        .collection<OrgDocument>('orgs')
        .insertOne(newOrg(organisation, { locale, timezone }), { session });
      await mongo.db
        .collection<PipelineDocument>('pipelines')
        .insertOne(usualPipeline(firstOrgId), { session });
      await users.add(admin, session);
      await audit.record(
        principal,
        { action: 'org.created', entity: 'org', entityId: firstOrgId, after: { name: organisation } },
        session,
      );
    });
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11_000)
      throw new Problem('conflict', {
        detail: 'This installation is set up already. Sign in.',
        cause: error,
      });
    throw error;
  }
  return admin;
}
