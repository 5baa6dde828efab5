/**
 * The server's processes, by their entry points: `api.ts`, `worker.ts`, `scheduler.ts`, the release task `release.ts`, and the commands that
 * somebody runs by hand, such as `reset-password.ts`.
 */
export const processNames = ['api', 'worker', 'scheduler', 'release', 'command'] as const;
export type ProcessName = (typeof processNames)[number];

const every = processNames;
const serving = ['api', 'worker', 'scheduler'] as const;
const api = ['api'] as const;
const makingLinks = ['api', 'worker', 'command'] as const;
const worker = ['worker'] as const;
const askingAi = ['api', 'worker'] as const;
/** The API proves that e-mail leaves and writes the letters; the worker sends them, with links that lead back to the API. */
const mailing = ['api', 'worker'] as const;
/** The scheduler notices when the worker does not look after the backups any more. It knows where they are, and has no key to them. */
const watchingBackups = ['worker', 'scheduler'] as const;

/**
 * Who reads each setting. A process sees these alone, and is given no others (`conductor.config.ts`): whoever breaks into the API, which
 * the internet talks to, finds neither the key by which backups can be deleted nor the one that signs them.
 */
export const readBy = {
  ENVIRONMENT: every,
  DEBUG: api,
  SECRET_KEY: mailing,
  SECRET_KEY_PREVIOUS: mailing,
  BACKEND_URL: mailing,
  FRONTEND_URL: makingLinks,
  MONGO_URL: every,
  REDIS_URL: every,
  CORS_ORIGINS: api,
  ALLOWED_HOSTS: api,
  TRUSTED_PROXIES: api,
  HOST: serving,
  PORT: serving,
  WORKERS: api,
  MAX_REQUESTS: api,
  MAX_REQUESTS_JITTER: api,
  DRAIN_SECONDS: serving,
  WORKER_CONCURRENCY: worker,
  CACHE_TTL: api,
  RATE_LIMIT: api,
  LOG_LEVEL: every,
  API_TOKEN: api,
  SETUP_TOKEN: api,
  METRICS_TOKEN: serving,
  SENTRY_DSN: api,
  CLAUDE_API_KEY: askingAi,
  OPENAI_API_KEY: askingAi,
  AI_MODEL_CLAUDE: askingAi,
  AI_MODEL_OPENAI: askingAi,
  ANTHROPIC_BASE_URL: askingAi,
  OPENAI_BASE_URL: askingAi,
  GOOGLE_CLIENT_ID: api,
  GOOGLE_CLIENT_SECRET: api,
  GOOGLE_ISSUER: api,
  SMTP_HOST: mailing,
  SMTP_PORT: mailing,
  SMTP_USER: mailing,
  SMTP_PASSWORD: mailing,
  SMTP_SECURE: mailing,
  SMTP_FROM: mailing,
  BACKUP_STORE: watchingBackups,
  BACKUP_ACCESS_KEY_ID: worker,
  BACKUP_SECRET_ACCESS_KEY: worker,
  BACKUP_RECIPIENTS: worker,
  BACKUP_SIGNING_KEY: worker,
  BACKUP_SIGNING_KEY_PREVIOUS: worker,
  BACKUP_PROJECT: watchingBackups,
  BACKUP_KEEP_DAYS: worker,
  BACKUP_KEEP_WEEKS: worker,
  BACKUP_KEEP_MONTHS: worker,
  BACKUP_KEEP_MINIMUM: worker,
  BACKUP_POINT_IN_TIME_DAYS: worker,
  BACKUP_SCRATCH_URL: worker,
  BACKUP_PING_URL: worker,
  BACKUP_ALARM_URL: watchingBackups,
  CONDUCTOR_ENVIRONMENT: serving,
  CONDUCTOR_RELEASE: every,
  CONDUCTOR_COMMIT: serving,
} as const satisfies Readonly<Record<string, readonly ProcessName[]>>;

/** Names of the settings that a process reads. */
export type ReadBy<Process extends ProcessName> = {
  [Name in keyof typeof readBy]: Process extends (typeof readBy)[Name][number] ? Name : never;
}[keyof typeof readBy];

/** Whether a process reads the setting of that name. */
export const reads = (process: ProcessName, name: string): boolean =>
  Object.hasOwn(readBy, name) &&
  (readBy as Readonly<Record<string, readonly ProcessName[]>>)[name]!.includes(process);
