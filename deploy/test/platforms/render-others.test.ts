import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderTarget } from '../../src/targets/render/index.ts';
import { createRender } from '../../src/targets/render/target.ts';
import type { Target } from '../../src/targets/target.ts';
import { allLive, contextOf, deploy, first, planFor, second } from './crm.ts';
import { openRender, type RenderPlatform } from './render-bench.ts';

let platform: RenderPlatform;
let target: Target;
beforeEach(async () => {
  platform = await openRender();
  target = await platform.target();
});
afterEach(async () => {
  await platform.close();
  // What others have is somebody else's id on the twin: writing to it is a violation.
  expect([...new Set(platform.twin.violations)]).toEqual([]);
});

const plan = (adopt: readonly string[] = []) => planFor(target, { adopt });
/** Without the release itself, which is of no interest here. */
const differences = async () => (await plan()).differences.filter(({ what }) => what !== 'release');
const adopt = (name: string, what: 'service' | 'store' = 'service') =>
  target.apply({ kind: 'adopt', what, name });

function addKeyValue(id: string, more: object): void {
  const body = { plan: 'starter', region: 'frankfurt', maxmemoryPolicy: 'noeviction', ...more };
  platform.twin.keyValues.push({ id, name: 'crm-production-redis', ownerId: 'tea-1', madeAt: 0, body });
}

describe('On Render, what others have', () => {
  it('is not seen as ours, in whatever workspace and under whatever name', async () => {
    const observed = await target.inspect();
    expect(observed).toMatchObject({ live: null, services: [], stores: [], foreign: [] });
    expect((await plan()).after).toEqual([]);
    expect((await deploy(target, first)).states).toEqual(allLive);
    expect(await differences()).toEqual([]);
  });

  it('is not logged, stopped or removed', async () => {
    await target.remove('backend');
    await target.remove('eu-backend');
    await expect(target.logs('eu-backend', {})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'render.no-service',
    });
  });

  it('leaves a key-value store of our name in another environment alone, and ours is made beside it', async () => {
    const { twin } = platform;
    const environmentId = twin.projects.find(({ name }) => name === 'crm-eu')!.environments[0]!.id;
    addKeyValue('red-of-others-1', { environmentId });
    expect(await target.inspect()).toMatchObject({ stores: [], foreign: [] });
    await deploy(target, first);
    expect(twin.ours.keyValues).toHaveLength(1);
    expect((await target.inspect()).stores.map(({ name }) => name)).toEqual(['mongodb', 'redis']);
  });

  it('makes no second key-value store where one of our name lies in no environment, unless it is adopted', async () => {
    const { twin } = platform;
    addKeyValue('red-by-hand', {});
    expect((await plan()).foreign).toEqual([
      {
        what: 'store',
        name: 'redis',
        detail: 'crm-production-redis is there on Render, and lies in no environment',
      },
    ]);
    await expect(deploy(target, first)).rejects.toMatchObject({ code: 'adopt.not-ours', exit: 3 });
    expect(twin.ours).toMatchObject({ projects: [], services: [], keyValues: [{}] });
    await adopt('redis', 'store');
    await adopt('redis', 'store');
    expect((await deploy(target, first)).states).toEqual(allLive);
    expect(twin.ours.keyValues).toHaveLength(1);
    expect(twin.service('worker').variables.REDIS_URL).toContain('red-by-hand');
    expect(await differences()).toEqual([]);
  });

  it('makes the key say which workspace is meant, where it sees several', async () => {
    const several = await openRender({ workspace: undefined });
    try {
      const asked = several.target().then((one) => one.inspect());
      await expect(asked).rejects.toMatchObject({
        code: 'render.workspace',
        exit: 2,
        hint: expect.stringContaining('tea-0 (Another team), tea-1 (Team)'),
      });
    } finally {
      await several.close();
    }
  });

  it('is named by a check where the workspace of the config is not one that the key sees', async () => {
    const elsewhere = await openRender({ workspace: 'tea-9' });
    try {
      await expect((await elsewhere.target()).check()).rejects.toMatchObject({
        code: 'render.workspace',
        message: 'The key does not see the workspace tea-9 on Render.',
      });
    } finally {
      await elsewhere.close();
    }
  });
});

