import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { moving, timeoutError } from './moving.ts';
import type { S3Settings } from './s3.ts';
import { noS3 } from './s3-errors.ts';

/** Bytes a millisecond: what is sent more slowly than this stands still. */
const SLOWEST_UPLOAD = 16;

/** A client whose every request ends: by its answer, or by a `TimeoutError`. */
export function makeClient(settings: S3Settings, timeout: number, attempts: number): S3Client {
  const { endpoint, credentials, region = 'us-east-1', pathStyle = endpoint !== undefined } = settings;
  const client = new S3Client({
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
  if (endpoint !== undefined) addContentMd5(client);
  return client;
}

/** The one checksum that they all know. A bucket that locks what is put into it takes nothing without. */
function addContentMd5({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next) => async (args) => {
      const { method, body, headers } = args.request as Parameters<Handle>[0];
      if (method === 'PUT' && (typeof body === 'string' || body instanceof Uint8Array))
        headers['content-md5'] = createHash('md5').update(body).digest('base64');
      return next(args);
    },
    { step: 'build', name: 'contentMd5' },
  );
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
    if (!(response.body instanceof Readable)) return { response };
    const body = moving(response.body, this.#timeout);
    const { statusCode, headers } = response;
    // Those of a server that is down are tried again as what they are. Some S3s call all that they say a page, so only its text tells.
    const maybe = statusCode < 500 && /^text\/html/i.test(headers['content-type'] ?? '') && !headers.etag;
    const first = maybe ? ((await body.next()).value ?? Buffer.alloc(0)) : undefined;
    if (first && /^\s*<(!doctype|html)/i.test(Buffer.from(first).toString('latin1', 0, 200))) {
      await body.return(undefined);
      const { hostname, port } = request;
      throw noS3(`a web page answers at ${hostname}${port ? `:${port}` : ''}, with status ${statusCode}`);
    }
    response.body = Readable.from(first ? following(first, body) : body, { objectMode: false });
    return { response };
  }
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
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
      const answer = await client.send(command, { abortSignal });
      if (!isWhole(command, answer)) throw noS3('its answer is empty, or none of an S3');
      return answer;
    } catch (error) {
      if (late.signal.aborted) throw timeoutError(`There was no answer for ${Math.round(limit / 1000)} s`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return send as S3Client['send'];
}

/** Whether an answer that the SDK took has what each S3 says: else it is of something on the way that answers anything with 200. */
function isWhole(command: unknown, answer: object): boolean {
  if (command instanceof ListObjectsV2Command)
    return 'IsTruncated' in answer && answer.IsTruncated !== undefined;
  const versioned = [GetObjectCommand, HeadObjectCommand, PutObjectCommand, UploadPartCommand];
  if (versioned.some((kind) => command instanceof kind)) return 'ETag' in answer && answer.ETag !== undefined;
  return true;
}
