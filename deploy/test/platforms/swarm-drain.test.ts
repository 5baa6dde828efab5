import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { deploy, first, second as next, services, withImages } from './crm.ts';
import type { Node } from './engine/cluster.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';
import { unansweredFrom } from './twin.ts';

const images = withImages(services);

/** Three servers, of which one has the only replica of most services. */
describe('A server that has the only replica of a service', () => {
  let platform: SwarmPlatform;
  let target: Target;
  let host: Node;
  let second: Node;
  let third: Node;
  beforeEach(async () => {
    platform = await openSwarm({}, { services: images }, 2);
    target = await platform.target();
    const { nodes } = platform.twin.cluster;
    [host, second, third] = nodes as [Node, Node, Node];
    // All begin on the second server.
    for (const node of nodes) if (node !== second) node.spec.Availability = 'pause';
    host.spec.Availability = 'active';
    await deploy(target, first, { services: images });
    for (const node of nodes) node.spec.Availability = 'active';
    platform.twin.endsIn = () => 4_000;
  });
  afterEach(async () => {
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });

  const nameOf = (service: string): string =>
    platform.twin.cluster.services.find(
      ({ spec }) =>
        spec.Labels['conductor.role'] === 'service' && spec.Labels['conductor.service'] === service,
    )!.spec.Name;
  /** What is found by the name of a service and takes requests. */
  const found = (service: string) => {
    const name = nameOf(service);
    return platform.twin
      .look()
      .tasks.filter(
        ({ status, desired, service: { spec } }) =>
          status.state === 'running' &&
          desired === 'running' &&
          (spec.Name === name || spec.TaskTemplate.Networks?.some(({ Aliases }) => Aliases?.includes(name))),
      );
  };
  const running = (on: Node): string[] =>
    images.map(({ name }) => name).filter((name) => found(name).some(({ node }) => node === on));
  const roles = () =>
    platform.twin.look().services.map(({ spec }) => spec.Labels['conductor.role'] ?? 'none');
  const drain = async (node = second, said: string[] = []) =>
    (await platform.target()).servers!.drain(node.hostname, {
      signal: new AbortController().signal,
      doing: (what) => void said.push(what),
    });
  /** At each request, from now on: the fewest that are found of each service, and the most. */
  const watched = () => {
    const counts = new Map(images.map(({ name }) => [name, { least: 9, most: 0 }]));
    const before = platform.twin.faults;
    platform.twin.faults = (n, request) => {
      for (const [name, count] of counts) {
        const { length } = found(name);
        count.least = Math.min(count.least, length);
        count.most = Math.max(count.most, length);
      }
      return before(n, request);
    };
    return Object.fromEntries(counts);
  };

  it('is drained without a moment in which nobody takes its requests, and never with two of a singleton', async () => {
    const moving = running(second);
    expect(moving).toEqual(expect.arrayContaining(['scheduler', 'frontend']));
    const names = moving.map(nameOf).toSorted();
    const counts = watched();
    const said: string[] = [];
    expect(await drain(second, said)).toEqual({ server: second.hostname, moved: names });
    for (const { name, singleton } of images) {
      if (singleton) expect(counts[name]!.most, name).toBe(1);
      else expect(counts[name]!.least, name).toBeGreaterThan(0);
    }
    expect(running(second)).toEqual([]);
    expect(roles()).not.toContain('replacement');
    expect(said).toContain(`starts ${nameOf('frontend')} elsewhere before it ends on ${second.hostname}`);
    expect(said).toContain(`waits until ${nameOf('frontend')} is healthy elsewhere`);
    expect(said.join()).not.toContain(`starts ${nameOf('scheduler')}`);
    // As it was, but for where it runs.
    expect((await target.inspect()).services).toEqual(
      expect.arrayContaining(
        images.map(({ name }) =>
          expect.objectContaining({ name, state: 'live', replicas: { ready: 1, wanted: 1 } }),
        ),
      ),
    );
  });

  it('stays as it is where what would take its place is not healthy', async () => {
    platform.twin.app = ({ task }) => ({
      status: task.service.spec.Labels['conductor.role'] === 'replacement' ? 503 : 200,
      headers: { 'x-release': first },
    });
    const before = running(second);
    await expect(drain()).rejects.toMatchObject({
      code: 'server.no-replacement',
      exit: 3,
      message: expect.stringContaining('answered 503'),
    });
    expect(running(second)).toEqual(before);
    expect(second.spec.Availability).toBe('active');
    expect(roles()).not.toContain('replacement');
  });

  it('is drained by the next command after one that was killed, wherever it was', {
    timeout: 120_000,
  }, async () => {
    // So that what leaves the second server runs on the third one, and the other way round.
    host.spec.Availability = 'pause';
    const counts = watched();
    let from = second;
    let rounds = 0;
    for (let boundary = 1, killed = true; killed; boundary += 9) {
      const cut = unansweredFrom(platform.twin, boundary);
      const one = drain(from);
      killed = await Promise.race([one.then(() => false), cut.killed.then(() => true)]);
      one.catch(() => {});
      cut.over();
      await drain(from);
      expect(running(from), `boundary ${boundary}`).toEqual([]);
      expect(roles(), `boundary ${boundary}`).not.toContain('replacement');
      await (await platform.target()).servers!.activate(from.hostname);
      from = from === second ? third : second;
      expect(running(from)).toContain('frontend');
      rounds++;
    }
    expect(rounds).toBeGreaterThan(10);
    for (const { name, singleton } of images) {
      if (singleton) expect(counts[name]!.most, name).toBe(1);
      else expect(counts[name]!.least, name).toBeGreaterThan(0);
    }
  });

  it('leaves nothing of a drain that was killed when it takes replicas again, or at the next deploy', async () => {
    const ways = [
      async () => (await platform.target()).servers!.activate(second.hostname),
      async () => deploy(await platform.target(), next, { services: images }),
    ];
    for (const way of ways) {
      const cut = unansweredFrom(platform.twin, 80);
      const one = drain();
      await cut.killed;
      one.catch(() => {});
      cut.over();
      expect(roles()).toContain('replacement');
      await way();
      expect(roles()).not.toContain('replacement');
      second.spec.Availability = 'active';
    }
  });
});