describe('On Render, what runs in another region than the config says', () => {
  it('stays there, and a check says so', async () => {
    await deploy(target, first);
    for (const { details } of platform.twin.ours.services) details.region = 'oregon';
    const found = (await target.check()).filter(({ title }) => title.includes('oregon'));
    expect(found).toMatchObject([
      {
        level: 'warning',
        title: 'backend, worker, scheduler, frontend, mongodb run in oregon, and the config says frankfurt',
      },
    ]);
    expect((await deploy(target, second)).states).toEqual(allLive);
    expect(platform.twin.ours.services).toHaveLength(5);
  });
});

describe('On Render, lists of more than a page', () => {
  it('are read to their end: workspaces, services, variables, domains', async () => {
    const { twin } = platform;
    for (let i = 0; i < 150; i++) {
      twin.owners.unshift({ ...twin.owners[0]!, id: `tea-more-${i}` });
      twin.addService(`else-${i}`, {}, { kind: 'of-others' });
    }
    await deploy(target, first);
    const backend = twin.service('backend');
    for (let i = 0; i < 150; i++) {
      Object.assign(backend.variables, { [`MORE_${i}`]: 'x' });
      const at = { id: `cdm-${i}`, domainType: 'subdomain', publicSuffix: 'com', redirectForName: '' };
      const more = { verificationStatus: 'verified', createdAt: new Date(0).toISOString() };
      backend.domains.push({ ...at, ...more, name: `host-${i}.example.com` });
    }
    const domains = { backend: ['host-149.example.com'] };
    const settings = renderTarget.settings.parse({ workspace: 'tea-1', mongodb: {}, api: `${twin.url}/v1` });
    const context = contextOf(settings, { RENDER_API_KEY: 'render-key' }, { domains });
    const seeing = await createRender(context, { clock: twin.clock });
    const observed = await seeing.inspect();
    expect(observed.domains).toHaveLength(150);
    expect(Object.keys(observed.services.find(({ name }) => name === 'backend')!.variables)).toContain(
      'MORE_149',
    );
    expect((await seeing.check()).filter(({ level }) => level === 'failure')).toEqual([]);
    expect((await deploy(target, second)).states).toEqual(allLive);
    expect(twin.ours.services).toHaveLength(5);
  });
});

describe('On Render, what an earlier version has made', () => {
  it('is found again without the parts of the mark that came later, and marked', async () => {
    const { twin } = platform;
    await deploy(target, first);
    for (const { variables } of twin.ours.services) delete variables.CONDUCTOR_PROJECT;
    for (const name of ['CONDUCTOR_ENVIRONMENT', 'CONDUCTOR_SERVICE'])
      delete twin.service('mongodb').variables[name];
    target = await platform.target();
    expect(await differences()).toEqual([]);
    expect((await target.inspect()).foreign).toEqual([]);
    expect((await deploy(target, second)).states).toEqual(allLive);
    expect(twin.ours.services).toHaveLength(5);
    expect(twin.service('worker').variables.CONDUCTOR_PROJECT).toBe('crm');
  });
});

