import { execFileSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Seen, underLoad } from './local/load.ts';
import type { Outcome, Said } from './local/project.ts';
import { SmallDisk } from './setup/small-disk.ts';
import { noServers, type Server } from './swarm/server.ts';
import { type Failed, Swarm, until } from './swarm/swarm.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const reason = full
  ? (noServers() ?? SmallDisk.missing('tmpfs'))
  : 'the full stories have it (CONDUCTOR_STORIES=full)';

describe('a swarm of one’s own in trouble', () => {
  if (reason !== null) {
    test('says what is wrong, and leaves nothing behind', ({ skip }) => skip(reason));
    return;
  }
  let swarm: Swarm;
  let fourth: Server;
  let disk: SmallDisk;

  beforeAll(async () => {
    swarm = await Swarm.open();
    await swarm.change('deploy');
    disk = SmallDisk.make('tmpfs', 2_000);
  }, 600_000);

  afterAll(async () => {
    await swarm?.close();
    disk?.remove();
  }, 120_000);

  /** A deploy that fails leaves visitors, and everything that is kept, as they were. */
  const fails = async (): Promise<Said> => {
    const [before, things] = [await swarm.release(), await swarm.things()];
    const servers = swarm.network.servers;
    const images = await Promise.all(servers.map((server) => swarm.images(server)));
    let said: Said | undefined;
    const seen = await underLoad(swarm.url, { rate: 50, kinds: ['slow'] }, async () => {
      said = await swarm.command('deploy', '--yes');
    });
    const { code, stdout, stderr } = said!;
    expect(code, stderr).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'failed', previous: before });
    expect([seen.failed, seen.releases]).toEqual([0, 1]);
    expect(await swarm.release()).toBe(before);
    expect(await swarm.things()).toEqual(things);
    for (const [at, server] of servers.entries())
      expect(images[at]).toEqual(expect.arrayContaining(await swarm.images(server)));
    return said!;
  };

  test('a node that cannot be sent images is named before anything changes, and gets them once it is named itself', async () => {
    fourth = await swarm.network.add(disk.path);
    await fourth.join(swarm.second, 'worker');
    swarm.changed();
    const said = await fails();
    expect(said.stderr).toContain(
      `The swarm starts replicas on ${fourth.name}, too, and the image of web, which is built from Dockerfile, cannot be sent there.`,
    );
    const { second, third } = swarm;
    swarm.name([second, third, fourth]);
    swarm.changed();
    const { version } = await swarm.change('deploy');
    expect(await swarm.images(fourth)).toEqual([`sample-server/dockerfile:${version}`]);
  });

  test('an image that somebody removed from a node is sent again with the next deploy', async () => {
    const { third } = swarm;
    for (const name of await swarm.images(third)) await third.docker('rmi', '--force', name);
    swarm.changed();
    const { version } = await swarm.change('deploy');
    expect(await swarm.serversOf(version)).toContain(third.name);
  });

  test('a node without room is named, and takes part again when it has some', async () => {
    disk.fill();
    swarm.changed();
    const said = await fails().finally(() => disk.makeRoom());
    expect(said.stderr).toContain('no space left on device');
    expect(said.stderr).toContain(fourth.socket);
    const { version } = await swarm.change('deploy');
    expect(await swarm.images(fourth)).toContain(`sample-server/dockerfile:${version}`);
  });

  test('a deploy of what is there already changes nothing', async () => {
    const [things, before] = [await swarm.things(), await swarm.release()];
    const said = await swarm.command('deploy', '--yes');
    console.log(`the same again: ${said.code} ${said.stdout}`);
    expect(said.code, said.stderr).toBe(0);
    expect(await swarm.release()).not.toBe('none');
    expect((await swarm.things()).length).toBe(things.length);
    expect(before).not.toBe('none');
  });

  test('a replica that ends well because it never was healthy is no release that is live', async () => {
    swarm.image('HEALTHCHECK --interval=1s --retries=1 CMD false\n');
    swarm.changed();
    const said = await fails().finally(() => swarm.image());
    expect(said.stderr).toContain('it ended with 0');
  });

  test('a secret that is still in use stays, and goes once nobody has it', async () => {
    const secrets = async () =>
      (await swarm.host.docker('secret', 'ls', '--format', '{{.Name}}')).split('\n').sort();
    const of = (version: string) => `sample-server-web-${version.slice(1).replace('_', '-')}`;
    const old = of(await swarm.release());
    expect(await secrets()).toContain(old);
    // Somebody looks at something with the settings of the release of today, and takes their time.
    const looking = swarm.project.start(['run', 'server', 'web', 'wait']);
    const said = Promise.all([text(looking.stdout), text(looking.stderr)]);
    void said.then(([, words]) => console.log(`the command in between: ${words.trim()}`));
    const ended = new Promise((resolve) => looking.once('close', resolve));
    await until('it runs', async () => {
      const running = await swarm.host.docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}');
      return /^sample-server-run-\w+ 1\/1$/m.test(running);
    });
    const versions: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      swarm.changed();
      const { verdict, version } = await swarm.change('deploy');
      expect(verdict).toBe('live');
      versions.push(version);
    }
    expect(await secrets()).toEqual([old, ...versions.map(of), 'sample-server-redis'].sort());
    looking.kill('SIGINT');
    await ended;
    swarm.changed();
    const { version } = await swarm.change('deploy');
    expect(await secrets()).toEqual([of(versions[1]!), of(version), 'sample-server-redis'].sort());
    const left = await swarm.host.docker('service', 'ls', '--format', '{{.Name}}');
    // Two releases with two services each, the switch, the edge and the store.
    expect(left.split('\n')).toHaveLength(7);
    for (const server of swarm.network.servers) expect(await swarm.images(server)).toHaveLength(2);
  });

  test('the leader that is lost in the midst of a deploy does not keep it from ending', async () => {
    const { second, host } = swarm;
    const leader = await host.docker(
      'node',
      'ls',
      '--filter',
      'role=manager',
      '--format',
      '{{.Hostname}} {{.ManagerStatus}}',
    );
    expect(leader).toContain(`${second.name} Leader`);
    swarm.changed();
    const child = swarm.project.start(['deploy', 'server', '--yes', '--json']);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let [told, said] = ['', ''];
    let crashed: Promise<void> | undefined;
    child.stdout.on('data', (data: Buffer) => {
      told += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      said += data;
      if (said.includes('waiting until it is healthy')) crashed ??= second.crash();
    });
    const seen = await underLoad(swarm.url, { kinds: ['slow', 'upload', 'sockets', 'streams'] }, async () => {
      await ended;
    });
    await crashed;
    const code = await ended;
    const { verdict, version } = JSON.parse(told) as Outcome;
    const why = said.split('\n').filter((line) => /^✗|failed/.test(line));
    console.log(`the leader was lost: ${verdict} (${code}): ${why.join('\n')}; ${JSON.stringify(seen)}`);
    expect([0, 4, 7], said).toContain(code);
    const { upload = 0, ...others } = seen.lost;
    expect(others, seen.failures.join('\n')).toEqual({});
    expect(upload).toBeLessThanOrEqual(2);
    if (code === 7) {
      const resumed = await swarm.command('resume');
      expect([0, 4], resumed.stderr).toContain(resumed.code);
    }
    if (code === 0) expect(await swarm.release()).toBe(version);
    await second.boot();
    await until('it is back', () => swarm.hears(second));
    swarm.changed();
    const next = await swarm.change('deploy');
    expect(await swarm.release()).toBe(next.version);
    expect((await swarm.status()).state).toBe('live');
  });

  test('the engine of the first server that is killed in the midst of a deploy, and started again', async () => {
    const { host } = swarm;
    const before = await swarm.release();
    swarm.changed();
    const child = swarm.project.start(['deploy', 'server', '--yes', '--json']);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let said = '';
    let killed: Promise<void> | undefined;
    child.stdout.resume();
    child.stderr.on('data', (data: Buffer) => {
      said += data;
      if (said.includes('waiting until it is healthy')) killed ??= host.kill();
    });
    let away: Seen | undefined;
    try {
      away = await underLoad(swarm.url, { kinds: ['slow'] }, async () => {
        expect(await ended, said).toBe(7);
        const told = await swarm.command('status');
        expect(told.code, told.stderr).toBe(7);
        expect(told.stdout).toContain('cannot be reached');
      });
    } catch (error) {
      await killed;
      await host.start();
      throw error;
    }
    const back = await underLoad(swarm.url, { kinds: ['slow'] }, async () => {
      await host.start();
      // What ran before is ended first, and started anew then.
      let good = 0;
      const serves = async () => {
        good = (await swarm.release().catch(() => 'none')) === before ? good + 1 : 0;
        return good >= 25;
      };
      await until('visitors are served again', serves, 120_000);
    });
    console.log(`the engine comes back, and its containers with it: ${JSON.stringify(back)}`);
    console.log(`the engine of the first server is away: ${JSON.stringify(away)}`);
    // What it has started goes on without it.
    expect([away.failed, away.releases]).toEqual([0, 1]);
    expect(await swarm.release()).toBe(before);
    const resumed = await swarm.command('resume');
    expect([0, 4], resumed.stderr).toContain(resumed.code);
    expect((await swarm.status()).state).toBe('live');
  });

  test('the server that is left becomes a swarm by itself, as the hint says, when the others are lost for good', async () => {
    const { host, second, third } = swarm;
    const before = await swarm.release();
    for (const server of [second, third]) await server.crash();
    await until('the managers have lost one another', async () =>
      (await host.docker('info', '--format', '{{.Swarm.Error}}')).includes('leader'),
    );
    swarm.changed();
    const said = await swarm.command('deploy', '--yes');
    expect(said.code, said.stderr).toBe(7);
    const { error } = JSON.parse(said.stdout) as Failed;
    const [, typed = ''] = /lost for good: (.*)$/.exec(error.hint) ?? [];
    execFileSync('sh', ['-c', typed], { stdio: 'ignore' });
    const served = await until('visitors are served', async () => (await swarm.release()) === before);
    console.log(`a swarm of one again: visitors are served ${served.toFixed(1)} s after the order`);
    expect(await swarm.status()).toMatchObject({ seen: true, release: { version: before } });
    const { version } = await swarm.change('deploy');
    expect(await swarm.release()).toBe(version);
    expect(new Set(await swarm.serversOf(version))).not.toContain(second.name);
  });
});
