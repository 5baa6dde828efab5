import { z } from 'zod';
import { isMongoUrl } from '../mongo/is-mongo-url.ts';

const days = (least: number) => z.coerce.number().int().min(least).max(10_000);

/** Settings of the nightly backup; without BACKUP_STORE the worker makes none. The guide on backups explains them. */
export const backupSettingsShape = {
  BACKUP_STORE: z
    .string()
    .regex(/^(file:\/|s3:\/\/)/, 'must be file:/FOLDER or s3://BUCKET/PREFIX')
    .optional()
    .describe(
      'Where nightly backups go: file:/FOLDER or s3://BUCKET/PREFIX?endpoint=&region=&pathStyle=. Empty: none.',
    ),
  BACKUP_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe('Access key of the S3 store; empty where the machine has a role.'),
  BACKUP_SECRET_ACCESS_KEY: z.string().optional().describe('Its secret.'),
  BACKUP_RECIPIENTS: z
    .string()
    .optional()
    .describe(
      'Who can open backups: age public keys, comma-separated; `none` leaves them open, not in production.',
    ),
  BACKUP_SIGNING_KEY: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe(
      'Signs backups, so that who can only write the store cannot make one up: `openssl rand -hex 32`. One that it did not sign does not count.',
    ),
  BACKUP_SIGNING_KEY_PREVIOUS: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('The BACKUP_SIGNING_KEY of before: what it signed still counts.'),
  BACKUP_PROJECT: z
    .string()
    .default('conductor-crm')
    .describe("Folder of this project's backups in the store."),
  BACKUP_KEEP_DAYS: days(0).default(30).describe('Days that backups are kept.'),
  BACKUP_KEEP_WEEKS: days(0).default(0).describe('Weeks of which one verified backup each is kept.'),
  BACKUP_KEEP_MONTHS: days(0).default(0).describe('Months of which one verified backup each is kept.'),
  BACKUP_KEEP_MINIMUM: days(1).default(3).describe('Verified backups that are kept, however old.'),
  BACKUP_POINT_IN_TIME_DAYS: days(0)
    .default(7)
    .describe(
      'Days back to which the database can be restored to any time; MongoDB must be a replica set. 0: only to backups.',
    ),
  BACKUP_SCRATCH_URL: z
    .string()
    .refine(isMongoUrl, { error: 'must be mongodb://… or mongodb+srv://…' })
    .optional()
    .describe('Server to prove backups on; empty starts one for each proof.'),
  BACKUP_PING_URL: z
    .url({ protocol: /^https?$/, error: 'must be an absolute URL' })
    .optional()
    .describe("A dead man's switch: asked for after every good backup."),
  BACKUP_ALARM_URL: z
    .url({ protocol: /^https?$/, error: 'must be an absolute URL' })
    .optional()
    .describe("Where backups' alarms are posted as {text}: a webhook of Slack, Mattermost or the like."),
  CONDUCTOR_ENVIRONMENT: z
    .string()
    .max(100)
    .default('local')
    .describe('Name of this environment; given by conductor.'),
} as const;

export type BackupSettings = z.infer<z.ZodObject<typeof backupSettingsShape>>;

/** Backup settings that do not fit together. */
export function backupProblems(given: Record<string, string | undefined>): string[] {
  const { BACKUP_STORE, BACKUP_RECIPIENTS, BACKUP_ACCESS_KEY_ID, BACKUP_SECRET_ACCESS_KEY, ENVIRONMENT } =
    given;
  if (!BACKUP_STORE) return [];
  const problems: string[] = [];
  if (!BACKUP_RECIPIENTS) problems.push('BACKUP_RECIPIENTS is required when BACKUP_STORE is set');
  if (BACKUP_RECIPIENTS === 'none' && ENVIRONMENT === 'production')
    problems.push('BACKUP_RECIPIENTS must be age public keys in production: backups are encrypted there');
  if (!BACKUP_ACCESS_KEY_ID !== !BACKUP_SECRET_ACCESS_KEY)
    problems.push('BACKUP_ACCESS_KEY_ID and BACKUP_SECRET_ACCESS_KEY go together');
  return problems;
}
