import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type S3Twin, startS3Twin } from '../../test/s3-twin/twin.ts';
import { storeContract } from '../../test/store-contract.ts';
import { hasCode } from '../errors.ts';
import { type S3Settings, s3Store } from './s3.ts';

const open = (twin: S3Twin, settings: Partial<S3Settings> = {}) =>
  s3Store({
    bucket: twin.bucket,
    prefix: 'team/backups',
    endpoint: twin.endpoint,
    credentials: twin.credentials,
    attempts: 3,
    timeout: 5_000,
    ...settings,
  });

storeContract('A bucket', async () => {
  const twin = await startS3Twin();
  const store = open(twin);
  return {
    store,
    async close() {
      store.close();
      await twin.close();
    },
  };
});

describe('a bucket that fails', () => {
  let twin: S3Twin;
  beforeAll(async () => {
    twin = await startS3Twin();
  });
  afterEach(() => {
    twin.fault = undefined;
  });
  afterAll(() => twin.close());

  test.each([
    ['500s', { kind: 'error', status: 500, code: 'InternalError' }],
    ['SlowDown', { kind: 'error', status: 503, code: 'SlowDown' }],
    ['a cut connection', { kind: 'cut' }],
    ['a lost answer', { kind: 'lost-answer' }],
  ] as const)('once with %s gets over it', async (_, fault) => {
    const store = open(twin);
    const bytes = randomBytes(12_000_000);
    const seen = new Set<string>();
    twin.fault = ({ name }) => {
      if (seen.has(name)) return undefined;
      seen.add(name);
      return fault;
    };
    await store.put('once', whole(bytes));
    expect((await collect(store.open('once'))).equals(bytes)).toBe(true);
    const etag = await store.write('small', `x ${seen.size}`);
    expect(await store.write('small', `y ${seen.size} ${_}`, { etag })).not.toBe(etag);
    store.close();
  });

  test('for good is unreachable, and leaves nothing once it works again', async () => {
    const store = open(twin);
    twin.fault = ({ name }) =>
      name === 'UploadPart' ? { kind: 'error', status: 500, code: 'InternalError' } : undefined;
    await expect(store.put('never', pieces(20_000_000))).rejects.toSatisfy((error) =>
      hasCode(error, 'store.unreachable'),
    );
    expect([...twin.uploads.values()].filter(({ key }) => key.includes('never'))).toEqual([]);
    expect([...twin.objects.keys()].some((key) => key.includes('never'))).toBe(false);
    store.close();
  });

  test('with the answer to the completion lost reports a failure, and the object is gone', async () => {
    const store = open(twin, { attempts: 1 });
    twin.fault = ({ name }) => (name === 'CompleteMultipartUpload' ? { kind: 'lost-answer' } : undefined);
    await expect(store.put('ghost', pieces(20_000_000))).rejects.toSatisfy((error) =>
      hasCode(error, 'store.unreachable'),
    );
    expect([...twin.objects.keys()].some((key) => key.includes('ghost'))).toBe(false);
    store.close();
  });

  test('while an object is read takes up where it was', async () => {
    const store = open(twin);
    const bytes = randomBytes(5_000_000);
    await store.put('resumed', whole(bytes));
    let cuts = 0;
    twin.fault = ({ name }) => (name === 'GetObject' && cuts++ < 6 ? { kind: 'short' } : undefined);
    expect((await collect(store.open('resumed'))).equals(bytes)).toBe(true);
    expect(cuts).toBe(7);
    store.close();
  });

  test.each([
    ['ExpiredToken', 400, 'The credentials have run out'],
    ['InvalidAccessKeyId', 403, 'The access key is not known'],
    ['RequestTimeTooSkewed', 403, 'clock is wrong'],
    ['NoSuchBucket', 404, 'Create the bucket'],
  ])('with %s says what to do', async (code, status, hint) => {
    const store = open(twin);
    twin.fault = () => ({ kind: 'error', status, code });
    const error = await store.write('x', 'y').catch((error) => error);
    expect(error).toMatchObject({ code: 'store.refused', hint: expect.stringContaining(hint) });
    store.close();
  });

  test('because of a wrong secret says so and never shows it', async () => {
    const store = open(twin, { credentials: { accessKeyId: 'TWIN', secretAccessKey: 'wrong-and-secret' } });
    const error = await store.read('x').catch((error) => error);
    expect(error).toMatchObject({ code: 'store.refused', hint: 'The secret access key is wrong.' });
    expect(JSON.stringify([error.message, error.hint, error.stack])).not.toContain('wrong-and-secret');
    store.close();
  });

  test('is unreachable when nobody listens there', async () => {
    const store = open(twin, { endpoint: 'http://127.0.0.1:1' });
    await expect(store.head('x')).rejects.toSatisfy((error) => hasCode(error, 'store.unreachable'));
    store.close();
  });
});

async function* whole(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* pieces(size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += 1_000_000) yield randomBytes(Math.min(1_000_000, size - at));
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const piece of source) collected.push(Buffer.from(piece));
  return Buffer.concat(collected);
}
