import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from '../../src/plan/plan.ts';
import type { Target } from '../../src/targets/target.ts';
import { allLive, contextOf, deploy, first, second, services, stores, withImages } from './crm.ts';
import { openSwarm, type SwarmPlatform, swarmImages } from './swarm-bench.ts';

const images = withImages(services);
const [from, to] = ['example.com/mongo:8', 'example.com/mongo:9'];

describe('Swarm with a store of another version in the settings', () => {
  let platform: SwarmPlatform;
  let target: Target;
  beforeEach(async () => {
    platform = await openSwarm({}, { services: images });
    platform.twin.registry.add(to);
    await deploy(await platform.target(), first, { services: images });
    target = await platform.another({ images: { ...swarmImages, mongodb: to } }, { services: images });
  });
  afterEach(async () => {
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });
  const { fingerprint } = contextOf({}, {});
  const plan = async (upgradeStores: boolean, of = target) =>
    planOf({
      wanted: { services: images, stores, domains: {}, commit: null, dirty: true },
      observed: await of.inspect(),
      record: undefined,
      traits: of.traits,
      fingerprint: fingerprint!,
      upgradeStores,
    });
  const mongodb = () =>
    platform.twin.look().services.find(({ spec }) => spec.Name === 'crm-production-mongodb')!;
  const change = { kind: 'upgrade', store: 'mongodb', from, to } as const;

  it('tells of it, and leaves the store as it is until somebody asks for it', async () => {
    const { upgrades, before } = await plan(false);
    expect(upgrades).toEqual([{ store: 'mongodb', from, to }]);
    expect(before.filter(({ kind }) => kind === 'upgrade')).toEqual([]);
    expect(await target.check()).toContainEqual({
      level: 'warning',
      title: `mongodb runs as ${from}, and the settings name ${to}`,
      fix: expect.stringContaining('conductor deploy production --upgrade-stores'),
    });
    const specification = JSON.stringify(mongodb().spec);
    expect((await deploy(target, second, { services: images })).states).toEqual(allLive);
    expect(JSON.stringify(mongodb().spec)).toBe(specification);
  });

  it('starts it again on the same data when asked to, and then has nothing left to say', async () => {
    const { before, differences } = await plan(true);
    expect(differences).toContainEqual({ what: 'store', action: 'change', name: 'mongodb', from, to });
    expect(before[0]).toEqual(change);
    const mounts = mongodb().spec.TaskTemplate.ContainerSpec!.Mounts;
    for (const _twice of [1, 2]) await target.apply(change);
    expect(mongodb().spec.TaskTemplate.ContainerSpec!.Mounts).toEqual(mounts);
    expect((await plan(true)).upgrades).toEqual([]);
    expect((await target.inspect()).stores).toContainEqual(
      expect.objectContaining({ name: 'mongodb', state: 'live', provider: expect.stringContaining(to) }),
    );
    // Never two on one volume.
    const tasks = platform.twin.cluster.tasks.filter(({ service }) => service.id === mongodb().id);
    expect(tasks.filter(({ status }) => status.state === 'running')).toHaveLength(1);
  });

  it('has it run as before where it does not come up as the other one', async () => {
    const before = mongodb().spec.TaskTemplate.ContainerSpec!.Image;
    // The one before still answers for a while.
    platform.twin.endsIn = () => 5_000;
    platform.twin.program = ({ task }) =>
      task.spec.ContainerSpec!.Image !== before && task.service.spec.Name === 'crm-production-mongodb'
        ? { exitCode: 1 }
        : null;
    await expect(target.apply(change)).rejects.toMatchObject({
      code: 'swarm.store-upgrade',
      exit: 4,
      message: expect.stringContaining(`It runs as ${from} again.`),
    });
    expect(mongodb().spec.TaskTemplate.ContainerSpec!.Image).toBe(before);
    platform.twin.program = () => null;
    expect((await plan(false)).upgrades).toHaveLength(1);
    expect((await target.inspect()).stores).toContainEqual(
      expect.objectContaining({ name: 'mongodb', state: 'live' }),
    );
  });

  it('knows what to go back to when it was cut off half-way', async () => {
    const before = mongodb().spec.TaskTemplate.ContainerSpec!.Image;
    await target.apply(change);
    const next = mongodb().spec.TaskTemplate.ContainerSpec!.Image;
    // Killed before it had seen the store come up.
    platform.twin.changeByHand('crm-production-mongodb', (spec) => {
      spec.Labels['conductor.image'] = from;
    });
    expect((await plan(true)).before[0]).toEqual(change);
    platform.twin.program = ({ task, service }) =>
      service === 'crm-production-mongodb' && task.spec.ContainerSpec!.Image === next
        ? { exitCode: 1 }
        : null;
    await expect(target.apply(change)).rejects.toMatchObject({ code: 'swarm.store-upgrade', exit: 4 });
    expect(mongodb().spec.TaskTemplate.ContainerSpec!.Image).toBe(before);
  });

  it('does not call it done when it comes up as neither', async () => {
    platform.twin.program = ({ service }) => (service === 'crm-production-mongodb' ? { exitCode: 1 } : null);
    await expect(target.apply(change)).rejects.toMatchObject({
      exit: 7,
      message: expect.stringContaining(`As ${from} it does not, either`),
    });
  });
});
