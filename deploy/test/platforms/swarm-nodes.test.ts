import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { allLive, deploy, first, second, services, third, withImages } from './crm.ts';
import type { Node } from './engine/cluster.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';

const images = withImages(services);
const crm = (target: Target, version: string) => deploy(target, version, { services: images });

/** Labels of what is ours. */
const marks = { 'conductor.project': 'crm', 'conductor.environment': 'production' };

describe('A swarm of three', () => {
  let platform: SwarmPlatform;
  let target: Target;
  let host: Node;
  let other: Node;
  let lost: Node;
  beforeEach(async () => {
    platform = await openSwarm({}, { services: images }, 2);
    target = await platform.target();
    [host, other, lost] = platform.twin.cluster.nodes as [Node, Node, Node];
  });
  afterEach(async () => {
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });

  /** The machine is gone, and the swarm has noticed. */
  const lose = async (node: Node) => {
    platform.twin.loseNode(node, { machine: true });
    await platform.twin.clock.sleep(30_000);
    platform.twin.look();
  };
  const runsOn = (service: string, node: Node) =>
    platform.twin
      .look()
      .tasks.some(
        (task) =>
          task.service.spec.Labels['conductor.service'] === service &&
          task.status.state === 'running' &&
          task.node === node,
      );
  const warnings = async (of: Target) =>
    (await of.check()).filter(({ level }) => level !== 'ok').map(({ title }) => title);

  it('has the images of services on each node, and those of what stays on the first one only there', async () => {
    expect((await crm(target, first)).states).toEqual(allLive);
    const ids = ({ images: store }: Node) => store.images.map(({ id }) => id);
    const used = (role: string) =>
      platform.twin
        .look()
        .services.filter(({ spec }) => spec.Labels['conductor.role'] === role)
        .map(({ spec }) => spec.TaskTemplate.ContainerSpec!.Image!);
    expect(used('service')).toHaveLength(4);
    for (const node of [host, other, lost])
      expect(ids(node)).toEqual(expect.arrayContaining(used('service')));
    for (const stays of [...used('switch'), ...used('edge'), ...used('store')]) {
      expect(ids(host)).toContain(stays);
      expect(ids(other)).not.toContain(stays);
    }
  });

  it('tells the logs of the replicas that it hears of while a node is lost', async () => {
    const spread = images.map((one) => (one.name === 'backend' ? { ...one, replicas: 3 } : one));
    await deploy(target, first, { services: spread });
    const read = async () => {
      const lines: string[] = [];
      for await (const { text } of target.logs('backend', { lines: 100 })) lines.push(text);
      return lines;
    };
    const all = await read();
    expect(all.length).toBeGreaterThanOrEqual(3);
    await lose(lost);
    const heard = await read();
    // The one that was started in place of the lost one has written as much.
    expect(heard).toHaveLength(all.length);
  });

  it('is looked at, deployed to and taken back while a node that the settings name is lost', async () => {
    await crm(target, first);
    await lose(lost);
    target = await platform.target();
    expect(await target.inspect()).toMatchObject({
      live: first,
      services: images.map(() => ({ state: 'live', replicas: { ready: 1, wanted: 1 } })),
    });
    expect(await warnings(target)).toContain(`The node ${lost.hostname} is down`);
    expect((await crm(target, second)).states).toEqual(allLive);
    target = await platform.target();
    expect((await deploy(target, first, { services: images, proven: true })).states).toEqual(allLive);
    expect((await target.inspect()).live).toBe(first);
  });

  it('lets a singleton that ran on a lost node be followed by the next one', async () => {
    await crm(target, first);
    const on = [host, other, lost].find((node) => runsOn('scheduler', node))!;
    // On the first node it could not be asked for anything.
    if (on === host) {
      host.spec.Availability = 'drain';
      platform.twin.orchestrator.nodesChanged();
      await platform.twin.clock.sleep(10_000);
      host.spec.Availability = 'active';
    }
    const where = [other, lost].find((node) => runsOn('scheduler', node))!;
    await lose(where);
    const began = platform.twin.clock.now();
    expect((await crm(await platform.target(), second)).states).toEqual(allLive);
    expect(platform.twin.clock.now() - began).toBeLessThan(60_000);
  });

  it('says of a node that was away which images it has not, and sends them with the next deploy', async () => {
    await crm(target, first);
    await lose(lost);
    platform.twin.registry.clear();
    await crm(await platform.target(), second);
    platform.twin.findNode(lost);
    for (const image of [...lost.images.images]) lost.images.remove(image);
    target = await platform.target();
    expect(await warnings(target)).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${lost.hostname} has no image of .*: what the swarm starts there does not run$`),
      ),
    );
    expect((await crm(target, third)).states).toEqual(allLive);
    expect((await warnings(await platform.target())).join()).not.toContain('has no image');
  });

  it('builds nothing for a node that takes replicas and cannot be sent the image, and names it', async () => {
    await crm(target, first);
    // The swarm hears of it, and we do not.
    lost.gone = true;
    target = await platform.target();
    const words = `cannot be sent to ${lost.hostname}, which would run them, too`;
    const [failure] = (await (await platform.target()).check()).filter(({ level }) => level === 'failure');
    expect(failure).toBeUndefined();
    const before = platform.inventory();
    const { states, seen } = await deploy(target, second, { services });
    expect(new Set(Object.values(states))).toEqual(new Set(['failed']));
    expect(seen.at(-1)!.detail).toContain(
      `The swarm starts replicas on ${lost.hostname}, too, and the image of backend, which is built from`,
    );
    expect(platform.inventory()).toEqual(before);
    await platform.close();
    platform = await openSwarm({}, { services }, 2);
    platform.twin.cluster.nodes[2]!.gone = true;
    expect((await warnings(await platform.target())).join()).toContain(words);
    // One that is to have no replicas needs no image.
    platform.twin.cluster.nodes[2]!.spec.Availability = 'drain';
    expect((await warnings(await platform.target())).join()).not.toContain(words);
  });

  it('waits for whether a node is lost that has just gone silent, and does without it then', async () => {
    await crm(target, first);
    platform.twin.loseNode(lost, { machine: true });
    target = await platform.target();
    // They are built, for which there is nothing here: that is what it comes to.
    const { seen } = await deploy(target, second, { services });
    const said = seen.map(({ detail }) => detail);
    expect(said).toContain(`waits for whether ${lost.hostname} is lost`);
    expect(said.join()).not.toContain('cannot be sent');
    expect(said).toContain('builds docker/backend/Dockerfile');
  });

  it('lets nodes that cannot be sent an image get it from its registry, by its digest', async () => {
    await platform.close();
    platform = await openSwarm({ nodes: [] }, { services: images }, 2);
    expect((await crm(await platform.target(), first)).states).toEqual(allLive);
    const used = platform.twin
      .look()
      .services.filter(({ spec }) => spec.Labels['conductor.role'] === 'service')
      .map(({ spec }) => spec.TaskTemplate.ContainerSpec!.Image);
    expect(used.every((image) => image?.startsWith('ghcr.io/example/crm-'))).toBe(true);
  });

  it('names the node on which a task did not start', async () => {
    platform.twin.behave = (service, { CONDUCTOR_RELEASE }) =>
      service === 'frontend' && CONDUCTOR_RELEASE === second ? 'no-image' : 'good';
    await crm(target, first);
    const { states, seen } = await crm(target, second);
    expect(states.frontend).toBe('failed');
    expect(seen.findLast(({ service }) => service === 'frontend')!.detail).toMatch(
      /No such image: .* \(on node-\d\)$/,
    );
  });

  it('goes through while its managers choose a leader', async () => {
    await crm(target, first);
    let asked = 0;
    // Each change gets no answer the first time, and nobody says whether it was made.
    platform.twin.faults = (_n, { method, path }) =>
      method === 'POST' && /\/services\/.*\/update/.test(path) && asked++ % 2 === 0 ? 'lost-done' : null;
    expect((await crm(target, second)).states).toEqual(allLive);
    expect(asked).toBeGreaterThan(2);
  });

  it('makes what it asked for while there was no leader, once', async () => {
    await crm(target, first);
    const asked = new Set<string>();
    platform.twin.faults = (_n, { method, path, body }) => {
      if (method !== 'POST' || !path.endsWith('/create')) return null;
      const what = `${path} ${(body as { Name: string }).Name}`;
      if (asked.has(what)) return null;
      asked.add(what);
      return asked.size % 2 === 0 ? 'deadline' : 'deadline-done';
    };
    expect((await crm(target, second)).states).toEqual(allLive);
    // The release task, four services, and the settings of each.
    expect(asked.size).toBe(9);
  });

  it('waits a moment for a leader before it begins, and no longer', async () => {
    await crm(target, first);
    const { twin } = platform;
    twin.loseLeader();
    twin.cluster.timeline.after(6_000, () => twin.findLeader());
    const began = twin.clock.now();
    expect((await (await platform.target()).inspect()).live).toBe(first);
    expect(twin.clock.now() - began).toBeLessThan(10_000);
    twin.loseLeader();
    await expect((await platform.target()).inspect()).rejects.toMatchObject({ code: 'swarm.no-quorum' });
    expect(twin.clock.now() - began).toBeLessThan(30_000);
  });

  it('takes old images from each node, also where one of them cannot', async () => {
    for (const version of [first, second]) await crm(target, version);
    for (const node of [host, other, lost])
      platform.twin.addImage(`crm-production/docker-backend-dockerfile:${first}-of-old`, { labels: marks }, [
        node,
      ]);
    const left = () =>
      [host, other, lost].map(({ images: store }) =>
        store.images.some(({ tags }) => [...tags].join().includes('of-old')),
      );
    expect(left()).toEqual([true, true, true]);
    // Each try with the first of them.
    let tries = 6;
    platform.twin.faults = (_n, { method, path }) =>
      method === 'DELETE' && path.includes('of-old') && tries-- > 0 ? 'not-accepted' : null;
    expect((await crm(target, third)).states).toEqual(allLive);
    expect(left().filter(Boolean)).toHaveLength(1);
  });

  it('does not know how a deploy ended that lost the quorum in its midst, and goes on when it is back', async () => {
    await crm(target, first);
    const { states, seen } = await deploy(target, second, {
      services: images,
      onProgress: ({ gate }) => gate && platform.twin.loseLeader(),
    });
    expect(new Set(Object.values(states))).toEqual(new Set(['unknown']));
    expect(seen.at(-1)!.detail).toContain('The swarm takes no orders');
    platform.twin.findLeader();
    expect((await crm(await platform.target(), second)).states).toEqual(allLive);
    expect((await target.inspect()).live).toBe(second);
  });
});
