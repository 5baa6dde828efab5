import { S3ServiceException } from '@aws-sdk/client-s3';
import { BackupError } from '../errors.ts';
import { conflict, missing } from './store.ts';

const status = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

const named = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/** No such object or upload. A bucket that isn't there is something else. */
export const isMissing = (error: unknown): boolean => status(error) === 404 && !named(error, 'NoSuchBucket');

/** The store doesn't know what it was asked for: conditional writes, on some. */
export const isUnsupported = (error: unknown): boolean =>
  status(error) === 501 || named(error, 'NotImplemented');

/** No answer in time, or one that stood still. */
export const isLate = (error: unknown): boolean => named(error, 'TimeoutError');

const HINTS: Readonly<Record<string, string>> = {
  ExpiredToken: 'The credentials have run out: give new ones.',
  InvalidToken: 'The session token is not valid: give new credentials.',
  InvalidAccessKeyId: 'The access key is not known there: was it deleted, or is it of another provider?',
  SignatureDoesNotMatch: 'The secret access key is wrong.',
  RequestTimeTooSkewed: "This machine's clock is wrong: set it.",
  NoSuchBucket: 'Create the bucket, or mend its name.',
  AccessDenied:
    'Allow these keys to list, read, write and delete in that bucket, and to abort multipart uploads.',
  QuotaExceeded: 'The bucket is full: make space, or raise its quota.',
};

/** What the SDK says, as one of the store's own errors. Programming errors and errors of a stream's source stay as they are. */
export function translate(error: unknown, store: string, key: string): unknown {
  if (error instanceof BackupError || !(error instanceof Error)) return error;
  if (isMissing(error)) return missing(store, key, error);
  const code = status(error);
  if (code === 412 || code === 409) return conflict(store, key, error);
  if (code !== undefined && code >= 400 && code < 500 && code !== 408 && code !== 429) {
    return new BackupError({
      code: 'store.refused',
      message: `${store} refuses ${key}: ${error.name}.`,
      hint: HINTS[error.name] ?? error.message,
      cause: error,
    });
  }
  if (isUnsupported(error)) {
    return new BackupError({
      code: 'store.unsupported',
      message: `${store} can't do what it was asked for ${key}: ${error.message}.`,
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
      message: `${store} can't be reached: ${error.name === 'Error' ? error.message : `${error.name} ${error.message}`.trim()}.`,
      hint: 'It is tried again by the next run; look at the network and the status of the provider.',
      cause: error,
    });
  }
  return error;
}

const NETWORK =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|ERR_TLS|CERT_|DEPTH_|UNABLE_TO|HPE_)/;

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
