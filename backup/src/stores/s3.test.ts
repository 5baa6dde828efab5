import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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

test('a bucket with a default object lock takes everything: what is sent has a checksum', async () => {
  const twin = await startS3Twin({ lock: true });
  const store = open(twin);
  await store.put('locked/small', pieces(10));
  await store.put('locked/large', pieces(20_000_000));
  expect(await store.head('locked/large')).toBe(20_000_000);
  const etag = await store.write('locked/manifest', 'one', { absent: true });
  await store.write('locked/manifest', 'two', { etag });
  store.close();
  await twin.close();
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

  test('in its listings is read right, or is an error in time', async () => {
    const store = open(twin);
    const keys = Array.from({ length: 25 }, (_, index) => `shown/${String(index).padStart(2, '0')}`);
    await Promise.all(keys.map((key) => store.write(key, key)));
    const list = async () => (await all(store.list('shown/'))).map(({ key }) => key);
    twin.fault = () => ({ kind: 'listing', how: 'twice' });
    expect(await list()).toEqual(keys);
    twin.fault = () => ({ kind: 'listing', how: 'circle' });
    await expect(list()).rejects.toSatisfy((error) => hasCode(error, 'store.unreachable'));
    store.close();
  });

  test('to give the part that was asked for is read right all the same', async () => {
    const store = open(twin);
    const bytes = randomBytes(1_000_000);
    await store.put('whole', whole(bytes));
    let answers = 0;
    twin.fault = () => (answers++ === 0 ? { kind: 'short' } : { kind: 'no-range' });
    expect((await collect(store.open('whole'))).equals(bytes)).toBe(true);
    expect(answers).toBe(2);
    store.close();
  });

  const WAIT = 250;
  test.each([
    ['takes the connection and says nothing', { kind: 'silent' }],
    ['says the headers and nothing more', { kind: 'stall', after: 0 }],
    ['says one byte and nothing more', { kind: 'stall', after: 1 }],
    ['says a byte now and then', { kind: 'drip', every: WAIT / 4 }],
  ] as const)('because it %s is unreachable, whatever is asked, within some waits', async (_, fault) => {
    const store = open(twin, { timeout: WAIT });
    const bytes = randomBytes(3_000_000);
    await store.put('mute/large', whole(bytes));
    await store.write('mute/small', 'x'.repeat(2_000));
    const late = async (work: Promise<unknown>) => {
      const start = performance.now();
      const error = await work.catch((error) => error);
      expect(error).toMatchObject({ code: 'store.unreachable', hint: expect.any(String) });
      expect(performance.now() - start).toBeLessThan(WAIT * 8);
    };
    twin.fault = () => fault;
    await late(collect(store.open('mute/large')));
    await late(store.read('mute/small'));
    await late(all(store.list('mute/')));
    await late(all(store.pending('mute/')));
    if (fault.kind === 'silent') {
      await late(store.head('mute/small'));
      await late(store.write('mute/small', 'y'));
      await late(store.delete('mute/small'));
      await late(store.put('mute/other', pieces(1_000)));
      await late(store.put('mute/many', pieces(20_000_000)));
    }
    twin.fault = undefined;
    expect((await collect(store.open('mute/large'))).equals(bytes)).toBe(true);
    store.close();
  });

  test('because it stands still for once gets over it, where it was', async () => {
    const store = open(twin, { timeout: WAIT });
    const bytes = randomBytes(3_000_000);
    await store.put('stalled', whole(bytes));
    const asked: string[] = [];
    twin.fault = ({ name }) => {
      asked.push(name);
      return asked.length % 2 === 1 ? { kind: 'stall', after: 1_000_000 } : undefined;
    };
    expect((await collect(store.open('stalled'))).equals(bytes)).toBe(true);
    expect(asked).toEqual(['GetObject', 'GetObject']);
    store.close();
  });

  test('is not given up because its reader takes long', async () => {
    const store = open(twin, { timeout: WAIT });
    const bytes = randomBytes(3_000_000);
    await store.put('slowly', whole(bytes));
    const read: Uint8Array[] = [];
    for await (const piece of store.open('slowly')) {
      if (read.length < 3) await sleep(WAIT * 1.5);
      read.push(Buffer.from(piece));
    }
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    store.close();
  });

  test('is let go at once by who stops while it says nothing', async () => {
    const store = open(twin);
    await store.put('stopped', pieces(1_000_000));
    twin.fault = () => ({ kind: 'silent' });
    for (const work of [
      (signal: AbortSignal) => collect(store.open('stopped', signal)),
      (signal: AbortSignal) => store.put('stopped/too', pieces(20_000_000), { signal }),
    ]) {
      const stop = new AbortController();
      setTimeout(() => {
        twin.fault = undefined;
        stop.abort(new Error('ctrl-C'));
      }, 200);
      const start = performance.now();
      twin.fault = () => ({ kind: 'silent' });
      await expect(work(stop.signal)).rejects.toThrow('ctrl-C');
      expect(performance.now() - start).toBeLessThan(1_500);
    }
    expect([...twin.uploads.values()].filter(({ key }) => key.includes('stopped'))).toEqual([]);
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

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) found.push(each);
  return found;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const piece of source) collected.push(Buffer.from(piece));
  return Buffer.concat(collected);
}
