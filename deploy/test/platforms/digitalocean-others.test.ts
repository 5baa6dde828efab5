import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digitaloceanTarget } from '../../src/targets/digitalocean/index.ts';
import { appName, clusterName } from '../../src/targets/digitalocean/names.ts';
import { createDigitalOcean } from '../../src/targets/digitalocean/target.ts';
import type { Target } from '../../src/targets/target.ts';
import {
  allLive,
  services as bare,
  contextOf,
  deploy,
  first,
  planFor,
  second,
  third,
  withImages,
} from './crm.ts';
import { type DigitalOceanPlatform, openDigitalOcean } from './digitalocean-bench.ts';

const services = withImages(bare);

let platform: DigitalOceanPlatform;
let target: Target;
const open = async (...options: Parameters<typeof openDigitalOcean>) => {
  await platform?.close();
  platform = await openDigitalOcean(...options);
  target = await platform.target();
};
beforeEach(() => open());
afterEach(async () => {
  await platform.close();
  // What others have is somebody else's id on the twin: writing to it is a violation.
  expect([...new Set(platform.twin.violations)]).toEqual([]);
});

/** Another target on the same account. */
function again(settings: object, part: Parameters<typeof openDigitalOcean>[1] = {}): Promise<Target> {
  const { url: api, clock } = platform.twin;
  const parsed = digitaloceanTarget.settings.parse({ api, ...settings });
  return createDigitalOcean(contextOf(parsed, { DIGITALOCEAN_TOKEN: 'do-token' }, part), { clock });
}

const deployed = async (version: string) => (await deploy(target, version, { services })).states;
const plan = (adopt: readonly string[] = []) => planFor(target, { wanted: services, adopt });
const differences = async () => (await plan()).differences.filter(({ what }) => what !== 'release');
const component = (name: string) =>
  [...(platform.twin.app.spec.services ?? []), ...(platform.twin.app.spec.workers ?? [])].find(
    (one) => one.name === name,
  )!;
const variableOf = (name: string, key: string) => component(name).envs?.find((one) => one.key === key)?.value;
/** As an earlier version has left an app: without the parts of the mark that came later. */
const asEarlier = () => {
  const { spec, deployments } = platform.twin.app;
  for (const each of [spec, ...deployments.map((one) => one.spec)]) {
    for (const { envs } of [...(each.services ?? []), ...(each.workers ?? []), ...(each.jobs ?? [])])
      envs?.splice(0, envs.length, ...envs.filter(({ key }) => key !== 'CONDUCTOR_PROJECT'));
  }
};

describe('On DigitalOcean, environments with long names', () => {
  const project = 'customer-relations-manager';
  const long = (environment: string) => contextOf({}, {}, { project, environment });

  it('have apps and clusters of their own, under names that DigitalOcean takes', async () => {
    const named = (environment: string) => ({ ...long(environment), settings: {} as never });
    const names = ['production', 'production-eu', 'staging'].map((one) => appName(named(one)));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    expect(clusterName(named('staging'), { name: 'redis' })).toBe(`${names[2]}-redis`);
  });

  it('do not share an app, in whatever order they come', async () => {
    await open({}, { project, environment: 'staging' });
    await deployed(first);
    const theirs = platform.twin.app.spec.name;
    const other = await again({}, { project, environment: 'production' });
    expect(await other.inspect()).toMatchObject({ live: null, services: [], stores: [], foreign: [] });
    expect((await deploy(other, second, { services })).states).toEqual(allLive);
    expect(platform.twin.ours.apps.map(({ spec }) => spec.name)).toEqual([
      theirs,
      expect.not.stringMatching(theirs),
    ]);
    expect((await target.inspect()).live).toBe(first);
  });

  it('keep the app that an earlier version has made under the cut name, when it is theirs', async () => {
    await open({}, { project, environment: 'staging' });
    await deployed(first);
    const cut = `${project}-staging`.slice(0, 32);
    Object.assign(platform.twin.app.spec, { name: cut });
    asEarlier();
    for (const { body } of platform.twin.ours.clusters) body.tags = ['conductor'];
    target = await platform.target();
    expect(await differences()).toEqual([]);
    expect(await deployed(second)).toEqual(allLive);
    expect(platform.twin.ours.apps.map(({ spec }) => spec.name)).toEqual([cut]);
    expect(platform.twin.ours.clusters).toHaveLength(2);
    expect(variableOf('worker', 'CONDUCTOR_PROJECT')).toBe(project);
  });

  it('leave an app under the cut name to the environment that has it', async () => {
    await open({}, { project, environment: 'production-eu' });
    const envs = [
      { key: 'CONDUCTOR_ENVIRONMENT', value: 'production' },
      { key: 'CONDUCTOR_RELEASE', value: first },
    ];
    const theirs = platform.twin.addApp(
      {
        name: `${project}-production-eu`.slice(0, 32),
        services: [{ name: 'backend', envs }],
      },
      '0007e125',
    );
    expect(await target.inspect()).toMatchObject({ live: null, services: [], foreign: [] });
    expect(await deployed(first)).toEqual(allLive);
    expect(theirs.deployments).toHaveLength(1);
  });
});

