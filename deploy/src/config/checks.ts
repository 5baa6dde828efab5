import { z } from 'zod';

/**
 * What the checks have to know about a project and cannot find out themselves. All of it is optional: a check whose part is
 * missing says that it does not apply. Part of `conductor.config.ts`; paths are relative to the project's root.
 */

const globs = z.array(z.string().min(1)).min(1);
const path = z.string().startsWith('/');

export const checksPolicySchema = z.strictObject({
  remote: z.string().default('origin').describe('Git remote that the team shares.'),
  example: z
    .strictObject({
      file: z.string().default('.env.example'),
      names: z.array(z.string()).describe('Every setting that the code knows.'),
    })
    .optional()
    .describe('The file that lists all settings for people, compared with what the code knows.'),
  secretsAllowedIn: z
    .array(z.string())
    .default([])
    .describe('Globs of files in which what looks like a secret is none (test data).'),
  origins: z
    .array(z.string())
    .default(['CORS_ORIGINS', 'ALLOWED_ORIGINS', 'ALLOWED_HOSTS', 'TRUSTED_ORIGINS'])
    .describe('Settings that list the origins or hosts which are let in, separated by commas.'),
  strongKeys: z
    .array(z.string())
    .default(['SECRET_KEY', 'BACKUP_SIGNING_KEY'])
    .describe('Settings that sign or encrypt: at least 32 characters and 128 bits of entropy.'),
  headers: z
    .array(path)
    .default(['/'])
    .describe('Public paths whose answers must carry the security headers.'),
  rateLimited: z.array(path).default([]).describe('Public paths whose answers must show a rate limit.'),
  indexes: path
    .optional()
    .describe('Public path that answers 2xx only when the indexes of all queries exist.'),
  bundle: z
    .strictObject({
      folder: z.string().describe('Where the build puts the client.'),
      limit: z.int().positive().default(2_000_000).describe('Bytes of all JavaScript and CSS together.'),
      initial: z.int().positive().optional().describe('Bytes, gzipped, of what the first page loads.'),
      manifest: z
        .string()
        .default('.vite/manifest.json')
        .describe("Vite's manifest, in the folder; it tells what is loaded lazily."),
      lazy: z.int().min(1).default(1).describe('Least number of parts that are loaded only when needed.'),
    })
    .optional()
    .describe("The client's bundle."),
  client: globs
    .optional()
    .describe("Globs of the client's source, in which nothing is logged to the console."),
  errorTracking: z
    .array(z.string())
    .default([])
    .describe('Settings that turn error tracking on (SENTRY_DSN).'),
  docs: z
    .array(
      z.strictObject({
        title: z.string(),
        when: globs.describe('Files whose change needs a word.'),
        unless: z.array(z.string()).default([]).describe('Files among them that need none (tests).'),
        touch: globs.describe('Where the word belongs.'),
      }),
    )
    .default([])
    .describe('Which documents change together with which code.'),
  smoke: z
    .array(
      z.strictObject({
        path,
        status: z.int().default(200),
        contains: z.string().optional().describe('Text that the answer must contain.'),
      }),
    )
    .default([{ path: '/', status: 200 }])
    .describe('Requests through the public address after a deploy.'),
  sentry: z
    .strictObject({
      url: z.url().default('https://sentry.io'),
      organization: z.string(),
      project: z.string(),
      token: z.string().describe('Name of the secret that holds an API token which may read issues.'),
    })
    .optional()
    .describe('Where to look for new issues after a deploy.'),
});

/** The checks' part of a project's config, with defaults. */
export type ChecksPolicy = z.output<typeof checksPolicySchema>;
export type ChecksPolicyInput = z.input<typeof checksPolicySchema>;
