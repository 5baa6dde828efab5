import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { hasCode } from '../errors.ts';
import { retry } from '../retry.ts';
import { ENOUGH, timeoutError, within } from './moving.ts';
import { makeClient, sender } from './s3-client.ts';
import { isLate, isMissing, isUnsupported, noS3, translate } from './s3-errors.ts';
import {
  type Condition,
  checkKey,
  conflict,
  type PendingWrite,
  type PutOptions,
  type Store,
} from './store.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Folder in the bucket; may be empty. */
  readonly prefix?: string;
  /** Of another provider than AWS: `https://…r2.cloudflarestorage.com`. */
  readonly endpoint?: string;
  /** Default `us-east-1`. R2 calls it `auto`. */
  readonly region?: string;
  /** Secret. Default: where the AWS SDK looks (environment, files, the machine's role). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** The bucket in the path instead of the host's name. Default: with an endpoint. */
  readonly pathStyle?: boolean;
  readonly storageClass?: 'STANDARD' | 'STANDARD_IA' | 'ONEZONE_IA' | 'INTELLIGENT_TIERING' | 'GLACIER_IR';
  readonly serverSideEncryption?: 'AES256' | 'aws:kms';
  readonly kmsKeyId?: string;
  /** Nobody can remove a backup before so many days, not even with the keys of this store. The bucket must allow it. */
  readonly objectLock?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
  /** Parts under way at once. Default 2; each takes a part's memory. */
  readonly concurrency?: number;
  /** Milliseconds without an answer, or without progress in one, after which it is tried once more. Default a minute. */
  readonly timeout?: number;
  /** How often a request is tried. Default 5. */
  readonly attempts?: number;
}

const MIB = 1024 * 1024;
const MIN_PART = 8 * MIB;
/** S3 takes 10,000 parts; the estimate may be wrong by a fifth. */
const PLANNED_PARTS = 8_000;
/** Milliseconds that somebody who stops an upload waits until nothing of it is left. */
const PATIENCE = 5_000;
const DAY = 24 * 60 * 60 * 1000;