describe('On DigitalOcean, what others have put into our app', () => {
  const theirs = () => ({
    alerts: [{ rule: 'DEPLOYMENT_FAILED' }],
    envs: [{ key: 'SHARED', value: 'theirs', type: 'GENERAL' }],
    domains: [{ domain: 'old.example.com', type: 'ALIAS' }],
    rule: { match: { path: { prefix: '/metrics' } }, component: { name: 'metrics' } },
    moved: { match: { path: { prefix: '/old' } }, redirect: { uri: '/new' } },
  });
  const put = () => {
    const { spec } = platform.twin.app;
    const { alerts, envs, domains, rule, moved } = theirs();
    spec.services!.push({ name: 'metrics', instance_count: 1, image: component('worker').image });
    Object.assign(spec, {
      alerts,
      envs,
      domains: [...(spec.domains ?? []), ...domains],
      features: ['buildpack-stack=ubuntu-22'],
    });
    Object.assign(spec.ingress!, { rules: [moved, ...(spec.ingress!.rules ?? []), rule] });
    Object.assign(component('backend'), {
      alerts: [{ rule: 'CPU_UTILIZATION', operator: 'GREATER_THAN', value: 80, window: 'FIVE_MINUTES' }],
    });
  };

  it('stays through a deploy: components, rules, domains, alerts and variables', async () => {
    await deployed(first);
    put();
    expect((await target.inspect()).domains).toEqual([]);
    expect((await plan()).after).toEqual([]);
    expect(await deployed(second)).toEqual(allLive);
    const { alerts, envs, domains, rule, moved } = theirs();
    const { spec } = platform.twin.app;
    expect(spec).toMatchObject({ alerts, envs, domains, features: ['buildpack-stack=ubuntu-22'] });
    expect(spec.services!.map(({ name }) => name).sort()).toEqual(['backend', 'frontend', 'metrics']);
    expect(component('backend').alerts).toHaveLength(1);
    expect(spec.ingress!.rules).toEqual(expect.arrayContaining([rule, moved]));
    expect(spec.ingress!.rules).toHaveLength(4);
    // The first rule that fits takes the request, so what is for everything comes last.
    expect(spec.ingress!.rules!.at(-1)).toMatchObject({ match: { path: { prefix: '/' } } });
  });

  it('stays when a service of ours is removed', async () => {
    await deployed(first);
    put();
    await target.remove('frontend');
    expect(platform.twin.app.spec.ingress!.rules).toHaveLength(3);
    expect(platform.twin.app.spec.services!.map(({ name }) => name)).toEqual(['backend', 'metrics']);
  });

  it('is told from our hosts, which are removed when nobody wants them any more', async () => {
    const at = (hosts: readonly string[]) => open({}, { domains: { frontend: hosts } });
    await at(['crm.example.com', 'www.crm.example.com']);
    await deployed(first);
    expect(platform.twin.app.spec.domains).toEqual([
      { domain: 'crm.example.com', type: 'PRIMARY', minimum_tls_version: '1.2' },
      { domain: 'www.crm.example.com', type: 'ALIAS', minimum_tls_version: '1.2' },
    ]);
    platform.twin.app.spec.domains!.push({ domain: 'old.example.com', type: 'ALIAS' });
    const { twin } = platform;
    target = await again({}, { domains: { frontend: ['crm.example.com'] } });
    expect((await target.inspect()).domains.map(({ host }) => host)).toEqual([
      'crm.example.com',
      'www.crm.example.com',
    ]);
    await deployed(second);
    expect(twin.app.spec.domains!.map(({ domain }) => domain)).toEqual([
      'crm.example.com',
      'old.example.com',
    ]);
  });

  it('has the primary host, where others have chosen one', async () => {
    await open({}, { domains: { frontend: ['crm.example.com'] } });
    await deployed(first);
    const { spec } = platform.twin.app;
    spec.domains = [
      ...spec.domains!.map((one) => ({ ...one, type: 'ALIAS' })),
      { domain: 'main.example.com', type: 'PRIMARY' },
    ];
    expect(await deployed(second)).toEqual(allLive);
    expect(platform.twin.app.spec.domains).toMatchObject([
      { domain: 'crm.example.com', type: 'ALIAS' },
      { domain: 'main.example.com', type: 'PRIMARY' },
    ]);
  });
});

