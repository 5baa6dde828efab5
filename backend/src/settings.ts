import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { backupProblems, backupSettingsShape } from './backups/settings.ts';
import { isMongoUrl } from './mongo/is-mongo-url.ts';
import { secretKeyProblem } from './secret-key.ts';
import { type ProcessName, type ReadBy, reads } from './settings-read-by.ts';

/** A list in one variable: comma-separated, blanks dropped. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const flag = z.enum(['true', 'false', '1', '0']).transform((word) => word === 'true' || word === '1');
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const url = (protocol: RegExp) => z.url({ protocol, error: 'must be an absolute URL' });
const mongoUrl = z.string().refine(isMongoUrl, {
  error: 'must be mongodb://… or mongodb+srv://…, with the hosts of the replica set separated by commas',
});
const webUrl = url(/^https?$/).transform((text) => text.replace(/\/+$/, ''));

/**
 * Every environment variable the CRM's server knows; `settings-read-by.ts` says which process reads it. The description of each is its documentation:
 * `.env.example` is generated from here (`npm run env-example -w backend`) and a test compares the two.
 */
export const settingsShape = {
  ENVIRONMENT: z
    .enum(['development', 'test', 'local', 'staging', 'production'])
    .default('development')
    .describe('Where this runs. `production` refuses unsafe settings and the embedded store.'),
  DEBUG: flag.default(false).describe('Verbose errors for developers. Refused in production.'),
  SECRET_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .describe('Signs cookies and tokens. In production at least 256 bits: `openssl rand -hex 32`.'),
  SECRET_KEY_PREVIOUS: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('The SECRET_KEY of before, still accepted while it is being rotated; never signs.'),
  BACKEND_URL: webUrl.default('http://localhost:8080').describe('Public address of the API, without /api.'),
  FRONTEND_URL: webUrl.default('http://localhost:8080').describe('Public address of the web client.'),
  MONGO_URL: mongoUrl.describe(
    "MongoDB, a replica set (one member is enough), with the database's name; without one, or with `admin`, it is conductor_crm.",
  ),
  REDIS_URL: url(/^rediss?$/).describe('Redis 6.2 or newer.'),
  CORS_ORIGINS: list
    .refine((origins) => origins.every((origin) => origin === '*' || isOrigin(origin)), {
      error: 'must be exact origins such as https://app.example.com',
    })
    .default([])
    .describe(
      'Other origins that may call the API with credentials, comma-separated. FRONTEND_URL always may.',
    ),
  ALLOWED_HOSTS: list
    .default([])
    .describe(
      'Other Host names answered, comma-separated. Those of BACKEND_URL and FRONTEND_URL always are.',
    ),
  TRUSTED_PROXIES: list
    .refine((proxies) => proxies.every(isProxy), {
      error: 'must be addresses, networks (10.0.0.0/8), loopback, linklocal, uniquelocal, or none',
    })
    .default(['loopback', 'linklocal', 'uniquelocal'])
    .describe(
      "Proxies whose word on a visitor's address counts (X-Forwarded-For): addresses, networks, `loopback`, `linklocal`, `uniquelocal`; or `none`. Comma-separated.",
    ),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: whole(0, 65_535).default(8000).describe('Port to listen on; 0 takes a free one.'),
  WORKERS: whole(1, 64).default(1).describe('API processes.'),
  MAX_REQUESTS: whole(0, 1e9)
    .default(0)
    .describe('An API process is replaced after so many requests; 0 never.'),
  MAX_REQUESTS_JITTER: whole(0, 1e9)
    .default(0)
    .describe('Spreads MAX_REQUESTS by ± this, so processes do not recycle together.'),
  DRAIN_SECONDS: whole(1, 600)
    .default(25)
    .describe('How long a stopping process may finish what it has, in seconds.'),
  WORKER_CONCURRENCY: whole(1, 100)
    .default(5)
    .describe('Jobs one worker process runs side by side, per queue.'),
  CACHE_TTL: whole(0, 86_400).default(300).describe('Seconds a dashboard result may be reused.'),
  RATE_LIMIT: whole(1, 1e9).default(1200).describe('Requests a minute for one client.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level logged.'),
  API_TOKEN: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('Bearer token that opens the whole API, for machines and for the first sign-in.'),
  SETUP_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe(
      'Secret of the link by which the first person sets this installation up: FRONTEND_URL/setup#token=… Without it nobody can in production, and everybody elsewhere.',
    ),
  METRICS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('Bearer token for /metrics. Without it /metrics answers 404.'),
  SENTRY_DSN: url(/^https?$/)
    .optional()
    .describe('Errors are reported there; empty reports nowhere.'),
  CLAUDE_API_KEY: z.string().optional().describe('Anthropic, the first choice for AI features.'),
  OPENAI_API_KEY: z.string().optional().describe('OpenAI, used when Anthropic is missing or failing.'),
  AI_MODEL_CLAUDE: z
    .string()
    .default('claude-sonnet-5-5')
    .describe('Model asked at Anthropic; one with structured outputs and effort.'),
  AI_MODEL_OPENAI: z
    .string()
    .default('gpt-6-sol')
    .describe('Model asked at OpenAI; one with structured outputs and reasoning effort.'),
  ANTHROPIC_BASE_URL: webUrl
    .default('https://api.anthropic.com')
    .describe('Address of the Anthropic API, such as that of a proxy.'),
  OPENAI_BASE_URL: webUrl
    .default('https://api.openai.com/v1')
    .describe('Address of the OpenAI API with its version, such as that of a proxy.'),
  GOOGLE_CLIENT_ID: z.string().optional().describe('Sign-in with Google; needs GOOGLE_CLIENT_SECRET too.'),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('Sign-in with Google.'),
  GOOGLE_ISSUER: webUrl
    .default('https://accounts.google.com')
    .describe('OpenID Connect issuer of the Google button.'),
  SMTP_HOST: z.string().optional().describe('Mail server; empty switches e-mail off and the screens say so.'),
  SMTP_PORT: whole(1, 65_535).default(587).describe('Port of the mail server.'),
  SMTP_USER: z.string().optional().describe('User at the mail server.'),
  SMTP_PASSWORD: z.string().optional().describe('Password at the mail server.'),
  SMTP_SECURE: flag
    .optional()
    .describe(
      'TLS from the first byte (true), or STARTTLS where the server offers it (false). Without it: true on port 465 alone.',
    ),
  SMTP_FROM: z.email().optional().describe('Sender address; SMTP_USER where empty.'),
  ...backupSettingsShape,
  CONDUCTOR_RELEASE: z
    .string()
    .max(100)
    .default('dev')
    .describe('Version of this release; sent as X-Release.'),
  CONDUCTOR_COMMIT: z.string().max(100).default('unknown').describe('Commit of this release.'),
} as const;

