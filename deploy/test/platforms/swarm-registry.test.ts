import { afterEach, describe, expect, it } from 'vitest';
import { allLive, deploy, first, second, services, third } from './crm.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';

const tag = 'registry.example:5000/crm:latest';
const images = services.map((one) => ({ ...one, image: tag }));
const registry = { server: 'registry.example:5000', credentials: 'REGISTRY_LOGIN' };

describe('Swarm with images of a registry', () => {
  let platform: SwarmPlatform;
  const open = async (login?: string) => {
    const credentials: Record<string, string> = login === undefined ? {} : { REGISTRY_LOGIN: login };
    platform = await openSwarm({ registry }, { services: images }, 0, credentials);
    platform.twin.registry.add(tag);
    platform.twin.privateRegistries.add(registry.server);
    platform.twin.logins.add('robot:let:me-in');
    return platform.target();
  };
  /** Ids of the images that the services of a release run from. */
  const imagesOf = (version: string) => [
    ...new Set(
      platform.twin
        .look()
        .services.filter(({ spec }) => spec.Labels['conductor.release'] === version)
        .map(({ spec }) => spec.TaskTemplate.ContainerSpec!.Image),
    ),
  ];
  afterEach(async () => {
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });

  it('logs in to the one that the settings name, and shows its login to no other', async () => {
    const target = await open('robot:let:me-in');
    // The twin refuses a login of another registry: those of the edge and the stores are not shown this one.
    expect((await deploy(target, first, { services: images })).states).toEqual(allLive);
  });

  it('says what a wrong login is refused with, in words without it', async () => {
    const target = await open('robot:wrong-token');
    const { states, seen } = await deploy(target, first, { services: images });
    expect(Object.values(states)).not.toContain('live');
    const said = JSON.stringify(seen);
    expect(said).toContain('unauthorized: authentication required');
    expect(said).not.toContain('wrong-token');
  });

  it.each([undefined, 'no-colon-in-it'])(
    'says before anything which credential is missing or no login: %s',
    async (login) => {
      const target = await open(login);
      await expect(target.inspect()).rejects.toMatchObject({
        code: 'swarm.no-registry-login',
        exit: 3,
        hint: expect.stringContaining('conductor secrets set production REGISTRY_LOGIN'),
      });
      expect(platform.twin.look().services).toEqual([]);
    },
  );

  it('takes what a tag means now for a new release, and for one of before what it meant then', async () => {
    const target = await open('robot:let:me-in');
    await deploy(target, first, { services: images });
    platform.twin.pushed.set(tag, 2);
    await deploy(target, second, { services: images });
    const [old, next] = [imagesOf(first), imagesOf(second)];
    expect(next).not.toEqual(old);
    const back = await deploy(target, first, { services: images, proven: true });
    expect(back.states).toEqual(allLive);
    expect(imagesOf(first)).toEqual(old);
  });

  it('goes on with what the server has of a tag while the registry is away', async () => {
    const target = await open('robot:let:me-in');
    await deploy(target, first, { services: images });
    platform.twin.registryAway = true;
    expect((await deploy(target, third, { services: images })).states).toEqual(allLive);
    expect(imagesOf(third)).toEqual(imagesOf(first));
  });
});