describe('On DigitalOcean, the data center of the clusters', () => {
  it.each([
    ['fra', undefined, 'fra1'],
    ['nyc', undefined, 'nyc3'],
    ['lon', undefined, 'lon1'],
    ['nyc', 'nyc1', 'nyc1'],
  ])('for the region %s and %s is %s', async (region, set, wanted) => {
    await open({ region, ...(set && { databases: { region: set } }) });
    await deployed(first);
    expect(platform.twin.ours.clusters.map(({ body }) => body.region)).toEqual([wanted, wanted]);
    expect(platform.twin.app.spec.region).toBe(region);
    expect((await target.check()).map(({ title }) => title).join()).not.toMatch(/runs in/);
  });

  it('stays what it is when the config names another region, and a check says so', async () => {
    await open({ region: 'fra' });
    await deployed(first);
    const { twin } = platform;
    target = await again({ region: 'nyc' });
    const titles = (await target.check())
      .filter(({ level }) => level === 'warning')
      .map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        'the app runs in fra, and the config says nyc',
        'mongodb runs in fra1, and the config says nyc3',
        'redis runs in fra1, and the config says nyc3',
      ]),
    );
    expect(await deployed(second)).toEqual(allLive);
    expect(twin.app.spec.region).toBe('fra');
    expect(twin.ours.clusters).toHaveLength(2);
  });
});

