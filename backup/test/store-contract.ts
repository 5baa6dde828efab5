import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasCode } from '../src/errors.ts';
import type { Store } from '../src/stores/store.ts';

/** The promises of {@link Store}, proved for any implementation. */
export function storeContract(
  title: string,
  open: () => Promise<{ store: Store; close(): Promise<void> }>,
): void {
  describe(`${title} keeps the promises of a store`, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close?.());

    test.each([0, 1, 70_000, 20_000_000])('an object of %i bytes comes back as it was', async (size) => {
      const bytes = randomBytes(size);
      expect(await store.put(`objects/${size}`, pieces(bytes))).toBe(size);
      expect(await store.head(`objects/${size}`)).toBe(size);
      expect((await collect(store.open(`objects/${size}`))).equals(bytes)).toBe(true);
    });

    test.each([100, 20_000_000])('a source that fails after %i bytes leaves nothing', async (size) => {
      const death = new Error('the source died');
      async function* dying() {
        yield* pieces(randomBytes(size));
        throw death;
      }
      await expect(store.put(`dying/${size}`, dying())).rejects.toBe(death);
      await expectNothing('dying/');
    });

    test('an aborted put leaves nothing', async () => {
      const controller = new AbortController();
      async function* endless() {
        for (let count = 0; ; count++) {
          if (count === 10) controller.abort(new Error('stopped'));
          yield randomBytes(1_000_000);
        }
      }
      await expect(store.put('aborted/one', endless(), { signal: controller.signal })).rejects.toThrow();
      await expectNothing('aborted/');
    });

    test('small objects have versions', async () => {
      const first = await store.write('small/one', 'first');
      expect(await store.read('small/one')).toEqual({ body: 'first', etag: first });
      const second = await store.write('small/one', 'second', { etag: first });
      expect(await store.read('small/one')).toEqual({ body: 'second', etag: second });
      await expectCode(store.write('small/one', 'third', { etag: first }), 'store.conflict');
      expect((await store.read('small/one')).body).toBe('second');
    });

    test('of many who create or replace one object, one does', async () => {
      const creators = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          store.write('race/one', `creator ${index}`, { absent: true }),
        ),
      );
      expect(creators.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of creators) {
        if (result.status === 'rejected') expect(hasCode(result.reason, 'store.conflict')).toBe(true);
      }
      const { etag } = await store.read('race/one');
      const replacers = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => store.write('race/one', `replacer ${index}`, { etag })),
      );
      expect(replacers.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    });

    test('what is not there is missing, and deleting it is done', async () => {
      await expectCode(store.read('none'), 'store.missing');
      await expectCode(store.head('none'), 'store.missing');
      await expectCode(collect(store.open('none')), 'store.missing');
      await store.delete('none');
    });

    test('a listing has the keys under its prefix, in order, however many', async () => {
      const keys = Array.from({ length: 25 }, (_, index) => `list/a/${String(index).padStart(3, '0')}`);
      await Promise.all([...keys, 'list/b'].map((key) => store.write(key, key)));
      expect(await keysOf('list/a/')).toEqual(keys);
      expect(await keysOf('list/')).toEqual([...keys, 'list/b']);
      await store.delete(keys[3]!);
      expect(await keysOf('list/a/')).toEqual(keys.filter((key) => key !== keys[3]));
    });

    test('it says what time it is, to a second', async () => {
      const before = Date.now();
      const told = (await store.time())!.getTime();
      expect(told).toBeGreaterThan(before - 2_000);
      expect(told).toBeLessThan(Date.now() + 2_000);
      expect(await keysOf('clock')).toEqual([]);
    });

    test('keys that could lead elsewhere are refused', async () => {
      for (const key of ['../out', 'a/../../out', '/etc/passwd', '', 'a//b', 'a\0b', 'ü']) {
        await expectCode(store.write(key, 'x'), 'settings.invalid');
      }
    });

    async function keysOf(prefix: string): Promise<string[]> {
      const keys: string[] = [];
      for await (const object of store.list(prefix)) keys.push(object.key);
      return keys;
    }

    async function expectNothing(prefix: string): Promise<void> {
      expect(await keysOf(prefix)).toEqual([]);
      for await (const write of store.pending(prefix)) expect.fail(`${write.key} is still pending`);
    }
  });
}

async function expectCode(promise: Promise<unknown>, code: Parameters<typeof hasCode>[1]): Promise<void> {
  await expect(promise).rejects.toSatisfy((error) => hasCode(error, code));
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_003) yield bytes.subarray(at, at + 100_003);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const piece of source) collected.push(Buffer.from(piece));
  return Buffer.concat(collected);
}
