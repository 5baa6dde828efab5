import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiskKind, SmallDisk } from '../../../../tests/setup/small-disk.ts';
import { logPath, tail } from './host/log-file.ts';
import { identify } from './host/process-id.ts';
import { findRedis } from './store-programs.ts';
import { askRedis } from './testing/ask-redis.ts';
import { deploy, lastOf, servedAt } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const first = 'v20260101_000000';
const second = 'v20260101_000100';

describe.each<DiskKind>(['tmpfs', 'ext4'])('on a full %s', (kind) => {
  const missing = SmallDisk.missing(kind);
  const test = (name: string, body: () => Promise<void>, without: string | null = null) => {
    const reason = missing ?? without;
    it.skipIf(reason !== null)(reason === null ? name : `${name} (${reason})`, body, 120_000);
  };
  let disk: SmallDisk;
  let place: TestPlace;

  beforeEach(async () => {
    if (missing !== null) return;
    disk = SmallDisk.make(kind, 320);
    place = await TestPlace.open(disk.path);
  });
  afterEach(async () => {
    if (missing !== null) return;
    disk.makeRoom();
    await place.close();
    disk.remove();
  });
  const observe = async () => {
    const seen = await place.host.observe();
    if (seen === null) throw new Error('no host runs');
    return seen;
  };
  const pidOf = async () => {
    const pid = (await observe()).services[0]?.pids[0];
    if (pid === undefined) throw new Error('web has no process');
    return pid;
  };
  const until = async (isSo: () => Promise<boolean>) => {
    const late = performance.now() + 30_000;
    while (!(await isSo().catch(() => false))) {
      if (performance.now() > late) {
        throw new Error(
          `it did not become so in 30 s:\n${tail(logPath(place.paths.logs, 'host'), 20).join('\n')}`,
        );
      }
      await sleep(20);
    }
  };
  const serves = (version: string) => until(async () => (await servedAt(place.url)) === version);
  /** A service that says much each time it is asked. */
  const talker = () =>
    place.service('good', { variables: { TALK: { kind: 'plain', value: 'x'.repeat(10_000) } } });

  test('host, keeper and service live on, and come back when they are killed', async () => {
    await deploy(place.target(), place.release(first), [talker()]);
    await until(async () => (await observe()).keeper !== null);
    const { pid: host, keeper } = await observe();
    const web = await pidOf();
    disk.fill();
    for (let n = 0; n < 50; n++) expect(await servedAt(place.url)).toBe(first);
    expect(await observe()).toMatchObject({ pid: host, keeper, live: first });
    expect(await pidOf()).toBe(web);

    process.kill(web, 'SIGKILL');
    await until(async () => (await pidOf()) !== web);
    await serves(first);
    process.kill(host, 'SIGKILL');
    await until(async () => (await observe()).pid !== host);
    await serves(first);
    await until(async () => (await observe()).keeper !== null);
    const watcher = (await observe()).keeper ?? 0;
    process.kill(watcher, 'SIGKILL');
    await until(async () => ![null, watcher].includes((await observe()).keeper));
    for (let n = 0; n < 50; n++) expect(await servedAt(place.url)).toBe(first);

    disk.makeRoom();
    const lives = await observe();
    expect(identify(lives.pid)).not.toBeNull();
    const seen = await deploy(place.target(), place.release('v20260101_000200'), [talker()]);
    expect(lastOf(seen, 'web')).toBe('live: serves');
  });

  test('a release whose cutover finds no room goes live', async () => {
    await deploy(place.target(), place.release(first), [talker()]);
    const seen = await deploy(place.target(), place.release(second), [talker()], {
      atGate: () => disk.fill(),
    });
    expect(lastOf(seen, 'web')).toBe('live: serves');
    await serves(second);
    await until(async () => (await observe()).keeper !== null);
    const { pid: host } = await observe();
    process.kill(host, 'SIGKILL');
    await until(async () => (await observe()).pid !== host);
    await serves(second);
  });

  test('check asks for the room that the deploy will ask for, an installation included', async () => {
    const room = async () => (await place.target().check()).find(({ title }) => /free, and|room/.test(title));
    expect(await room()).toMatchObject({ level: 'ok', title: 'There is room on the disk' });
    writeFileSync(join(place.root, 'package-lock.json'), JSON.stringify({ packages: {} }));
    const asked = await room();
    expect(asked).toMatchObject({
      level: 'failure',
      fix: 'Make room on the disk and run the command again.',
    });
    expect(asked?.title).toMatch(/^The disk with .* has \d+ MiB free, and a deploy needs 1024 MiB\.$/);
    await expect(deploy(place.target(), place.release(first), [place.service()])).rejects.toThrow(
      'needs 1024 MiB',
    );
  });

  const noRedis = findRedis() === null ? 'neither redis-server nor valkey-server is on the PATH' : null;
  test(
    'Redis refuses writes, reads on, and writes again when there is room',
    async () => {
      const redis = { name: 'redis', kind: 'redis' } as const;
      const service = place.service('good', {
        variables: { REDIS_URL: { kind: 'store', store: 'redis', property: 'url' } },
      });
      await deploy(place.target({ stores: [redis] }), place.release(first, { stores: [redis] }), [service]);
      const { REDIS_URL: url = '' } = (await (await fetch(`${place.url}/env`)).json()) as Record<
        string,
        string
      >;
      const store = async () => (await observe()).stores.find(({ name }) => name === 'redis');
      expect(await askRedis(url, 'SET before 1')).toContain('+OK\r\n+OK');
      const pid = (await store())?.pid;

      disk.fill();
      await until(async () => {
        disk.fill();
        const answer = await askRedis(url, `SET big ${'x'.repeat(10_000)}`);
        return answer.includes('MISCONF');
      });
      expect(await askRedis(url, 'GET before')).toContain('$1\r\n1');
      const { pid: host } = await observe();
      process.kill(host, 'SIGKILL');
      await until(async () => (await observe()).pid !== host);
      expect(await askRedis(url, 'GET before')).toContain('$1\r\n1');
      expect(await store()).toMatchObject({ pid, restarts: 0 });

      disk.makeRoom();
      await until(async () => (await askRedis(url, 'SET after 1')).includes('+OK\r\n+OK'));
      const again = (await store())?.pid ?? 0;
      process.kill(again, 'SIGKILL');
      await until(async () => (await askRedis(url, 'GET after')).includes('$1\r\n1'));
      expect(await askRedis(url, 'GET before')).toContain('$1\r\n1');
    },
    noRedis,
  );
});
