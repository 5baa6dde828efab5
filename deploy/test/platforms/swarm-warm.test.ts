import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { allLive, deploy, first, second, services, third, withImages } from './crm.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';

const images = withImages(services);
const visited = ['backend', 'frontend'];

let platform: SwarmPlatform;
let target: Target;
const open = async (settings: Record<string, unknown>) => {
  platform = await openSwarm(settings, { services: images });
  target = await platform.target();
};
afterEach(async () => {
  await platform.close();
  expect(platform.twin.violations).toEqual([]);
});

const crm = async (version: string, options: { proven?: boolean; onProgress?: () => void } = {}) => {
  const { states } = await deploy(target, version, { services: images, ...options });
  expect(states).toEqual(allLive);
};
const servicesOf = (version: string) =>
  platform.twin.look().services.filter(({ spec }) => spec.Labels['conductor.release'] === version);
/** Services of a release that are wanted, by name. */
const wanted = (version: string) =>
  servicesOf(version)
    .filter(({ spec }) => (spec.Mode?.Replicated?.Replicas ?? 0) > 0)
    .map(({ spec }) => spec.Labels['conductor.service'])
    .sort();
/** Services of a release of which a process runs. */
const running = (version: string) =>
  platform.twin.cluster.tasks
    .filter(({ labels, status }) => labels['conductor.release'] === version && status.state === 'running')
    .map(({ labels }) => labels['conductor.service'])
    .sort();
/** Tasks that the swarm has made of a release. */
const tasksOf = (version: string, service: string) =>
  platform.twin.cluster.tasks
    .filter(
      ({ labels }) => labels['conductor.release'] === version && labels['conductor.service'] === service,
    )
    .map(({ id }) => id);

describe('a swarm that is to keep the release before running', () => {
  beforeEach(() => open({ warm: true }));

  it('keeps what visitors ask until the next deploy, says so, and goes back to the very same processes', async () => {
    await crm(first);
    expect((await target.inspect()).warm).toBeNull();
    const before = tasksOf(first, 'backend');
    await crm(second);
    expect(wanted(first)).toEqual(visited);
    expect((await target.inspect()).warm).toEqual({ version: first, until: null, megabytes: null });
    await crm(first, { proven: true });
    expect(tasksOf(first, 'backend')).toEqual(before);
    // Who goes back does not want what was bad.
    expect(wanted(second)).toEqual([]);
    expect((await target.inspect()).warm).toBeNull();
  });

  it('leads visitors back before its workers are up', async () => {
    await crm(first);
    await crm(second);
    const waitedFor: (string | null)[] = [];
    await deploy(target, first, {
      services: images,
      proven: true,
      onProgress: ({ service }) => {
        if (service === 'worker') waitedFor.push(platform.twin.serving('frontend'));
      },
    });
    // It is begun before (it waits, its image is looked for, it starts), and waited for after.
    expect(new Set(waitedFor)).toEqual(new Set([second, first]));
    expect(waitedFor.filter((serving) => serving === second)).toHaveLength(3);
    expect(running(first)).toEqual(['backend', 'frontend', 'scheduler', 'worker']);
  });

  it('goes back to what served where its workers do not come up', async () => {
    await crm(first);
    await crm(second);
    platform.twin.behave = (service, { CONDUCTOR_RELEASE: release }) =>
      service === 'worker' && release === first ? 'crash' : 'good';
    const { states } = await deploy(target, first, { services: images, proven: true });
    expect(states.worker).toBe('failed');
    expect((await target.inspect()).live).toBe(second);
    expect(running(second)).toEqual(['backend', 'frontend', 'scheduler', 'worker']);
  });

  it('fails, and serves as it did, where the switch cannot be looked after while it starts', async () => {
    await crm(first);
    await crm(second);
    platform.twin.faults = (_n, { path }) => (path.includes('/configs') ? 'error' : null);
    const { states } = await deploy(target, first, { services: images, proven: true });
    platform.twin.faults = () => null;
    expect(new Set(Object.values(states))).toEqual(new Set(['failed']));
    expect((await target.inspect()).live).toBe(second);
  });

  it('never has three at once', async () => {
    await crm(first);
    await crm(second);
    let most = 0;
    const count = () => {
      most = Math.max(most, [first, second, third].filter((one) => wanted(one).length > 0).length);
    };
    await crm(third, { onProgress: count });
    expect(most).toBe(2);
    expect(wanted(first)).toEqual([]);
    expect(wanted(second)).toEqual(visited);
  });

  it('keeps it through the time in which the new one is watched, and after', async () => {
    await crm(first);
    for await (const _ of target.deploy(
      { version: second, commit: null, dirty: false, environment: 'production', createdAt: '', stores: [] },
      images,
      new AbortController().signal,
      { keepPrevious: 120 },
    ));
    expect(wanted(first)).toEqual(visited);
    await target.retire!(second);
    expect(wanted(first)).toEqual(visited);
  });
});

describe('a swarm', () => {
  beforeEach(() => open({}));

  it('keeps nothing running where nobody has asked for it', async () => {
    await crm(first);
    await crm(second);
    expect(wanted(first)).toEqual([]);
    expect(await target.inspect()).not.toHaveProperty('warm');
  });

  it('has what it went back to as the release before of the next deploy, not what it went back from', async () => {
    await crm(first);
    await crm(second);
    await crm(first, { proven: true });
    await crm(third);
    expect(servicesOf(first)).toHaveLength(4);
    expect(servicesOf(second)).toEqual([]);
  });

  it('does not hold against a release, when it comes up again, what became of its processes while it served', async () => {
    await crm(first);
    const backend = servicesOf(first).find(({ spec }) => spec.Labels['conductor.service'] === 'backend')!;
    platform.twin.behave = (service) => (service === 'backend' ? 'crash' : 'good');
    platform.twin.changeByHand(backend.spec.Name, (spec) => {
      Object.assign(spec.TaskTemplate, { ForceUpdate: 1 });
    });
    await platform.twin.clock.sleep(20_000);
    platform.twin.look();
    expect(tasksOf(first, 'backend').length).toBeGreaterThan(2);
    platform.twin.behave = () => 'good';
    await platform.twin.clock.sleep(20_000);
    await crm(second);
    await crm(first, { proven: true });
  });
});