describe('On Render, a service of our name that somebody has made by hand', () => {
  const theirs = { THEIRS: 'stays', LOG_LEVEL: 'trace' };
  const make = (variables: Readonly<Record<string, string>> = theirs, type?: string) =>
    platform.twin.addService('crm-production-worker', variables, type ? { type } : {});

  it('is shown as somebody else’s, and has a deploy refused before anything is made', async () => {
    const service = make();
    const { differences, foreign, before } = await plan();
    const detail = 'crm-production-worker is there on Render, and it does not carry the mark of Conductor';
    expect(foreign).toEqual([{ what: 'service', name: 'worker', detail }]);
    expect(differences).toContainEqual({ what: 'service', action: 'adopt', name: 'worker', from: detail });
    expect(before.some(({ kind }) => kind === 'adopt')).toBe(false);
    await expect(deploy(target, first)).rejects.toMatchObject({
      code: 'adopt.not-ours',
      exit: 3,
      hint: expect.stringContaining('conductor deploy production --adopt worker'),
    });
    expect(platform.twin.ours.services).toEqual([service]);
    expect(platform.twin.ours.projects).toEqual([]);
    expect(service.variables).toEqual(theirs);
    expect(platform.twin.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('says whose it is, where another Conductor has made it', async () => {
    make({ CONDUCTOR_PROJECT: 'shop', CONDUCTOR_ENVIRONMENT: 'production' });
    expect((await plan()).foreign[0]!.detail).toMatch(/belongs to production of shop$/);
  });

  it('is taken over when that is asked for, and keeps what others have set in it', async () => {
    const service = make();
    expect((await plan(['worker'])).before[0]).toEqual({ kind: 'adopt', what: 'service', name: 'worker' });
    await adopt('worker');
    await adopt('worker');
    expect(service.variables).toMatchObject({
      ...theirs,
      CONDUCTOR_PROJECT: 'crm',
      CONDUCTOR_ENVIRONMENT: 'production',
    });
    expect(service.deploys).toHaveLength(1);

    for (const version of [first, second]) {
      expect((await deploy(target, version)).states).toEqual(allLive);
      expect(service.variables.THEIRS).toBe('stays');
      expect(service.variables.LOG_LEVEL).toBe('info');
      target = await platform.target();
      expect(await differences()).toEqual([]);
    }
    expect(service.autoDeploy).toBe('no');
  });

  it('is what it was, and ours, when the release that was to take its place failed', async () => {
    const service = make();
    await adopt('worker');
    const before = { body: service.body, plan: service.details.plan, variables: { ...service.variables } };
    platform.twin.behave = (name) => (name === 'worker' ? 'health-fails' : 'good');
    expect((await deploy(target, first)).states.worker).toBe('failed');
    expect(service.body).toEqual(before.body);
    const { CONDUCTOR_MEMORY: _, ...variables } = service.variables;
    expect(variables).toEqual(before.variables);
    expect((await target.inspect()).foreign).toEqual([]);
  });

  it('is not taken over when Render cannot make of it what it has to be', async () => {
    const service = make(theirs, 'web_service');
    await expect(adopt('worker')).rejects.toMatchObject({
      code: 'render.not-adoptable',
      exit: 3,
      message: expect.stringContaining(
        'is a web service on Render, and worker has to be a background worker',
      ),
    });
    expect(service.variables).toEqual(theirs);
  });

  it('is a store of our name only when it says how it is reached', async () => {
    const { twin } = platform;
    const store = twin.addService('crm-production-mongodb', {}, { type: 'private_service' });
    expect((await plan()).foreign).toMatchObject([{ what: 'store', name: 'mongodb' }]);
    await expect(adopt('mongodb', 'store')).rejects.toMatchObject({ code: 'render.not-adoptable', exit: 3 });
    Object.assign(store.variables, {
      MONGO_INITDB_ROOT_USERNAME: 'root',
      MONGO_INITDB_ROOT_PASSWORD: 'p@ss',
    });
    await adopt('mongodb', 'store');
    expect((await deploy(target, first)).states).toEqual(allLive);
    expect(twin.service('backend').variables.MONGO_URL).toMatch(/^mongodb:\/\/root:p%40ss@/);
    expect(store.variables.MONGO_INITDB_ROOT_USERNAME).toBe('root');
  });
});

describe('On Render, a deploy that somebody else has begun', () => {
  it('is not taken for ours when the reply to ours was lost, though it shows only then', async () => {
    const { twin } = platform;
    await deploy(target, first);
    let lost = 0;
    twin.lag = 4_000;
    twin.faults = (_n, { method, path }) => {
      if (method !== 'POST' || !path.endsWith('/deploys') || lost++ > 0) return null;
      twin.redeploy('backend');
      return 'not-accepted';
    };
    expect((await deploy(target, second)).states).toEqual(allLive);
    expect(lost).toBe(5);
    expect(
      twin
        .service('backend')
        .deploys.map(({ trigger }) => trigger)
        .slice(0, 2),
    ).toEqual(['api', 'manual']);
    expect(twin.serving('backend')).toBe(second);
  });
});
