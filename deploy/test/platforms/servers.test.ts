import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from './engine/ask.ts';
import type { Node } from './engine/cluster.ts';
import type { EngineTwin } from './engine-twin.ts';
import { host, ServerBench, swarm, titles } from './server-bench.ts';
import type { Machine } from './server-twin.ts';

const second = '203.0.113.11';
const third = '203.0.113.12';

describe('conductor server, of a swarm', () => {
  let bench: ServerBench;
  let engine: EngineTwin;
  beforeEach(async () => {
    bench = await ServerBench.open();
    engine = bench.engine;
    bench.describe({ production: swarm() });
    expect((await bench.conductor(`server add ssh://root@${host} --install`)).code).toBe(0);
    bench.machine.set('state/edge', 'd54ae0f1\n');
  });
  afterEach(() => bench.close());

  /** Another machine, with an engine of its own. */
  const another = async (
    address: string,
    node = engine.addMachine(),
  ): Promise<{ machine: Machine; node: Node }> => {
    const machine = bench.servers.machine(address);
    machine.engineAt(await engine.socketOf(node));
    return { machine, node };
  };
  const added = async (address: string, more = ''): Promise<{ machine: Machine; node: Node }> => {
    const one = await another(address);
    const { code, stderr } = await bench.conductor(`server add ssh://root@${address} --install${more}`);
    expect(code, stderr).toBe(0);
    const others = engine.cluster.nodes
      .slice(1)
      .map((each) => `ssh://deploy@203.0.113.${each.address.split('.').at(-1)}`);
    bench.describe({ production: swarm({ nodes: others }) });
    return one;
  };
  /** A service of a release runs so often, from an image that only the host has. */
  const running = async (replicas: number, name = 'shop-production-web-1'): Promise<void> => {
    engine.addImage('shop-production/web:1', {}, [engine.cluster.nodes[0]!]);
    const image = engine.cluster.nodes[0]!.images.images.find(({ tags }) =>
      tags.has('shop-production/web:1'),
    )!;
    const { status } = await ask(engine.socket, 'POST', '/v1.41/services/create', {
      Name: name,
      Labels: {
        'conductor.project': 'shop',
        'conductor.environment': 'production',
        'conductor.role': 'service',
        'conductor.service': 'web',
      },
      TaskTemplate: { ContainerSpec: { Image: image.id }, RestartPolicy: { Condition: 'any' } },
      Mode: { Replicated: { Replicas: replicas } },
    });
    expect(status).toBe(201);
    await engine.clock.sleep(5_000);
    engine.look();
  };
  const runningOn = (node: Node): number =>
    engine.look().tasks.filter((task) => task.node === node && task.status.state === 'running').length;

  it('joins a bare machine, with the images of what runs, and opens the firewalls between both for one another', async () => {
    await running(2);
    const { machine, node } = await another(second);
    const { code, stderr, json } = await bench.conductor(`server add ssh://root@${second} --install --json`);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({
      environment: 'production',
      ready: true,
      role: 'worker',
      advertised: '10.0.0.11',
      config: [`nodes: ['ssh://deploy@${second}'],`],
    });
    expect(engine.cluster.nodes).toContain(node);
    expect(node.images.images).toHaveLength(1);
    const rules = (one: Machine) => one.read('state/ufw-rules').trim().split('\n');
    expect(rules(machine)).toEqual([
      'ufw allow 22/tcp',
      'ufw allow from 10.0.0.10 to any port 2377,7946 proto tcp',
      'ufw allow from 10.0.0.10 to any port 4789,7946 proto udp',
    ]);
    expect(rules(bench.machine).slice(-2)).toEqual([
      'ufw allow from 10.0.0.11 to any port 2377,7946 proto tcp',
      'ufw allow from 10.0.0.11 to any port 4789,7946 proto udp',
    ]);
    // Whoever may join must not be seen by whoever lists processes, or reads what is said.
    const all = [bench.servers.started.join('\n'), stderr, JSON.stringify(json())].join('\n');
    expect(all).not.toContain('SWMTKN');

    const again = await bench.conductor(`server add ssh://root@${second} --install --json`);
    expect(again.json()).toMatchObject({ ready: true, done: [], role: 'worker' });
    expect(again.code).toBe(0);
  });

  it('only says what is missing without --install, at the servers that are there, too', async () => {
    await another(second);
    const looked = await bench.conductor(`server add ssh://root@${second}`);
    expect(looked.code).toBe(3);
    expect(looked.stderr).toContain(`conductor server add ssh://root@${second} production --install`);
    expect(engine.cluster.nodes).toHaveLength(1);
  });

  it('goes on where root does not get in at the others, and says what may have to be done there', async () => {
    await another(second);
    bench.machine.set('root/.ssh/authorized_keys', '');
    const { code, stderr } = await bench.conductor(`server add ssh://root@${second} --install`);
    expect(code, stderr).toBe(0);
    expect(titles(stderr, '!')).toContainEqual(
      expect.stringMatching(
        /^Whether the firewall of 203.0.113.10 lets 10.0.0.11 in is not known: .*lets nobody in/,
      ),
    );
    expect(stderr).toContain('ufw allow from 10.0.0.11 to any port 2377,7946 proto tcp');
  });

  it('says which firewall does not let it in, and which server it does not reach', async () => {
    const { machine } = await another(second);
    machine.set('state/closed', '</dev/tcp/10.0.0.10/2377\n');
    const { code, stderr } = await bench.conductor(`server add ssh://root@${second} --install`);
    expect(code).toBe(3);
    expect(titles(stderr, '✗').at(-2)).toBe('It does not reach 10.0.0.10 at 2377/tcp');
    expect(stderr).toContain('ufw allow from 10.0.0.11 to any port 2377,7946 proto tcp');
    expect(engine.cluster.nodes).toHaveLength(1);
  });

  it('does not touch what is part of somebody else’s swarm, and takes what is not whole for no server', async () => {
    await another(second, engine.addMachine('elsewhere'));
    const { code, stderr, json } = await bench.conductor(`server add ssh://root@${second} --install --json`);
    expect([code, json().error.code]).toEqual([3, 'server.other-swarm']);
    expect(stderr).toContain('docker swarm leave --force');
    const { machine } = await another(third);
    machine.set('state/architecture', 'aarch64');
    const other = await bench.conductor(`server add ssh://root@${third} --install`);
    expect(other.code).toBe(3);
    expect(other.stderr).toContain('Its processor is aarch64, and that of the host is x86_64');
    expect(engine.cluster.nodes).toHaveLength(1);
  });

  it('wants the host first', async () => {
    engine.leaveSwarm();
    await another(second);
    const { code, stderr } = await bench.conductor(`server add ssh://root@${second} --install`);
    expect(code).toBe(3);
    expect(stderr).toContain(`conductor server add ssh://root@${host} production`);
  });

  it('lists every server, what runs there, and what may be lost', async () => {
    await running(3);
    await added(second);
    const { stdout } = await bench.conductor('server list');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().replaceAll(/ {2,}/g, ' | ')),
    ).toEqual([
      'server | address | role | state | Docker | runs',
      'node-1 | 10.0.0.10 | leader, host | ready | 20.10.24 | edge, web (3)',
      'node-2 | 10.0.0.11 | worker | ready | 20.10.24 | -',
      '1 manager: while it is away nothing can be changed; what runs on other servers goes on.',
    ]);
    expect((await bench.conductor('server list production --json')).json()).toMatchObject({
      environment: 'production',
      servers: [
        {
          name: 'node-1',
          host: true,
          runs: [
            { name: 'edge', replicas: 1 },
            { name: 'web', replicas: 3 },
          ],
        },
        { name: 'node-2' },
      ],
      managers: 1,
      reachable: 1,
    });
    await added(third, ' --manager');
    expect((await bench.conductor('server list')).stdout).toContain(
      '2 managers: none may be lost; add a third or remove one.',
    );
    const promoted = await bench.conductor(`server add ssh://root@${second} --manager --json`);
    expect(promoted.json()).toMatchObject({ role: 'manager', done: ['lets it take orders, too'] });
    expect((await bench.conductor('server list')).stdout).toContain('3 managers: one may be lost.');
  });

  it('drains a server, waits until what ran there runs elsewhere, and lets it take replicas again', async () => {
    const { node } = await added(second);
    engine.endsIn = () => 4_000;
    engine.addImage('shop-production/web:1', {}, engine.cluster.nodes);
    await running(4);
    // The image is the same on both.
    expect(runningOn(node)).toBeGreaterThan(0);
    const { code, stderr, json } = await bench.conductor(`server drain node-2 --json`);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({
      environment: 'production',
      server: 'node-2',
      moved: ['shop-production-web-1'],
    });
    expect(stderr).toContain('waits for shop-production-web-1');
    expect(stderr).toContain('node-2 is drained: shop-production-web-1 run elsewhere.');
    expect(runningOn(node)).toBe(0);
    expect((await bench.conductor('server list')).stdout).toMatch(/node-2 .* ready, drain /);
    const again = await bench.conductor('server activate 10.0.0.11 production');
    expect(again.stderr).toContain('node-2 takes replicas again');
    expect(node.spec.Availability).toBe('active');
  });

  it('does not drain the host, a server without another, or one that nobody knows', async () => {
    const pinned = await bench.conductor('server drain node-1 --json');
    expect([pinned.code, pinned.json().error]).toMatchObject([
      3,
      { code: 'server.pinned', message: expect.stringContaining('conductor-edge') },
    ]);
    expect(engine.cluster.nodes[0]!.spec.Availability).toBe('active');
    const { node } = await added(second);
    engine.cluster.nodes[0]!.spec.Availability = 'pause';
    expect((await bench.conductor('server drain node-2 --json')).json().error.code).toBe('server.nowhere');
    const unknown = await bench.conductor('server drain node-3 --json');
    expect([unknown.code, unknown.json().error]).toMatchObject([
      2,
      { code: 'server.unknown-server', hint: expect.stringContaining('10.0.0.11') },
    ]);
    (node as { hostname: string }).hostname = 'node-1';
    expect((await bench.conductor('server drain node-1 --json')).json().error).toMatchObject({
      code: 'server.ambiguous',
      hint: expect.stringContaining('10.0.0.10, 10.0.0.11'),
    });
  });

  it('says so when there is no room elsewhere', async () => {
    await added(second);
    engine.addImage('shop-production/web:1', {}, engine.cluster.nodes);
    await running(2);
    engine.behave = () => 'no-node';
    const { code, stderr, json } = await bench.conductor('server drain node-2 --json');
    expect([code, json().error.code]).toEqual([7, 'server.not-moved']);
    expect(stderr).toContain('no suitable node');
    expect(stderr).toContain('conductor server activate production node-2');
  });

  it('removes a server, and says what is to be written and done', async () => {
    const { node } = await added(second, ' --manager');
    await added(third, ' --manager');
    engine.addImage('shop-production/web:1', {}, engine.cluster.nodes);
    await running(3);
    engine.cluster.volumes.push({ name: 'shop-production-old', node, createdAt: 0, labels: {} });
    engine.cluster.volumes.push({ name: 'somebody-else', node, createdAt: 0, labels: {} });
    const { code, stderr, json } = await bench.conductor(`server remove ssh://deploy@${second} --json`);
    expect(code, stderr).toBe(0);
    expect(json()).toMatchObject({
      server: 'node-2',
      moved: ['shop-production-web-1'],
      volumes: ['shop-production-old'],
      volumesRemoved: false,
      left: true,
      config: `nodes: ['ssh://deploy@${third}'],`,
    });
    expect(stderr).toContain('ufw delete allow from 10.0.0.11 to any port 2377,7946 proto tcp');
    expect(engine.cluster.nodes.map(({ hostname }) => hostname)).toEqual(['node-1', 'node-3']);
    expect(node.belongs).toBe('nowhere');
    expect(runningOn(node)).toBe(0);
    expect(engine.cluster.volumes.map(({ name }) => name)).toContain('shop-production-old');
  });

  it('removes volumes of ours only, and only when told to', async () => {
    const { node } = await added(second);
    engine.cluster.volumes.push({ name: 'shop-production-old', node, createdAt: 0, labels: {} });
    engine.cluster.volumes.push({ name: 'somebody-else', node, createdAt: 0, labels: {} });
    const { code, stderr } = await bench.conductor('server remove node-2 --volumes');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Removed from its disk: shop-production-old');
    expect(engine.cluster.volumes.filter((one) => one.node === node).map(({ name }) => name)).toEqual([
      'somebody-else',
    ]);
  });

  it('removes a dead server by --dead alone, and a living one never so', async () => {
    const { node } = await added(second);
    const alive = await bench.conductor('server remove node-2 --dead --json');
    expect([alive.code, alive.json().error.code]).toEqual([2, 'server.alive']);
    engine.loseNode(node, { machine: true });
    await engine.clock.sleep(20_000);
    const dead = await bench.conductor('server remove node-2 --json');
    expect([dead.code, dead.json().error]).toMatchObject([
      3,
      {
        code: 'server.dead',
        hint: expect.stringContaining('conductor server remove production node-2 --dead'),
      },
    ]);
    const { code, stderr } = await bench.conductor('server remove node-2 --dead');
    expect(code, stderr).toBe(0);
    expect(engine.cluster.nodes).toHaveLength(1);
  });

  it('keeps enough managers', async () => {
    await added(second, ' --manager');
    const { node } = await added(third, ' --manager');
    engine.loseNode(node, { machine: true });
    await engine.clock.sleep(20_000);
    expect((await bench.conductor('server list')).stdout).toContain(
      '3 managers, of which 2 answer: none may be lost until another answers.',
    );
    const { code, json } = await bench.conductor('server remove node-2 --json');
    expect([code, json().error]).toMatchObject([
      3,
      { code: 'server.quorum', hint: expect.stringContaining('node-3') },
    ]);
    expect((await bench.conductor('server remove node-3 --dead')).code).toBe(0);
    expect((await bench.conductor('server remove node-2')).code).toBe(0);
    const last = await bench.conductor('server remove node-1 --json');
    expect(last.json().error).toMatchObject({
      code: 'server.quorum',
      message: expect.stringContaining('only manager'),
    });
  });

  it('waits for whoever is changing the environment', async () => {
    await added(second);
    const { fileLedger } = await import('../../src/ledger/file-ledger.ts');
    const ledger = fileLedger(path.join(bench.folder, '.conductor', 'production'), 'production');
    const by = { user: 'ben', host: 'elsewhere' };
    await ledger.acquire({ by, reason: 'deploy' });
    for (const line of ['drain node-2', 'remove node-2', `add ssh://root@${second}`])
      expect((await bench.conductor(`server ${line}`)).code).toBe(6);
    expect((await bench.conductor('server list')).code).toBe(0);
  });
});
