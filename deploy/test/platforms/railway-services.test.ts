import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allLive, deploy, first, second, services, withImages } from './crm.ts';
import { openRailway, type RailwayPlatform } from './railway-bench.ts';

const other = 'europe-west4-drams3a';

describe('Services on Railway', () => {
  let platform: RailwayPlatform;
  beforeEach(async () => {
    platform = await openRailway();
  });
  afterEach(async () => {
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });
  const config = (name: string) => platform.twin.service(name).config;

  it('move to another region, and leave nothing in the one before', async () => {
    await deploy(await platform.target({}, { region: 'us-west2' }), first);
    expect(config('scheduler').deploy?.multiRegionConfig).toEqual({ 'us-west2': { numReplicas: 1 } });
    const target = await platform.target({}, { region: other });
    expect((await deploy(target, second)).states).toEqual(allLive);
    for (const { name } of services) {
      expect(config(name).deploy?.multiRegionConfig).toEqual({ [other]: { numReplicas: 1 } });
    }
    const { services: observed } = await target.inspect();
    expect(observed.map(({ replicas }) => replicas)).toEqual(services.map(() => ({ ready: 1, wanted: 1 })));
  });

  it('stay where they are without a region, and get their replicas there', async () => {
    await deploy(await platform.target({}, { region: other }), first);
    const more = services.map((one) => (one.name === 'worker' ? { ...one, replicas: 3 } : one));
    await deploy(await platform.target(), second, { services: more });
    expect(config('worker').deploy?.multiRegionConfig).toEqual({ [other]: { numReplicas: 3 } });
    expect(config('worker').deploy).not.toHaveProperty('numReplicas');
  });

  it('go with several replicas where the workspace prefers, and one alone where Railway puts it', async () => {
    const more = services.map((one) => (one.name === 'worker' ? { ...one, replicas: 2 } : one));
    await deploy(await platform.target(), first, { services: more });
    expect(config('worker').deploy?.multiRegionConfig).toEqual({ 'us-west2': { numReplicas: 2 } });
    expect(config('backend').deploy).not.toHaveProperty('multiRegionConfig');
    expect(config('backend').deploy).not.toHaveProperty('numReplicas');
  });

  it('are told to need a region where nobody says one', async () => {
    platform.twin.preferredRegion = null;
    const more = services.map((one) => (one.name === 'worker' ? { ...one, replicas: 2 } : one));
    await expect(deploy(await platform.target(), first, { services: more })).rejects.toMatchObject({
      code: 'railway.region-needed',
      exit: 2,
    });
  });

  it('are made from a repository or an image, never from both', async () => {
    const target = await platform.target();
    await deploy(target, first);
    expect(config('backend').source).toEqual({ repo: 'example/crm' });
    const images = withImages(services);
    expect((await deploy(target, second, { services: images })).states).toEqual(allLive);
    expect(config('backend').source).toEqual({ image: images[0]!.image });
    expect(config('backend').build ?? {}).toEqual({});
    expect((await deploy(target, 'v20261123_140000')).states).toEqual(allLive);
    expect(config('backend').source).toEqual({ repo: 'example/crm' });
  });

  it('without a server of their own have their files served by Railpack, and lose that again', async () => {
    const files = services.map((one) => {
      const { dockerfile: _, health: __, ...rest } = one;
      return one.name === 'frontend'
        ? {
            ...rest,
            build: ['npm', 'run', 'build'],
            start: [],
            static: { folder: 'dist', fallback: 'index.html' },
          }
        : one;
    });
    const target = await platform.target({}, {}, undefined, { services: files });
    expect((await deploy(target, first, { services: files })).states).toEqual(allLive);
    const { variables, deploy: started, build } = config('frontend');
    expect(variables).toMatchObject({
      RAILPACK_SPA_OUTPUT_DIR: { value: 'dist' },
      RAILPACK_STATIC_FILE_ROOT: { value: 'dist' },
    });
    expect(started).not.toHaveProperty('startCommand');
    expect(build).toMatchObject({ builder: 'RAILPACK', buildCommand: 'npm run build' });
    const { services: observed } = await target.inspect();
    const names = Object.keys(observed.find(({ name }) => name === 'frontend')!.variables);
    expect(names.sort()).toEqual(Object.keys(services.at(-1)!.variables).sort());
    expect((await target.check()).map(({ title }) => title).join()).not.toContain('index.html');

    const page = files.map((one) => (one.name === 'frontend' ? { ...one, static: { folder: 'dist' } } : one));
    const other = await platform.target({}, {}, undefined, { services: page });
    expect((await other.check()).map(({ title }) => title)).toContainEqual(
      expect.stringContaining('Railway answers every path of frontend'),
    );

    expect((await deploy(await platform.target(), second)).states).toEqual(allLive);
    expect(config('frontend').variables).not.toHaveProperty('RAILPACK_SPA_OUTPUT_DIR');
    expect(config('frontend').deploy).toHaveProperty('startCommand');
  });

  it('lose a limit that is not in the config any more', async () => {
    await deploy(await platform.target({}, { memory: 2 }), first);
    const limit = { containers: { memoryBytes: 2 * 1024 ** 3 } };
    expect(config('worker').deploy?.limitOverride).toEqual(limit);
    await deploy(await platform.target(), second);
    expect(config('worker').deploy).not.toHaveProperty('limitOverride');
  });

  it.each(['CRASHED', 'REMOVED'] as const)('speak for themselves alone: one that is %s', async (status) => {
    const target = await platform.target();
    await deploy(target, first);
    platform.twin.fell('worker', status);
    const observed = await target.inspect();
    expect(observed.live).toBe(first);
    const states = Object.fromEntries(observed.services.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ backend: 'live', scheduler: 'live', frontend: 'live' });
    expect(states.worker).not.toBe('live');
    // The way back is known, and the one that was down runs again.
    platform.twin.behave = (service, { CONDUCTOR_RELEASE }) =>
      service === 'scheduler' && CONDUCTOR_RELEASE === second ? 'health-fails' : 'good';
    await deploy(target, second);
    expect(services.map(({ name }) => platform.twin.serving(name))).toEqual(services.map(() => first));
  });

  it('are live while they sleep', async () => {
    const target = await platform.target();
    await deploy(target, first);
    platform.twin.fell('worker', 'SLEEPING');
    const { live, services: observed } = await target.inspect();
    expect(live).toBe(first);
    expect(observed.find(({ name }) => name === 'worker')).toMatchObject({ state: 'live', version: first });
  });

  it.each([
    ['rejected', /rejected it before the build/],
    ['skipped', /SKIPPED/],
    ['fails-in-silence', /FAILED/],
    ['crashes', /CRASHED/],
    ['canceled', /CANCELLED/],
  ] as const)('that end say why: %s', async (behaviour, said) => {
    const target = await platform.target();
    await deploy(target, first);
    platform.twin.behave = (service, { CONDUCTOR_RELEASE }) =>
      service === 'worker' && CONDUCTOR_RELEASE === second ? behaviour : 'good';
    const began = platform.twin.clock.now();
    const { seen } = await deploy(target, second);
    const { detail } = seen.findLast(({ service }) => service === 'worker')!;
    expect(detail).toMatch(said);
    expect(/billing/.test(detail)).toBe(behaviour === 'rejected');
    expect(platform.twin.clock.now() - began).toBeLessThan(10 * 60_000);
  });
});