describe('On DigitalOcean, what has our name and was made by hand', () => {
  const makeApp = () =>
    platform.twin.addApp({
      name: 'crm-production',
      region: 'fra',
      services: [{ name: 'backend', envs: [{ key: 'THEIRS', value: 'stays', type: 'GENERAL' }] }],
      workers: [{ name: 'mailer' }],
    });

  it('is shown as somebody else’s, and has a deploy refused before anything is made', async () => {
    const app = makeApp();
    const cluster = platform.twin.addCluster({ name: 'crm-production-mongodb', tags: ['conductor'] });
    const { foreign, before, differences } = await plan();
    expect(foreign).toMatchObject([
      { what: 'app', name: 'crm-production' },
      {
        what: 'service',
        name: 'backend',
        detail: expect.stringMatching(/does not carry the mark of Conductor$/),
      },
      { what: 'store', name: 'mongodb' },
    ]);
    expect(differences.filter(({ action }) => action === 'adopt')).toHaveLength(3);
    expect(before).toEqual([]);
    await expect(deployed(first)).rejects.toMatchObject({
      code: 'adopt.not-ours',
      exit: 3,
      hint: expect.stringContaining(
        'conductor deploy production --adopt crm-production --adopt backend --adopt mongodb',
      ),
    });
    expect(platform.twin.ours).toEqual({ apps: [app], clusters: [cluster] });
    expect(app.deployments).toHaveLength(1);
    expect(platform.twin.requests.every(({ method }) => method === 'GET')).toBe(true);
    await target.remove('backend');
    expect(app.deployments).toHaveLength(1);
  });

  it('is taken over when that is asked for, and keeps what others have set in it', async () => {
    const app = makeApp();
    const cluster = platform.twin.addCluster({ name: 'crm-production-mongodb', tags: null });
    for (const change of (await plan(['crm-production', 'backend', 'mongodb'])).before)
      await target.apply(change);
    for (const version of [first, second, third]) {
      expect(await deployed(version)).toEqual(allLive);
      expect(variableOf('backend', 'THEIRS')).toBe('stays');
      expect(variableOf('backend', 'CONDUCTOR_ENVIRONMENT')).toBe('production');
      // From the first deployment on it is ours for every other command.
      target = await platform.target();
      expect(await differences()).toEqual([]);
    }
    expect(platform.twin.ours.apps).toEqual([app]);
    expect(platform.twin.ours.clusters).toHaveLength(2);
    expect(platform.twin.ours.clusters[0]).toBe(cluster);
    expect(app.spec.workers!.map(({ name }) => name)).toContain('mailer');
  });

  it('serves as before when the release that was to take its place failed', async () => {
    const app = makeApp();
    const before = structuredClone(app.spec);
    for (const name of ['crm-production', 'backend'])
      await target.apply({ kind: 'adopt', what: 'app', name });
    platform.twin.behave = (name) => (name === 'worker' ? 'health-fails' : 'good');
    expect((await deployed(first)).worker).toBe('failed');
    expect(app.spec).toEqual(before);
  });

  it('is a component in our app only when it is named', async () => {
    await deployed(first);
    platform.twin.app.spec.workers = platform.twin.app.spec.workers!.map((one) =>
      one.name === 'scheduler' ? { ...one, envs: [{ key: 'THEIRS', value: 'x' }] } : one,
    );
    expect((await plan()).foreign).toMatchObject([{ what: 'service', name: 'scheduler' }]);
    await expect(deployed(second)).rejects.toMatchObject({ code: 'adopt.not-ours' });
    await target.apply({ kind: 'adopt', what: 'service', name: 'scheduler' });
    expect(await deployed(second)).toEqual(allLive);
    expect(variableOf('scheduler', 'THEIRS')).toBe('x');
  });
});

describe('On DigitalOcean, a deployment that somebody else has begun', () => {
  it('is not taken for ours when the reply to ours was lost, though it shows only then', async () => {
    await deployed(first);
    const { twin } = platform;
    twin.lag = 4_000;
    twin.redeploy();
    Object.assign(twin.app.deployments[0]!, { course: [[twin.clock.now(), 'ACTIVE']] });
    let lost = 0;
    twin.faults = (_n, { method, path }) =>
      method === 'PUT' && path.startsWith('/v2/apps/') && lost++ === 0 ? 'not-accepted' : null;
    expect(await deployed(second)).toEqual(allLive);
    expect(lost).toBe(2);
    expect(twin.serving('backend')).toBe(second);
  });

  it('of a release that fails is ended, and the release before serves again', async () => {
    await deployed(first);
    const { twin } = platform;
    twin.behave = (name, { CONDUCTOR_RELEASE }) =>
      name === 'worker' && CONDUCTOR_RELEASE === second ? 'crashes' : 'good';
    let redeployed = false;
    const { states } = await deploy(target, second, {
      services,
      onProgress: ({ service, state }) => {
        if (service !== null || state !== 'failed' || redeployed) return;
        redeployed = true;
        twin.redeploy();
      },
    });
    expect(redeployed).toBe(true);
    expect(states.worker).toBe('failed');
    await twin.clock.sleep(600_000);
    expect(services.map(({ name }) => twin.serving(name))).toEqual(services.map(() => first));
  });
});

it('On DigitalOcean, both clusters are waited for at once, and those that are online not at all', async () => {
  const { clock, clusters } = platform.twin;
  const took = async (version: string) => {
    const from = clock.now();
    await deployed(version);
    return (clock.now() - from) / 1_000;
  };
  const whole = await took(first);
  const change = await took(second);
  const [mongodb, redis] = clusters.slice(-2).map(({ madeAt }) => madeAt);
  // Each is online after two minutes.
  expect(redis! - mongodb!).toBeLessThan(30_000);
  // Without them, a deploy takes as long as its deployment, until it is looked at, and the time in which it has to stay up.
  expect(change).toBeLessThan(40 + 20 + 10);
  expect(whole - change).toBeLessThan(120 + 40);
});
