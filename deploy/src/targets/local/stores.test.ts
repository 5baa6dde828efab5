import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../model/store.ts';
import { askRedis } from './testing/ask-redis.ts';
import { deploy } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const redis: Store = { name: 'redis', kind: 'redis' };
const mongodb: Store = { name: 'mongodb', kind: 'mongodb' };
const variables = { REDIS_URL: { kind: 'store', store: 'redis', property: 'url' } } as const;
const versions = ['v20260101_000000', 'v20260101_000100'] as const;

let place: TestPlace;
let path: string | undefined;
beforeEach(async () => {
  place = await TestPlace.open();
  path = process.env.PATH;
});
afterEach(async () => {
  process.env.PATH = path;
  await place.close();
});

/** The service's own environment, as it sees it. */
const environment = async () => (await (await fetch(`${place.url}/env`)).json()) as Record<string, string>;

const storeNow = async (name: string) =>
  (await place.host.observe())?.stores.find((store) => store.name === name);

it('Redis is kept across deploys, and what it has acknowledged survives a kill', async () => {
  const target = place.target({ stores: [redis] });
  await deploy(target, place.release(versions[0], { stores: [redis] }), [
    place.service('good', { variables }),
  ]);
  const url = (await environment()).REDIS_URL ?? '';
  expect(await askRedis(url, 'SET job 42')).toBe('+OK\r\n+OK\r\n+OK\r\n');
  const { pid } = (await storeNow('redis')) ?? {};
  if (!pid) throw new Error('redis has no process');
  process.kill(pid, 'SIGKILL');
  await expect
    .poll(() => storeNow('redis'), { timeout: 5_000 })
    .toMatchObject({ state: 'live', restarts: 1 });
  expect(await askRedis(url, 'GET job')).toContain('$2\r\n42');

  const restarted = (await storeNow('redis'))?.pid;
  expect(restarted).toBeTypeOf('number');
  await deploy(target, place.release(versions[1], { stores: [redis] }), [
    place.service('good', { variables }),
  ]);
  expect((await environment()).REDIS_URL).toBe(url);
  expect((await storeNow('redis'))?.pid).toBe(restarted);
  expect((await target.inspect()).stores).toEqual([
    {
      name: 'redis',
      kind: 'redis',
      state: 'live',
      provider: expect.stringMatching(/^(redis|valkey)-server \d/),
    },
  ]);

  await target.stop();
  expect((await target.inspect()).stores).toMatchObject([{ state: 'stopped' }]);
  await deploy(target, place.release(versions[0], { stores: [redis] }), [
    place.service('good', { variables }),
  ]);
  expect(await askRedis((await environment()).REDIS_URL ?? '', 'GET job')).toContain('$2\r\n42');
});

it("Redis' password is on no command line and in no file that others can read", async () => {
  const target = place.target({ stores: [redis] });
  await deploy(target, place.release(versions[0], { stores: [redis] }), [
    place.service('good', { variables }),
  ]);
  const { password, port } = new URL((await environment()).REDIS_URL ?? '');
  expect(password.length).toBeGreaterThanOrEqual(32);
  const { pid } = (await storeNow('redis')) ?? {};
  if (process.platform === 'linux')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(password);
  expect(await askRedis(`redis://:wrong@127.0.0.1:${port}`, 'GET job')).toMatch(/^-WRONGPASS/);
  const secretive = readdirSync(place.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'latin1').includes(password));
  expect(secretive.length).toBeGreaterThan(0);
  for (const file of secretive) expect(statSync(file).mode & 0o077, file).toBe(0);
  expect(statSync(place.state).mode & 0o777).toBe(0o700);
});

it('without Redis, and without a way to install it, nothing is changed', async () => {
  const target = place.target({ stores: [redis] });
  await deploy(target, place.release(versions[0]), [place.service()]);
  const bin = join(place.folder, 'bin');
  mkdirSync(bin);
  process.env.PATH = bin;
  const failure = {
    level: 'failure',
    title: expect.stringContaining('Neither redis-server nor valkey-server'),
  };
  expect(await target.check()).toContainEqual(expect.objectContaining(failure));
  const release = place.release(versions[1], { stores: [redis] });
  await expect(deploy(target, release, [place.service()])).rejects.toMatchObject({
    code: 'local.no-redis',
    exit: 3,
  });
  expect((await target.inspect()).live).toBe(versions[0]);
});

it('valkey-server does as well', async () => {
  const bin = join(place.folder, 'bin');
  mkdirSync(bin);
  const real = path?.split(':').map((folder) => join(folder, 'redis-server')) ?? [];
  const script = `#!/bin/sh\n[ "$1" = --version ] && { echo "Valkey server v=8.1.3"; exit; }\nfor r in ${real.join(' ')}; do [ -x $r ] && exec $r "$@"; done\n`;
  writeFileSync(join(bin, 'valkey-server'), script, { mode: 0o755 });
  process.env.PATH = `${bin}:/nowhere`;
  await deploy(place.target(), place.release(versions[0], { stores: [redis] }), [
    place.service('good', { variables, start: [process.execPath, 'server.mjs'] }),
  ]);
  expect(await storeNow('redis')).toMatchObject({ state: 'live', provider: 'valkey-server 8.1.3' });
});

it('an outside server is used as it is, and asked whether it is there', async () => {
  const outside: Store = { ...redis, url: 'redis://:secret-password@127.0.0.1:1/0' };
  const target = place.target({ stores: [outside] });
  await deploy(target, place.release(versions[0], { stores: [outside] }), [
    place.service('good', { variables }),
  ]);
  expect((await environment()).REDIS_URL).toBe(outside.url);
  const observed = await target.inspect();
  expect(observed.stores).toEqual([
    { name: 'redis', kind: 'redis', state: 'failed', provider: 'outside server' },
  ]);
  expect(JSON.stringify(observed)).not.toContain('secret-password');
});

it('without MongoDB of any kind the error says what to do', async () => {
  const target = place.target({ stores: [mongodb] });
  const release = place.release(versions[0], { stores: [mongodb] });
  // Programs of this machine that could be in the way of the test.
  process.env.PATH = `${join(place.folder, 'bin')}:/usr/bin:/bin`;
  await expect(deploy(target, release, [place.service()])).rejects.toMatchObject({
    code: 'local.no-mongodb',
    exit: 3,
  });
});
