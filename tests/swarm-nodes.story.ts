import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { underLoad } from './local/load.ts';
import type { Outcome } from './local/project.ts';
import { noServers, type Server } from './swarm/server.ts';
import { type Failed, replicas, Swarm, until } from './swarm/swarm.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const changes = full ? 20 : 2;
const reason = noServers();
const kinds = ['slow', 'upload', 'sockets', 'streams'];

describe('three servers of one’s own, all of them managers of a swarm', () => {
  if (reason !== null) {
    test('take deploys and go on when one of them is gone', ({ skip }) => skip(reason));
    return;
  }
  let swarm: Swarm;

  beforeAll(async () => {
    swarm = await Swarm.open();
  }, 600_000);

  afterAll(async () => {
    await swarm?.close();
  }, 120_000);

  test('a release runs on all of them', async () => {
    const { host, second, third } = swarm;
    const { verdict, version, seconds } = await swarm.change('deploy');
    expect(verdict).toBe('live');
    expect(await swarm.serversOf(version)).toEqual([host.name, second.name, third.name].sort());
    console.log(`first deploy on three servers: ${seconds.toFixed(1)} s`);
  });

  test(`${changes} deploys and rollbacks lose no request: fast, 2 s long, 5 MB uploads, WebSockets, event streams`, {
    timeout: 1_200_000,
  }, async () => {
    const outcomes: Outcome[] = [];
    const seen = await underLoad(swarm.url, { kinds }, async () => {
      for (let turn = 0; turn < changes; turn++) {
        if (turn % 2 === 0) swarm.changed();
        outcomes.push(await swarm.change(turn % 2 === 0 ? 'deploy' : 'rollback'));
        expect(new Set(await swarm.serversOf(outcomes.at(-1)!.version)).size).toBe(3);
      }
    });
    const seconds = outcomes.map((one) => one.seconds.toFixed(1)).join(', ');
    console.log(`${changes} changes on three servers: ${JSON.stringify(seen)}; seconds each: ${seconds}`);
    expect(seen.failures).toEqual([]);
    expect(seen.longestGapMs).toBeLessThanOrEqual(250);
    expect(seen.releases).toBeGreaterThanOrEqual(2);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(outcomes.map(() => 'live'));
  });

  test('one that has the only replica is drained without a request lost', { timeout: 600_000 }, async () => {
    const { host, second, third } = swarm;
    const can = (server: Server, what: 'active' | 'pause') =>
      host.docker('node', 'update', '--availability', what, server.name);
    // One replica, on the second server.
    swarm.name([second, third], 1);
    swarm.changed();
    for (const server of [host, third]) await can(server, 'pause');
    const { version } = await swarm.change('deploy');
    expect(await swarm.serversOf(version)).toEqual([second.name]);
    for (const server of [host, third]) await can(server, 'active');
    const things = await swarm.things();
    const moved: string[][] = [];
    const seconds: number[] = [];
    const seen = await underLoad(swarm.url, { kinds }, async () => {
      await sleep(2_000);
      for (const from of [second, third, second]) {
        if (!(await swarm.serversOf(version)).includes(from.name)) continue;
        const said = await swarm.project.run(['server', 'drain', 'server', from.name, '--json']);
        expect(said.code, said.stderr).toBe(0);
        expect(said.stderr).toMatch(/starts sample-server-web-\S+ elsewhere before it ends/);
        moved.push(JSON.parse(said.stdout).moved);
        seconds.push(said.seconds);
        expect((await swarm.serversOf(version)).length).toBe(1);
        expect(await swarm.serversOf(version)).not.toContain(from.name);
        await can(from, 'active');
      }
    });
    const each = seconds.map((one) => one.toFixed(1)).join(', ');
    console.log(`the only replica moves: ${JSON.stringify(seen)}; seconds each: ${each}`);
    expect(seen.failures).toEqual([]);
    expect(seen.longestGapMs).toBeLessThanOrEqual(250);
    expect(moved.flat()).toContain(`sample-server-web-${version.slice(1).replace('_', '-')}`);
    expect(await swarm.things()).toEqual(things);
    swarm.name([second, third]);
    swarm.changed();
    await swarm.change('deploy');
  });

  test('one that loses its power takes nothing with it that can be asked again, and deploys go on without it', async () => {
    const { third } = swarm;
    const before = await swarm.release();
    let replaced = 0;
    const seen = await underLoad(swarm.url, { kinds }, async () => {
      await sleep(2_000);
      await third.crash();
      replaced = await until('its replica runs elsewhere', async () => {
        const servers = await swarm.serversOf(before);
        return servers.filter((name) => name !== third.name).length === replicas;
      });
    });
    console.log(`a server without power: ${JSON.stringify(seen)}; replaced after ${replaced.toFixed(1)} s`);
    const { upload = 0, ...others } = seen.lost;
    expect(others, seen.failures.join('\n')).toEqual({});
    // One upload a second, each far shorter than that: the one that it had in its hands, and the one that came before it was missed.
    expect(upload).toBeLessThanOrEqual(2);
    expect(seen.longestGapMs).toBeLessThanOrEqual(250);

    const told = await swarm.status();
    expect(told).toMatchObject({ state: 'live', release: { version: before }, seen: true });
    expect(told.services.find(({ name }) => name === 'web')).toMatchObject({ state: 'live', replicas });
    const check = await swarm.command('check');
    expect(check.stderr).toContain(`The node ${third.name} is down`);
    swarm.changed();
    const { version, seconds } = await swarm.change('deploy');
    console.log(`without it: check ${check.seconds.toFixed(1)} s, deploy ${seconds.toFixed(1)} s`);
    expect(await swarm.release()).toBe(version);
    expect(await swarm.serversOf(version)).not.toContain(third.name);
  });

  test('without a quorum visitors are served, nothing is changed, and it goes on when the others are back', async () => {
    const { second, third, host } = swarm;
    const before = await swarm.release();
    const things = await swarm.things();
    await second.crash();
    swarm.changed();
    const silence = await until('the managers have lost one another', async () =>
      (await host.docker('info', '--format', '{{.Swarm.Error}}')).includes('leader'),
    );
    const seen = await underLoad(swarm.url, { kinds }, async () => {
      const told = await swarm.command('status');
      expect(told.code).toBe(7);
      expect(JSON.parse(told.stdout)).toMatchObject({
        seen: false,
        release: { version: before },
        trouble: expect.stringContaining('The swarm takes no orders'),
      });
      for (const order of ['deploy', 'rollback']) {
        const said = await swarm.command(order, '--yes');
        expect(said.code, said.stderr).toBe(7);
        const { error } = JSON.parse(said.stdout) as Failed;
        expect(error.code).toBe('swarm.no-quorum');
        const [, typed = ''] = /all of them: ([^)]+)\)/.exec(error.hint) ?? [];
        const managers = execFileSync('sh', ['-c', typed], { encoding: 'utf8' });
        for (const { address } of [second, third]) expect(managers).toContain(address);
      }
    });
    console.log(`without a quorum, known after ${silence.toFixed(1)} s: ${JSON.stringify(seen)}`);
    expect(seen.failures).toEqual([]);
    expect(seen.releases).toBe(1);
    for (const server of [second, third]) await server.boot();
    for (const server of [second, third]) await until('all are back', () => swarm.hears(server));
    expect(await swarm.things()).toEqual(things);
    const { version } = await swarm.change('deploy');
    expect(await swarm.release()).toBe(version);
    // The images of the release before had to be sent to the one that was away.
    expect(new Set(await swarm.serversOf(version)).size).toBe(3);
  });
});