/** A store in a bucket of S3 or of what speaks like it: R2, B2, Spaces, MinIO, Ceph. */
export function s3Store(settings: S3Settings): Store {
  const { bucket, concurrency = 2, timeout = 60_000, attempts = 5 } = settings;
  const folder = settings.prefix ? `${settings.prefix.replace(/^\/+|\/+$/g, '')}/` : '';
  const name = `s3://${bucket}/${folder}`.replace(/\/$/, '');
  const client = makeClient(settings, timeout, attempts);
  const send = sender(client, timeout);

  const at = (key: string) => {
    checkKey(key);
    return { Bucket: bucket, Key: `${folder}${key}` };
  };
  const attempt = async <T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw translate(error, name, key);
    }
  };

  async function put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    { signal, expected = 0 }: PutOptions = {},
  ) {
    let size = 0;
    let sourceFailure: { error: unknown } | undefined;
    async function* watched() {
      const iterator = source[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await iterator.next().catch((error) => {
            sourceFailure = { error };
            throw error;
          });
          if (next.done) return;
          size += next.value.length;
          yield next.value;
        }
      } finally {
        await iterator.return?.();
      }
    }
    const body = Readable.from(watched(), { objectMode: false, ...(signal && { signal }) });
    const partSize = Math.max(MIN_PART, Math.ceil(expected / PLANNED_PARTS));
    try {
      const upload = new Upload({
        // The upload itself ends neither a part that hangs nor, by its own means, one that is under way.
        client: Object.create(client, { send: { value: sender(client, timeout, signal) } }),
        params: { ...at(key), Body: body, ...extras(settings) },
        partSize,
        queueSize: concurrency,
      });
      await upload.done();
      return size;
    } catch (error) {
      body.destroy();
      // When the answer to the completion was lost, trying it again finds no upload any more, but the object.
      if (isMissing(error) && !sourceFailure && (await head(key).catch(() => -1)) === size) return size;
      // What is left is under a key that nothing else has; what can't be taken back now, the next sweep finds.
      await takeBack(key, signal?.aborted ? PATIENCE : timeout).catch(() => {});
      if (sourceFailure) throw sourceFailure.error;
      signal?.throwIfAborted();
      throw translate(error, name, key);
    }
  }

  /** Nothing of a failed upload stays, also when only the answer to its completion was lost. */
  function takeBack(key: string, milliseconds: number): Promise<void> {
    const back = async () => {
      for await (const write of pending(key)) await discard(write);
      await remove(key);
    };
    return within(back(), milliseconds, () => timeoutError('It took too long'));
  }

  async function write(key: string, body: string, condition?: Condition): Promise<string> {
    const put = async (when: { IfNoneMatch?: string; IfMatch?: string }): Promise<string> =>
      (await send(new PutObjectCommand({ ...at(key), Body: body, ContentType: 'application/json', ...when })))
        .ETag!;
    if (condition === undefined) return attempt(key, () => put({}));
    try {
      return await put('absent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.etag });
    } catch (error) {
      if (isUnsupported(error)) return writeUnconditionally(key, body, condition);
      const translated = translate(error, name, key);
      if (!hasCode(translated, 'store.conflict', 'store.missing')) throw translated;
      const now = await read(key).catch(() => undefined);
      // When an answer was lost, the same write tried again meets itself.
      if (now?.body === body) return now.etag;
      if ('absent' in condition || now?.etag !== condition.etag) throw conflict(name, key, error);
      // Nothing was changed, so the store (Ceph before 17) compares ETags with the quotes that it sends them in.
      return attempt(key, () => put({ IfMatch: condition.etag.replaceAll('"', '') }));
    }
  }

  /** For stores without conditional writes: as good as it gets there, because looking and writing are two steps. */
  async function writeUnconditionally(key: string, body: string, condition: Condition): Promise<string> {
    const now = await read(key).catch((error) => {
      if (hasCode(error, 'store.missing')) return undefined;
      throw error;
    });
    if ('absent' in condition ? now !== undefined : now?.etag !== condition.etag) throw conflict(name, key);
    return write(key, body);
  }

  /** The SDK tries a request again, but not an answer whose body breaks off. */
  const read = (key: string): Promise<{ body: string; etag: string }> =>
    retry(
      () =>
        attempt(key, async () => {
          const { Body, ETag } = await send(new GetObjectCommand(at(key)));
          return { body: await Body!.transformToString(), etag: ETag! };
        }),
      { attempts, pause: 100, budget: timeout, again: (error) => hasCode(error, 'store.unreachable') },
    );

  const head = (key: string): Promise<number> =>
    attempt(key, async () => (await send(new HeadObjectCommand(at(key)))).ContentLength!);

  /** A connection that dies or stands still on the way is taken up again where it was, of the same version of the object. */
  async function* open(key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const sendUntil = sender(client, timeout, signal);
    let etag: string | undefined;
    let offset = 0;
    for (let chances = attempts; ; ) {
      const range = offset > 0 ? { Range: `bytes=${offset}-`, IfMatch: etag! } : {};
      const answer = await attempt(
        key,
        () => sendUntil(new GetObjectCommand({ ...at(key), ...range })),
        signal,
      );
      etag = answer.ETag;
      // Some answer with the whole, whatever part was asked for.
      let skip = offset > 0 && answer.ContentRange === undefined ? offset : 0;
      if (offset > 0 && skip === 0 && !answer.ContentRange!.startsWith(`bytes ${offset}-`))
        throw translate(noS3('it answers with another part than was asked for'), name, key);
      const before = offset;
      const end = offset - skip + (answer.ContentLength ?? 0);
      try {
        for await (const whole of answer.Body as AsyncIterable<Uint8Array>) {
          const piece = whole.subarray(skip);
          skip -= whole.length - piece.length;
          offset += piece.length;
          if (piece.length > 0) yield piece;
        }
        if (offset >= end) return;
        throw Object.assign(new Error('The answer ended too early.'), { code: 'ECONNRESET' });
      } catch (error) {
        signal?.throwIfAborted();
        const translated = translate(error, name, key);
        if (!hasCode(translated, 'store.unreachable')) throw translated;
        // Two in a row that stand still are enough: each took its whole time.
        chances = offset - before >= ENOUGH ? attempts : chances - (isLate(error) ? attempts / 2 : 1);
        if (chances <= 0) throw translated;
      }
    }
  }

  /** Each key once, whatever the store lists. */
  async function* list(prefix: string) {
    const seen = new Set<string>();
    for (let token: string | undefined; ; ) {
      const page = await attempt(`the list of ${prefix || 'its objects'}`, () =>
        send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: `${folder}${prefix}`,
            ContinuationToken: token,
          }),
        ),
      );
      const before = seen.size;
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
        if (seen.has(Key!)) continue;
        seen.add(Key!);
        const version = ETag && LastModified && `${ETag} ${LastModified.toISOString()} ${Size}`;
        yield { key: Key!.slice(folder.length), size: Size!, ...(version && { version }) };
      }
      if (!page.IsTruncated) return;
      if (seen.size === before) throw translate(noS3('its listing goes round in circles'), name, prefix);
      token = page.NextContinuationToken;
    }
  }

  const remove = (key: string): Promise<void> =>
    attempt(key, async () => {
      // One by one: `DeleteObjects` needs checksums on which the stores disagree.
      await send(new DeleteObjectCommand(at(key)));
    });

  async function* pending(prefix: string): AsyncGenerator<PendingWrite> {
    for (let marker = {}; ; ) {
      const page = await attempt(`the list of ${prefix || 'its objects'}`, () =>
        send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: `${folder}${prefix}`, ...marker })),
      );
      for (const { Key, UploadId } of page.Uploads ?? [])
        yield { key: Key!.slice(folder.length), id: UploadId! };
      if (!page.IsTruncated) return;
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
  }

  /** A part that was under way while the upload was aborted can stay behind, so this is done until none is left. */
  function discard({ key, id }: PendingWrite): Promise<void> {
    const upload = { ...at(key), UploadId: id };
    return attempt(key, async () => {
      for (let tries = 0; tries < 5; tries++) {
        try {
          await send(new AbortMultipartUploadCommand(upload));
          const { Parts } = await send(new ListPartsCommand(upload));
          if (!Parts?.length) return;
        } catch (error) {
          if (isMissing(error)) return;
          throw error;
        }
      }
    });
  }

  /** Every answer has it. */
  async function time(): Promise<Date | undefined> {
    const ask = new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, MaxKeys: 1 });
    let date: string | undefined;
    ask.middlewareStack.add(
      (next) => async (request) => {
        const answer = await next(request);
        date = (answer.response as { headers?: Record<string, string> }).headers?.date;
        return answer;
      },
      { step: 'deserialize' },
    );
    await attempt('clock', () => send(ask));
    const told = Date.parse(date ?? '');
    return Number.isNaN(told) ? undefined : new Date(told);
  }

  return {
    name,
    put,
    write,
    read,
    open,
    list,
    pending,
    discard,
    time,
    delete: remove,
    head,
    close: () => client.destroy(),
  };
}

function extras({ storageClass, serverSideEncryption, kmsKeyId, objectLock }: S3Settings) {
  return {
    ...(storageClass && { StorageClass: storageClass }),
    ...(serverSideEncryption && { ServerSideEncryption: serverSideEncryption }),
    ...(kmsKeyId && { SSEKMSKeyId: kmsKeyId }),
    ...(objectLock && {
      ObjectLockMode: objectLock.mode,
      ObjectLockRetainUntilDate: new Date(Date.now() + objectLock.days * DAY),
    }),
  };
}
