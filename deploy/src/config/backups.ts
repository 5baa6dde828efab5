import { z } from 'zod';
import type { SecretReference } from './settings.ts';

/** A text, or the secret that holds it. */
const textOrSecret = z
  .custom<string | SecretReference>(
    (value) =>
      (typeof value === 'string' && value.trim() !== '') ||
      (typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'secret'),
    { error: "is neither a text nor secret('…')" },
  )
  .meta({ type: 'string | SecretReference' });

/** `backups` of an environment: where they are kept, for whom, how long. The guide on backups explains each. */
export const backupsSchema = z.strictObject({
  store: textOrSecret.describe(
    '`file:FOLDER` (relative to the project) or `s3://BUCKET/PREFIX?endpoint=…&region=…&pathStyle=true`.',
  ),
  accessKeyId: textOrSecret
    .optional()
    .describe('Of the S3 store. Left out: where the AWS SDK looks (environment, files, the role).'),
  secretAccessKey: textOrSecret.optional().describe('Of the S3 store.'),
  recipients: z
    .union([z.literal('team'), z.literal('none'), z.array(z.string().startsWith('age1')).min(1)], {
      error: "is neither 'team' (those of the secrets), 'none' (not encrypted) nor a list of age1… keys",
    })
    .default('team')
    .describe(
      "Who can open them: age public keys; 'team': those in secrets/recipients; 'none': not encrypted.",
    ),
  signingKey: textOrSecret
    .optional()
    .describe(
      'Signs them; one that is not signed with it does not count. Left out: the secret BACKUP_SIGNING_KEY, where there is one, with BACKUP_SIGNING_KEY_PREVIOUS still accepted.',
    ),
  keep: z
    .strictObject({
      days: z.int().min(0).default(30).describe('Every one younger than so many days.'),
      weeks: z.int().min(0).default(0).describe('The newest verified one of each of so many weeks.'),
      months: z.int().min(0).default(0).describe('The newest verified one of each of so many months.'),
      minimum: z.int().min(1).default(3).describe('At least so many verified ones, however old.'),
      pointInTimeDays: z
        .int()
        .min(0)
        .default(7)
        .describe(
          'Days back to which the database can be restored to any time, where MongoDB is a replica set and a worker ships its changes; 0: only to backups.',
        ),
    })
    .prefault({})
    .describe('How long they are kept.'),
  lateAfter: z.number().positive().default(26).describe('Hours after which the newest verified one is late.'),
  beforeDeploy: z
    .boolean()
    .default(false)
    .describe('Make one before every deploy; without it nothing is deployed.'),
  source: textOrSecret
    .optional()
    .describe(
      'Connection string of the database, with its name. Left out: that of the store, as the target has it.',
    ),
  scratch: textOrSecret
    .optional()
    .describe('Server to prove backups on. Left out: mongod of this machine, else embedded-mongo.'),
});

export type BackupSettings = z.output<typeof backupsSchema>;
