import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { moving, timeoutError } from './moving.ts';
import type { S3Settings } from './s3.ts';

/** Bytes a millisecond: what is sent more slowly than this stands still. */
const SLOWEST_UPLOAD = 16;

/** A client whose every request ends: by its answer, or by a `TimeoutError`. */
export function makeClient(settings: S3Settings, timeout: number, attempts: number): S3Client {
  const { endpoint, credentials, region = 'us-east-1', pathStyle = endpoint !== undefined } = settings;
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts: attempts,
    requestHandler: new Deadlines(timeout),
    // A store that doesn't know it would keep each part waiting; and it costs a connection for each.
    expectContinueHeader: false,
    ...(credentials && { credentials }),
    // The checksums that the SDK adds by itself are AWS's; others refuse them or store them as data. Ours is in the manifest.
    ...(endpoint !== undefined && {
      endpoint,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  });
}

type Handle = NodeHttpHandler['handle'];

/** The SDK's limits end where the answer's headers are there; these go on to the last byte of its body. */
class Deadlines extends NodeHttpHandler {
  readonly #timeout: number;

  constructor(timeout: number) {
    super({
      connectionTimeout: Math.min(timeout, 10_000),
      socketTimeout: timeout,
      throwOnRequestTimeout: true,
    });
    this.#timeout = timeout;
  }

  override async handle(request: Parameters<Handle>[0], options?: Parameters<Handle>[1]): ReturnType<Handle> {
    const bytes = Number(request.headers['content-length'] ?? 0);
    const requestTimeout = this.#timeout + bytes / SLOWEST_UPLOAD;
    const { response } = await super.handle(request, { ...options, requestTimeout });
    if (response.body instanceof Readable)
      response.body = Readable.from(moving(response.body, this.#timeout), { objectMode: false });
    return { response };
  }
}

/**
 * Sends with a limit of its own over everything that the SDK tries again: twice the `timeout`, and the time that the slowest upload of its body
 * takes. For an object's body it holds until that begins to arrive.
 */
export function sender(client: S3Client, timeout: number, signal?: AbortSignal): S3Client['send'] {
  const send = async (command: Parameters<S3Client['send']>[0]) => {
    const { Body } = command.input as { Body?: { length?: number } };
    const limit = 2 * timeout + (Body?.length ?? 0) / SLOWEST_UPLOAD;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limit);
    try {
      const abortSignal = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
      return await client.send(command, { abortSignal });
    } catch (error) {
      if (late.signal.aborted) throw timeoutError(`There was no answer for ${Math.round(limit / 1000)} s`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return send as S3Client['send'];
}
