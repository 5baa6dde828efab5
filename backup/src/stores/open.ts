import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { wayOut } from '../closest.ts';
import { BackupError } from '../errors.ts';
import { fileStore } from './file.ts';
import type { Store } from './store.ts';

/** The settings of a store, as a configuration holds them. */
export const storeSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('s3'),
    bucket: z.string().min(3),
    prefix: z.string().optional(),
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    region: z.string().min(1).optional(),
    credentials: z
      .strictObject({
        accessKeyId: z.string().min(1),
        secretAccessKey: z.string().min(1),
        sessionToken: z.string().min(1).optional(),
      })
      .optional(),
    pathStyle: z.boolean().optional(),
    storageClass: z
      .enum(['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'])
      .optional(),
    serverSideEncryption: z.enum(['AES256', 'aws:kms']).optional(),
    kmsKeyId: z.string().min(1).optional(),
    objectLock: z
      .strictObject({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), days: z.int().positive() })
      .optional(),
    concurrency: z.int().min(1).max(16).optional(),
    timeout: z.int().min(1000).optional(),
    attempts: z.int().min(1).max(10).optional(),
  }),
]);
export type StoreSettings = z.infer<typeof storeSettingsSchema>;

/** Opens a store; `settings.invalid` names every field that is wrong, and never a value. */
export async function openStore(settings: unknown): Promise<Store> {
  const parsed = storeSettingsSchema.safeParse(settings);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'store'}: ${message}`,
    );
    throw invalid(`The settings of the backup store are wrong: ${problems.join('; ')}.`);
  }
  if (parsed.data.kind === 'file') return fileStore(parsed.data.path);
  // The SDK takes time and memory that a folder needn't pay for.
  const { s3Store } = await import('./s3.ts');
  return s3Store(parsed.data as Parameters<typeof s3Store>[0]);
}

/** Settings of S3 that a URL may carry as its query. */
const QUERY = [
  'endpoint',
  'region',
  'pathStyle',
  'storageClass',
  'serverSideEncryption',
  'kmsKeyId',
] as const;

/**
 * A store's settings from one line, as an environment variable or an argument holds them: `file:./backups`,
 * `s3://bucket/prefix?endpoint=https://…&region=…&pathStyle=true`. Credentials don't belong in it: give them as `credentials`.
 */
export function parseStoreUrl(
  url: string,
  options: { credentials?: { accessKeyId: string; secretAccessKey: string }; folder?: string } = {},
): unknown {
  if (url.startsWith('file:')) {
    const path = decodeURIComponent(url.slice('file:'.length).replace(/^\/\/(?=\/)/, ''));
    return { kind: 'file', path: isAbsolute(path) ? path : resolve(options.folder ?? '.', path) };
  }
  if (!url.startsWith('s3://') || !URL.canParse(url)) {
    throw invalid('A backup store is "file:FOLDER" or "s3://BUCKET/PREFIX".');
  }
  const { hostname, pathname, searchParams, username } = new URL(url);
  if (username !== '')
    throw invalid('The URL of a backup store must not hold credentials: they would end up in logs.');
  const prefix = decodeURIComponent(pathname.replace(/^\/+|\/+$/g, ''));
  return {
    kind: 's3',
    bucket: hostname,
    ...(prefix !== '' && { prefix }),
    ...queryOf(searchParams),
    ...(options.credentials && { credentials: options.credentials }),
  };
}

/** What a URL's query says, each word known and said once. */
function queryOf(query: URLSearchParams): Record<string, string | boolean> {
  const settings: Record<string, string | boolean> = {};
  for (const [name, value] of query) {
    if (!QUERY.some((known) => known === name))
      throw invalid(`The URL of a backup store knows no "${name}": ${wayOut(name, QUERY)}`);
    if (name in settings) throw invalid(`The URL of a backup store says "${name}" twice.`);
    settings[name] = value;
  }
  if (settings.pathStyle === undefined) return settings;
  if (settings.pathStyle !== 'true' && settings.pathStyle !== 'false')
    throw invalid('The URL of a backup store says pathStyle=true or pathStyle=false.');
  return { ...settings, pathStyle: settings.pathStyle === 'true' };
}

const invalid = (message: string): BackupError =>
  new BackupError({
    code: 'settings.invalid',
    message,
    hint: 'The guide on backups shows settings for AWS S3, R2, B2, Spaces, MinIO and Ceph.',
  });
