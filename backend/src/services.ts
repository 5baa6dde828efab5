import type { Redis } from 'ioredis';
import { ActivityStore } from './activities/store.ts';
import { ApiKeyStore } from './api-keys/store.ts';
import { Audit } from './audit/audit.ts';
import { Authenticator } from './auth/authenticate.ts';
import { Guesses } from './auth/guesses.ts';
import { CompanyStore } from './companies/company.ts';
import { ContactStore } from './contacts/contact.ts';
import { DealStore } from './deals/store.ts';
import { EmailStore } from './emails/store.ts';
import { FileStore } from './files/store.ts';
import { InviteStore } from './invites/store.ts';
import { LeadStore } from './leads/store.ts';
import { Letters } from './mail/letters.ts';
import { connectMongo, isEmbedded, type Mongo } from './mongo/mongo.ts';
import { Outbox } from './outbox/outbox.ts';
import { PasswordResets } from './password-resets/store.ts';
import { PipelineStore } from './pipelines/pipeline.ts';
import { openQueues, type Queues } from './queue/queues.ts';
import { connectRedis, openRedis } from './redis.ts';
import { SecondFactors } from './second-factor/store.ts';
import { SessionStore } from './sessions/store.ts';
import { type Settings, SettingsError, type SettingsOf } from './settings.ts';
import { TaskStore } from './tasks/store.ts';
import { TemplateStore } from './templates/store.ts';
import { AccountLetters } from './users/account-letters.ts';
import { UserStore } from './users/store.ts';

/** What all processes work with. */
export interface Services {
  readonly mongo: Mongo;
  readonly redis: Redis;
  readonly queues: Queues;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly sessions: SessionStore;
  readonly apiKeys: ApiKeyStore;
  readonly users: UserStore;
  readonly invites: InviteStore;
  readonly passwordResets: PasswordResets;
  readonly leads: LeadStore;
  readonly contacts: ContactStore;
  readonly companies: CompanyStore;
  readonly activities: ActivityStore;
  readonly files: FileStore;
  readonly tasks: TaskStore;
  readonly templates: TemplateStore;
  readonly emails: EmailStore;
  readonly pipelines: PipelineStore;
  readonly deals: DealStore;
  close(): Promise<void>;
}

/** What the API works with besides. */
export interface ApiServices extends Services {
  readonly guesses: Guesses;
  readonly secondFactors: SecondFactors;
  readonly authenticator: Authenticator;
  readonly letters: Letters;
  readonly accountLetters: AccountLetters;
}

/** Those of the API. Throws as `openServices` does. */
export async function openApiServices(settings: Settings): Promise<ApiServices> {
  const services = await openServices(settings);
  const letters = new Letters({ ...services, settings });
  return {
    ...services,
    authenticator: new Authenticator({ ...services, settings }),
    letters,
    accountLetters: new AccountLetters({ ...services, letters, settings }),
    guesses: new Guesses(services.redis),
    secondFactors: new SecondFactors({ ...services, settings }),
  };
}

/**
 * Connects to the stores and makes what rests on them. A store that is away does not fail the start, health says it;
 * the embedded store in production does (`SettingsError`).
 */
export async function openServices(settings: SettingsOf<'release'>): Promise<Services> {
  const mongo = connectMongo(settings.MONGO_URL);
  const redis = connectRedis(settings.REDIS_URL);
  const mustBeReal = settings.ENVIRONMENT === 'production';
  const [embedded] = await Promise.all([
    mustBeReal && isEmbedded(mongo).catch(() => undefined),
    openRedis(redis),
  ]);
  const queues = openQueues(redis);
  const close = async () => {
    await queues.close();
    redis.disconnect();
    await mongo.client.close();
  };
  if (embedded) {
    await close();
    throw new SettingsError([
      'MONGO_URL is an embedded store, which is for trying and testing; production needs MongoDB',
    ]);
  }
  const outbox = new Outbox({ mongo, redis, queues });
  const audit = new Audit(mongo);
  const sessions = new SessionStore(mongo);
  const apiKeys = new ApiKeyStore({ mongo, outbox, audit });
  const users = new UserStore({ mongo, outbox, audit, sessions });
  const needs = { mongo, outbox, audit };
  const pipelines = new PipelineStore(needs);
  return {
    mongo,
    redis,
    queues,
    outbox,
    audit,
    sessions,
    apiKeys,
    users,
    invites: new InviteStore({ mongo, outbox, audit, sessions, users }),
    passwordResets: new PasswordResets({ mongo, outbox, audit, sessions }),
    leads: new LeadStore(needs),
    contacts: new ContactStore(needs),
    companies: new CompanyStore(needs),
    activities: new ActivityStore(needs),
    files: new FileStore(needs),
    tasks: new TaskStore(needs),
    templates: new TemplateStore(needs),
    emails: new EmailStore(needs),
    pipelines,
    deals: new DealStore({ ...needs, pipelines }),
    close,
  };
}