/** Every setting there is. */
export type AllSettings = z.infer<z.ZodObject<typeof settingsShape>>;
export type SettingName = keyof typeof settingsShape;
/** What one process reads. */
export type SettingsOf<Process extends ProcessName> = Pick<AllSettings, ReadBy<Process>>;
/** What the API reads. */
export type Settings = SettingsOf<'api'>;

/** Settings that have a default for trying things out, and that production must name itself. */
const namedInProduction: readonly SettingName[] = ['BACKEND_URL', 'FRONTEND_URL'];

/** Thrown when the environment is not usable; `problems` lists all of them, by name and without values. */
export class SettingsError extends Error {
  readonly code = 'settings.invalid';
  readonly hint = 'Set them in the environment; .env.example lists and explains every one.';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the settings of a process: those that it reads, whatever else is in the environment; every setting, where none is named.
 * A blank value counts as absent. Throws `SettingsError` with all problems at once.
 */
export function readSettings(env: Environment): AllSettings;
export function readSettings<Process extends ProcessName>(
  env: Environment,
  process: Process,
): SettingsOf<Process>;
export function readSettings(env: Environment, process?: ProcessName): Partial<AllSettings> {
  const isRead = (name: string) => process === undefined || reads(process, name);
  const shape = Object.fromEntries(Object.entries(settingsShape).filter(([name]) => isRead(name)));
  const given = Object.fromEntries(
    Object.keys(shape)
      .map((name) => [name, env[name]?.trim()] as const)
      .filter(([, value]) => value),
  );
  const result = z.object(shape).safeParse(given);
  const problems = [
    ...(result.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${reason(issue, given)}`),
    ...jointProblems(given),
    ...(isRead('BACKUP_RECIPIENTS') ? backupProblems(given) : []),
    ...(given.ENVIRONMENT === 'production' ? productionProblems(given, isRead) : []),
  ];
  if (problems.length > 0 || !result.success) throw new SettingsError([...new Set(problems)].sort());
  return result.data;
}

/** Settings that do not fit together. */
function jointProblems(given: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  if (given.GOOGLE_CLIENT_ID && !given.GOOGLE_CLIENT_SECRET)
    problems.push('GOOGLE_CLIENT_SECRET is required when GOOGLE_CLIENT_ID is set');
  if (Number(given.MAX_REQUESTS) > 0 && Number(given.MAX_REQUESTS_JITTER ?? 0) >= Number(given.MAX_REQUESTS))
    problems.push('MAX_REQUESTS_JITTER must be smaller than MAX_REQUESTS');
  return problems;
}

/** What production refuses; judged on the raw values, so that these are listed together with the malformed ones. */
function productionProblems(given: Environment, isRead: (name: string) => boolean): string[] {
  const problems: string[] = [];
  for (const name of ['SECRET_KEY', 'SECRET_KEY_PREVIOUS'] as const) {
    const weakness = given[name] && secretKeyProblem(given[name]);
    if (weakness) problems.push(`${name} ${weakness}`);
  }
  for (const name of ['CORS_ORIGINS', 'ALLOWED_HOSTS'] as const)
    if (given[name]?.includes('*')) problems.push(`${name} must not hold * in production`);
  if (given.DEBUG === 'true' || given.DEBUG === '1') problems.push('DEBUG must not be on in production');
  for (const name of namedInProduction)
    if (isRead(name) && !given[name]) problems.push(`${name} is required in production`);
  return problems;
}

/** The message of an issue; Zod's own messages may quote the value, so only ours and its plain kinds are used. */
function reason(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  if (given[String(issue.path[0])] === undefined) return 'is required';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && typeof issue.minimum === 'number' && issue.origin === 'number')
    return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin === 'number') return `must be at most ${issue.maximum}`;
  if (issue.code === 'invalid_type')
    return issue.expected === 'int' ? 'must be a whole number' : `must be a ${issue.expected}`;
  if (issue.code === 'invalid_format' && issue.format !== 'url') return `must be a valid ${issue.format}`;
  return issue.message;
}

/** Those that Fastify knows by name, an address, or a network. */
function isProxy(text: string): boolean {
  return (
    ['loopback', 'linklocal', 'uniquelocal', 'none'].includes(text) ||
    ipaddr.isValid(text) ||
    ipaddr.isValidCIDR(text)
  );
}

/** What Fastify is to trust. */
export const trustedProxies = ({ TRUSTED_PROXIES }: Settings): string[] =>
  TRUSTED_PROXIES.filter((proxy) => proxy !== 'none');

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** Host names answered, without port. `*` answers any. */
export function allowedHosts(settings: Settings): ReadonlySet<string> {
  const own = [settings.BACKEND_URL, settings.FRONTEND_URL].map((address) => new URL(address).hostname);
  const local = settings.ENVIRONMENT === 'production' ? [] : ['localhost', '127.0.0.1', '[::1]'];
  return new Set([...own, ...local, ...settings.ALLOWED_HOSTS.map((host) => host.toLowerCase())]);
}

/** Origins that may call with credentials. */
export function allowedOrigins(settings: Settings): ReadonlySet<string> {
  return new Set([
    new URL(settings.FRONTEND_URL).origin,
    new URL(settings.BACKEND_URL).origin,
    ...settings.CORS_ORIGINS,
  ]);
}
