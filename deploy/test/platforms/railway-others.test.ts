import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { allLive, deploy, first, planFor, second, services } from './crm.ts';
import { openRailway, type RailwayPlatform } from './railway-bench.ts';

let platform: RailwayPlatform;
let target: Target;
beforeEach(async () => {
  platform = await openRailway();
  target = await platform.target();
});
afterEach(async () => {
  await platform.close();
  expect([...new Set(platform.twin.violations)]).toEqual([]);
});

const plan = (adopt: readonly string[] = []) => planFor(target, { adopt });
/** Without the release itself, which is of no interest here. */
const differences = async () => (await plan()).differences.filter(({ what }) => what !== 'release');
const adopt = (name: string, what: 'service' | 'store' | 'app' = 'service') =>
  target.apply({ kind: 'adopt', what, name });
const variables = (name: string) => platform.twin.service(name).config.variables ?? {};
const mutations = () =>
  platform.twin.requests.filter(({ body }) => /^mutation/.test((body as { query: string }).query));

describe('On Railway, what others have', () => {
  it('is not seen as ours: a project of our name in another workspace, a deleted one, services in our project', async () => {
    platform.twin.addStrangers();
    expect(await target.inspect()).toMatchObject({ live: null, services: [], stores: [] });
    expect((await deploy(target, first)).states).toEqual(allLive);
    platform.twin.addStrangeService('shop');
    const before = structuredClone(platform.twin.strangers());
    expect(await differences()).toEqual([]);
    expect((await plan()).after).toEqual([]);
    expect((await deploy(target, second)).states).toEqual(allLive);
    expect(platform.twin.strangers()).toEqual(before);
  });

  it('is not removed', async () => {
    await deploy(target, first);
    platform.twin.addStrangeService('shop');
    await expect(target.remove('shop')).rejects.toMatchObject({ code: 'adopt.not-ours', exit: 3 });
    expect(platform.twin.service('shop').deployments).toHaveLength(1);
  });

  it('is a whole project, which is entered only when that is said', async () => {
    platform.twin.addProject('crm');
    platform.twin.addStrangeService('shop');
    const { foreign } = await plan();
    expect(foreign).toEqual([
      { what: 'app', name: 'crm', detail: 'a project on Railway in which others have shop' },
    ]);
    expect(mutations()).toEqual([]);
    await adopt('crm', 'app');
    expect((await plan()).foreign).toEqual([]);
    expect((await deploy(target, first)).states).toEqual(allLive);
  });

  it('is entered without a word where the project is empty, or where its own token is given', async () => {
    platform.twin.addProject('crm');
    expect((await plan()).foreign).toEqual([]);
    platform.twin.addStrangeService('shop');
    platform.twin.tokens.set('of-crm', 'project');
    target = await platform.target({}, {}, { RAILWAY_TOKEN: 'of-crm' });
    expect((await plan()).foreign).toEqual([]);
  });
});

describe('On Railway, a service of our name that somebody has made by hand', () => {
  beforeEach(async () => {
    platform.twin.addProject('crm');
    platform.twin.addStrangeService('worker');
    await adopt('crm', 'app');
  });

  it('is shown as somebody else’s, and has a deploy refused before anything is made', async () => {
    const { differences, foreign, before } = await plan();
    const detail = 'on Railway, it does not carry the mark of Conductor';
    expect(foreign).toEqual([{ what: 'service', name: 'worker', detail }]);
    expect(differences).toContainEqual({ what: 'service', action: 'adopt', name: 'worker', from: detail });
    expect(before.some(({ kind }) => kind === 'adopt')).toBe(false);
    const theirs = structuredClone(platform.twin.strangers());
    const changes = mutations().length;
    await expect(deploy(target, first)).rejects.toMatchObject({
      code: 'adopt.not-ours',
      exit: 3,
      hint: expect.stringContaining('conductor deploy production --adopt worker'),
    });
    const change = { kind: 'variables', service: 'worker', set: {}, unset: ['THEIRS'] } as const;
    await expect(target.apply(change)).rejects.toMatchObject({ code: 'adopt.not-ours' });
    expect(platform.twin.strangers()).toEqual(theirs);
    expect(mutations()).toHaveLength(changes);
  });

  it('says whose it is, where another Conductor has made it', async () => {
    const mark = { CONDUCTOR_PROJECT: { value: 'shop' }, CONDUCTOR_ENVIRONMENT: { value: 'production' } };
    platform.twin.service('worker').config.variables = { CONDUCTOR_SERVICE: { value: 'worker' }, ...mark };
    expect((await plan()).foreign[0]!.detail).toMatch(/belongs to production of shop$/);
  });

  it('is taken over when that is asked for, and keeps what others have set in it', async () => {
    expect((await plan(['worker'])).before[0]).toEqual({ kind: 'adopt', what: 'service', name: 'worker' });
    await adopt('worker');
    await adopt('worker');
    expect(variables('worker')).toMatchObject({
      THEIRS: { value: 'theirs' },
      CONDUCTOR_PROJECT: { value: 'crm' },
      CONDUCTOR_ENVIRONMENT: { value: 'production' },
    });
    expect(platform.twin.service('worker').deployments).toHaveLength(1);
    for (const version of [first, second]) {
      expect((await deploy(target, version)).states).toEqual(allLive);
      expect(variables('worker').THEIRS).toEqual({ value: 'theirs' });
      expect(platform.twin.service('worker').config.source).toEqual({ repo: 'example/crm' });
      target = await platform.target();
      expect(await differences()).toEqual([]);
    }
    expect(platform.twin.service('worker').autoDeploy).toBe(false);
  });
});

describe('On Railway, a store of our name', () => {
  it('that somebody has made from a template is somebody else’s until it is adopted, and then used as it is', async () => {
    platform.twin.addTemplateMongo();
    const running = structuredClone(platform.twin.service('MongoDB').config);
    await adopt('crm', 'app');
    expect((await plan()).foreign).toMatchObject([{ what: 'store', name: 'mongodb' }]);
    await expect(deploy(target, first)).rejects.toMatchObject({ code: 'adopt.not-ours' });
    expect(platform.twin.service('MongoDB').config).toEqual(running);
    await adopt('mongodb', 'store');
    expect((await deploy(target, first)).states).toEqual(allLive);
    expect(platform.twin.service('MongoDB').deployments).toHaveLength(1);
    expect(platform.twin.service('MongoDB').config).toMatchObject(running);
  });

  it('that an earlier version has made is known by the services that refer to it', async () => {
    await deploy(target, first);
    for (const name of ['MongoDB', 'Redis']) {
      for (const key of ['CONDUCTOR_PROJECT', 'CONDUCTOR_ENVIRONMENT', 'CONDUCTOR_SERVICE'])
        delete variables(name)[key];
    }
    for (const { name } of services) delete variables(name).CONDUCTOR_PROJECT;
    expect((await plan()).foreign).toEqual([]);
    expect((await deploy(target, second)).states).toEqual(allLive);
    expect(variables('worker').CONDUCTOR_PROJECT).toEqual({ value: 'crm' });
  });

  it('carries our mark, also where a template takes no variables besides its own', async () => {
    platform.twin.templatesTakeVariables = false;
    await deploy(target, first);
    for (const name of ['MongoDB', 'Redis']) {
      expect(variables(name).CONDUCTOR_PROJECT, name).toEqual({ value: 'crm' });
    }
  });
});
