import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { hasCode } from './errors.ts';
import { identityOf } from './process-identity.ts';
import { withLease } from './store-lease.ts';
import type { Store } from './stores/store.ts';

const scope = { project: 'crm', environment: 'production' };
const patience = 150;
const options = { purpose: 'backup', patience };

describe('a lease', () => {
  test('is held during the work and let go after it, also when the work fails', async () => {
    const store = memoryStore();
    const record = async () => JSON.parse((await store.read('crm/production/lease.json')).body);
    await withLease(store, scope, options, async () =>
      expect(await record()).toMatchObject({ fence: 1, purpose: 'backup', released: false }),
    );
    expect(await record()).toMatchObject({ fence: 1, released: true });
    await expect(withLease(store, scope, options, () => Promise.reject(new Error('work')))).rejects.toThrow(
      'work',
    );
    expect(await record()).toMatchObject({ fence: 2, released: true });
  });

  test('is written so that an earlier version of this library reads it', async () => {
    const store = memoryStore();
    await withLease(store, scope, options, async () => {
      const { token, holder, since, beat } = JSON.parse((await store.read('crm/production/lease.json')).body);
      expect({ token, holder, since, beat }).toEqual({
        token: expect.stringMatching(/^[0-9a-f-]{36}$/),
        holder: expect.stringContaining(`(${process.pid})`),
        since: expect.any(String),
        beat: 0,
      });
    });
  });

  test('keeps a second one out for as long as the first one works, however long', async () => {
    const store = memoryStore();
    let second: unknown;
    await withLease(store, scope, options, async () => {
      await sleep(patience * 3);
      second = await withLease(store, scope, options, async () => 'worked').catch((error) => error);
    });
    expect(second).toSatisfy((error) => hasCode(error, 'lease.held'));
  });

  test('of ten at once, one works', async () => {
    const store = memoryStore();
    let working = 0;
    let worked = 0;
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        withLease(store, scope, { ...options, wait: false }, async () => {
          expect(++working).toBe(1);
          await sleep(20);
          working--;
          worked++;
        }),
      ),
    );
    expect(worked).toBe(1);
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(9);
  });

  test('of a dead holder is taken over after its patience, not before', async () => {
    const store = memoryStore();
    await leaveBehind(store);
    const start = performance.now();
    expect(await withLease(store, scope, options, async () => 'worked')).toBe('worked');
    expect(performance.now() - start).toBeGreaterThanOrEqual(patience);
  });

  test('of a process of this machine that was killed is taken over at once', async () => {
    const store = memoryStore();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const holder = { pid: child.pid!, process: await identityOf(child.pid!) };
    await leaveBehind(store, { ...holder, patience: 60_000 });
    const living = withLease(store, scope, { ...options, wait: false }, async () => 'worked');
    await expect(living).rejects.toSatisfy((error) => hasCode(error, 'lease.held'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const onWait = vi.fn();
    const start = performance.now();
    expect(await withLease(store, scope, { ...options, onWait }, async () => 'worked')).toBe('worked');
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(onWait).not.toHaveBeenCalled();
  });

  test('that seems to be held is said at once: whose, and for how long at the most', async () => {
    const store = memoryStore();
    await leaveBehind(store);
    const onWait = vi.fn();
    const left: number[] = [];
    const onWatch = (milliseconds: number) => left.push(milliseconds);
    await withLease(store, scope, { ...options, onWait, onWatch }, async () => {});
    // And then again and again, for how long still.
    expect(left.length).toBeGreaterThan(3);
    expect(left).toEqual([...left].sort((a, b) => b - a));
    expect(left[0]).toBeLessThanOrEqual(patience);
    expect(left.at(-1)).toBeLessThan(patience / 2);
    expect(onWait.mock.calls).toEqual([
      [expect.objectContaining({ holder: 'dead', purpose: 'backup', since: 'then' }), patience],
    ]);
  });

  test.each([
    ['is watched', {}],
    ['cannot be read', { read: () => new Promise<never>(() => {}) }],
  ])('that %s is waited for no longer than its signal says', async (_, trouble) => {
    const store = { ...memoryStore(), ...trouble };
    await leaveBehind(store, { patience: 60_000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('ctrl-C')), 50);
    const start = performance.now();
    const work = withLease(store, scope, { purpose: 'backup', signal: stop.signal }, async () => {});
    await expect(work).rejects.toThrow('ctrl-C');
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test.each(['<html>Please log in</html>', '{"token":', '{}'])(
    'whose record is damaged (%s) is watched, and taken over from who gives no sign of life',
    async (body) => {
      const store = memoryStore();
      store.objects.set('crm/production/lease.json', Buffer.from(body));
      const onWait = vi.fn();
      const start = performance.now();
      expect(await withLease(store, scope, { ...options, onWait }, async () => 'worked')).toBe('worked');
      expect(performance.now() - start).toBeGreaterThanOrEqual(patience);
      expect(onWait).toHaveBeenCalledWith(expect.objectContaining({ purpose: 'unknown' }), patience);
    },
  );

  test('in a store that never names the same version twice is given up', async () => {
    const store = memoryStore();
    await withLease(store, scope, options, async () => {});
    const { read } = store;
    let version = 0;
    store.read = async (key) => ({ ...(await read(key)), etag: `other ${version++}` });
    const work = withLease(store, scope, options, async () => {});
    await expect(work).rejects.toSatisfy((error) => hasCode(error, 'store.conflict'));
  });

  test('of a dead holder is taken over by one of those who wait', async () => {
    const store = memoryStore();
    await leaveBehind(store);
    let working = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        withLease(store, scope, options, async () => {
          expect(++working).toBe(1);
          await sleep(patience);
          working--;
        }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('does not look at the clock: one that jumps takes nothing from a living holder', async () => {
    const store = memoryStore();
    await withLease(store, scope, options, async () => {
      const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 365 * 24 * 60 * 60 * 1000);
      await expect(withLease(store, scope, options, async () => 'worked')).rejects.toSatisfy((error) =>
        hasCode(error, 'lease.held'),
      );
      now.mockRestore();
    });
  });

  test('that somebody else has taken meanwhile aborts the work', async () => {
    const store = memoryStore();
    const work = withLease(store, scope, options, async (signal) => {
      await store.delete('crm/production/lease.json');
      await leaveBehind(store);
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    await expect(work).rejects.toSatisfy((error) => hasCode(error, 'lease.lost'));
    expect(store.objects.size).toBe(1);
  });

  test('that can no longer be renewed aborts the work before others take over', async () => {
    const store = memoryStore();
    const broken: Store = { ...store, write: store.write, read: store.read };
    const start = performance.now();
    const work = withLease(broken, scope, options, async (signal) => {
      const fail = () => Promise.reject(new Error('The store is away.'));
      Object.assign(broken, { write: fail, read: fail });
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    await expect(work).rejects.toSatisfy((error) => hasCode(error, 'lease.lost'));
    expect(performance.now() - start).toBeLessThan(patience * 1.5);
  });
});

/** What a killed holder of an earlier version leaves. */
async function leaveBehind(store: Store, more: object = {}): Promise<void> {
  const record = {
    token: 'dead',
    holder: 'dead',
    purpose: 'backup',
    since: 'then',
    beat: 3,
    patience,
    ...more,
  };
  await store.write('crm/production/lease.json', JSON.stringify(record), { absent: true });
}