describe('A project token of Railway', () => {
  it('of another environment deploys nothing', async () => {
    const platform = await openRailway({}, { environment: 'staging' });
    try {
      await deploy(await platform.target(), first);
      platform.twin.tokens.set('of-staging', 'project');
      const before = platform.inventory();
      const production = await platform.target(
        {},
        {},
        { RAILWAY_TOKEN: 'of-staging' },
        { environment: 'production' },
      );
      for (const ask of [() => deploy(production, second), () => production.inspect()]) {
        await expect(ask()).rejects.toMatchObject({
          code: 'railway.token-of-another',
          exit: 2,
          message: expect.stringMatching(
            /environment staging of the project crm .* not for production of crm/,
          ),
        });
      }
      expect(platform.inventory()).toEqual(before);
      const staging = await platform.target({}, {}, { RAILWAY_TOKEN: 'of-staging' });
      expect((await staging.inspect()).live).toBe(first);
      expect((await deploy(staging, second)).states).toEqual(allLive);
    } finally {
      await platform.close();
    }
  });

  it('of another project deploys nothing, until that project is named', async () => {
    const platform = await openRailway({ name: 'shop' });
    try {
      await deploy(await platform.target(), first);
      platform.twin.tokens.set('of-shop', 'project');
      const crm = await platform.target({}, { name: undefined }, { RAILWAY_TOKEN: 'of-shop' });
      await expect(crm.inspect()).rejects.toMatchObject({ code: 'railway.token-of-another' });
      const shop = await platform.target({}, {}, { RAILWAY_TOKEN: 'of-shop' });
      expect((await shop.inspect()).live).toBe(first);
    } finally {
      await platform.close();
    }
  });
});
