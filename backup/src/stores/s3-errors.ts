import { S3ServiceException } from '@aws-sdk/client-s3';
import { BackupError } from '../errors.ts';
import { conflict, missing } from './store.ts';

const status = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

const named = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/**
 * No such object or upload, in the words of an S3: a 404 of anything else on the way says nothing of what the store has. Nor is a bucket that
 * isn't there an object that isn't.
 */
export const isMissing = (error: unknown): boolean =>
  status(error) === 404 && named(error, 'NoSuchKey', 'NotFound', 'NoSuchUpload');

/** The store doesn't know what it was asked for: conditional writes, on some. */
export const isUnsupported = (error: unknown): boolean =>
  status(error) === 501 || named(error, 'NotImplemented');

/** No answer in time, or one that stood still. */
export const isLate = (error: unknown): boolean => named(error, 'TimeoutError');

/** An answer, but of something that is no S3: a proxy's page, a login, an error of something on the way. */
export const noS3 = (what: string): Error => Object.assign(new Error(what), { name: 'NoS3', code: 'NO_S3' });

const RIGHTS =
  'Allow these keys to list, read, write and delete in that bucket, and to abort multipart uploads.';
const PLACE = 'Name the region and the endpoint of that bucket in its line: s3://…?endpoint=…&region=…';

const HINTS: Readonly<Record<string, string>> = {
  ExpiredToken: 'The credentials have run out: give new ones.',
  InvalidToken: 'The session token is not valid: give new credentials.',
  InvalidAccessKeyId: 'The access key is not known there: was it deleted, or is it of another provider?',
  SignatureDoesNotMatch: 'The secret access key is wrong.',
  RequestTimeTooSkewed: "This machine's clock is wrong: set it.",
  NoSuchBucket: 'Create the bucket, or mend its name.',
  AccessDenied: RIGHTS,
  AllAccessDisabled: 'The provider has closed this bucket: ask them why.',
  AuthorizationHeaderMalformed: PLACE,
  PermanentRedirect: PLACE,
  QuotaExceeded: 'The bucket is full: make space, or raise its quota.',
  SlowDown: 'It asks for fewer requests: run it again later, or give the backups a bucket of their own.',
  NoS3: 'Look at the endpoint in the line of the store, and at proxies and logins on the way to it.',
};

const LATER = 'It is tried again by the next run; look at the network and the status of the provider.';

/** What the SDK says, as one of the store's own errors. Programming errors and errors of a stream's source stay as they are. */
export function translate(error: unknown, store: string, key: string): unknown {
  if (error instanceof BackupError || !(error instanceof Error)) return error;
  if (isMissing(error)) return missing(store, key, error);
  const code = status(error);
  if (code === 412 || code === 409) return conflict(store, key, error);
  if (code !== undefined && code >= 300 && code < 500 && code !== 408 && code !== 429) {
    return new BackupError({
      code: 'store.refused',
      message: `${store} refuses ${key}: ${reason(error, code)}.`,
      hint: HINTS[error.name] ?? byStatus(code, error),
      cause: error,
    });
  }
  if (isUnsupported(error)) {
    return new BackupError({
      code: 'store.unsupported',
      message: `${store} can't do what it was asked for ${key}: ${error.message}.`,
      hint: 'Look in the guide on backups which stores are known to work, or use another one.',
      cause: error,
    });
  }
  if (named(error, 'CredentialsProviderError')) {
    return new BackupError({
      code: 'store.refused',
      message: `There are no credentials for ${store}.`,
      hint: 'Give an access key and its secret in the settings of the backup store.',
      cause: error,
    });
  }
  if (code !== undefined || isNetwork(error)) {
    return new BackupError({
      code: 'store.unreachable',
      message: `${store} can't be reached: ${code === undefined ? words(error) : reason(error, code)}.`,
      hint: HINTS[error.name] ?? LATER,
      cause: error,
    });
  }
  return error;
}

/** The store's own word and sentence where it gave any: what has no body, as an answer to HEAD, has only a number. */
function reason({ name, message }: Error, code: number): string {
  if (name === 'Unknown' || name === 'UnknownError') return `it answers ${code}, without a reason`;
  const said = message.split('\n')[0]!.replace(/\.$/, '').slice(0, 200);
  return said === '' || said === 'UnknownError' || said === name ? name : `${name} (${said})`;
}

/** For a reason that isn't known, or none. */
function byStatus(code: number, { message }: Error): string {
  if (code === 401 || code === 403) return RIGHTS;
  if (code < 400) return PLACE;
  return message === '' || message === 'UnknownError' ? HINTS.NoS3! : message;
}

function words(error: Error & { readonly $response?: unknown }): string {
  // Of a parser of ours, about an answer of theirs: its first line says what is wrong with it.
  const message = error.message.split('\n')[0]!.replace(/^@aws-sdk |\.$/g, '');
  if ('$response' in error) return `its answer is none of an S3, or not whole (${message})`;
  return error.name === 'Error' || isLate(error) || named(error, 'NoS3')
    ? message
    : `${error.name} ${message}`.trim();
}

const NETWORK =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|ERR_TLS|CERT_|DEPTH_|UNABLE_TO|HPE_|NO_S3)/;

function isNetwork(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    (typeof code === 'string' && NETWORK.test(code)) ||
    named(error, 'TimeoutError', 'NetworkingError', 'AggregateError') ||
    // A reply that is no XML, or that ends too early, comes from something that is broken or no S3 at all.
    '$response' in error ||
    error.message === 'aborted'
  );
}
