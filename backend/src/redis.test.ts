import type { Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../test/eventually.ts';
import { startRedis } from '../test/redis.ts';
import { connectRedis, openRedis } from './redis.ts';

async function open() {
  const server = await startRedis();
  const redis = connectRedis(server.url);
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  await openRedis(redis);
  return { server, redis };
}

it('hands over together what is asked for in one turn, and what comes later by itself', async () => {
  const { redis } = await open();
  await redis.mset('a', 1, 'b', 2, 'c', 3);
  const socket = redis.stream as Socket & { _writev: NonNullable<Socket['_writev']> };
  const alone = vi.spyOn(socket, '_write');
  const together = vi.spyOn(socket, '_writev');
  const handed = () => [alone.mock.calls.length, together.mock.calls.length];
  expect(await Promise.all(['a', 'b', 'c'].map((key) => redis.get(key)))).toEqual(['1', '2', '3']);
  expect(handed()).toEqual([0, 1]);
  expect(await redis.get('a')).toBe('1');
  expect(handed()).toEqual([1, 1]);
});

it('answers each command in its order, those of a transaction and a script among them', async () => {
  const { redis } = await open();
  const all = await Promise.all([
    redis.set('n', 1),
    redis.incr('n'),
    redis.multi().incr('n').get('n').exec(),
    redis.eval('return redis.call("incr", KEYS[1])', 1, 'n'),
    redis.get('n'),
  ]);
  expect(all).toEqual([
    'OK',
    2,
    [
      [null, 3],
      [null, '3'],
    ],
    4,
    '4',
  ]);
});

it('fails within a second while Redis is away, and goes on when it is back', async () => {
  const { server, redis } = await open();
  await redis.set('n', 1);
  await server.stop();
  await eventually('the connection to be seen closed', async () => redis.status !== 'ready');
  const began = performance.now();
  await expect(Promise.all([redis.get('n'), redis.incr('n')])).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(1500);
  const again = await startRedis(server.port);
  onTestFinished(() => again.stop());
  await eventually('an answer', () => redis.set('n', 2).catch(() => undefined));
  expect(await redis.get('n')).toBe('2');
});
