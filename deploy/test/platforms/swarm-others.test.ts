import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { allLive, canary, deploy, first, second, services, third, withImages } from './crm.ts';
import { openSwarm, type SwarmPlatform, swarmImages } from './swarm-bench.ts';

const images = withImages(services);
const crm = (target: Target, version: string) => deploy(target, version, { services: images });

describe('Swarm', () => {
  let platform: SwarmPlatform;
  let target: Target;
  beforeEach(async () => {
    platform = await openSwarm({}, { services: images });
    target = await platform.target();
  });
  afterEach(async () => {
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });

  it('tells the edge which hosts lead to which environment, and what has to be in DNS', async () => {
    await platform.close();
    platform = await openSwarm({}, { services: images, domains: { frontend: ['crm.example.com'] } });
    target = await platform.target();
    const domain = { kind: 'domain', service: 'frontend', host: 'crm.example.com' } as const;
    for (const _twice of [1, 2]) await target.apply({ ...domain, action: 'create' });
    const config = platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE!;
    expect(JSON.parse(config).apps.http.servers.secure.routes.slice(1)).toMatchObject([
      {
        match: [{ host: ['crm.example.com'] }],
        handle: [{ upstreams: [{ dial: 'crm-production-switch:8080' }] }],
      },
    ]);
    expect((await target.inspect()).domains).toMatchObject([
      {
        host: 'crm.example.com',
        service: 'frontend',
        certificate: 'pending',
        detail: 'is not in DNS as seen from here, and has to lead to 127.0.0.1',
        records: [{ type: 'A', host: 'crm.example.com', value: '127.0.0.1', purpose: 'traffic' }],
      },
    ]);
    expect((await crm(target, first)).states).toEqual(allLive);
    // Nobody has a certificate yet, so it is looked at by the server's own address, and all services answer there.
    const { urls } = await target.inspect();
    expect(urls.frontend).toBe(platform.twin.publicUrl);
    const api = await fetch(`${urls.backend}/api`);
    expect(api.headers.get('x-release')).toBe(first);

    await target.apply({ ...domain, action: 'remove' });
    expect(platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE).not.toContain('crm.example.com');
    expect((await target.inspect()).domains).toEqual([]);
  });

  it('leads visitors to the ports that the edge has, whatever another environment names', async () => {
    const hosts = (host: string) => ({ services: images, domains: { frontend: [host] } });
    const http = Number(new URL(platform.twin.publicUrl).port);
    const own = await platform.another({ ports: { http, https: 8443 } }, hosts('crm.example.com'));
    expect((await crm(own, first)).states).toEqual(allLive);
    const domain = { kind: 'domain', action: 'create', service: 'frontend' } as const;
    await own.apply({ ...domain, host: 'crm.example.com' });
    const other = await platform.another({}, { ...hosts('shop.example.com'), environment: 'staging' });
    await other.apply({ ...domain, host: 'shop.example.com' });
    const { servers } = JSON.parse(platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE!).apps.http;
    expect(servers.plain.routes[1]).toMatchObject({
      match: [{ host: ['crm.example.com', 'shop.example.com'] }],
      handle: [{ headers: { Location: ['https://{http.request.host}:8443{http.request.uri}'] } }],
    });
    expect((await own.inspect()).domains).toMatchObject([{ ports: { http, https: 8443 } }]);
  });

  it('tells the edge of changed certificates and another main name with the next deploy, whatever other environments want', async () => {
    await platform.close();
    const domains = { frontend: ['crm.example.com', 'www.crm.example.com'] };
    platform = await openSwarm({ certificates: { roots: 'ours' } }, { services: images, domains });
    target = await platform.target();
    for (const host of domains.frontend)
      await target.apply({ kind: 'domain', action: 'create', service: 'frontend', host });
    const told = () => platform.twin.told.at(-1)!;
    // The twin's port for HTTP is not 80, so the authority is kept from it.
    const issuers = () =>
      JSON.parse(told().variables.CONDUCTOR_EDGE!).apps.tls.automation.policies.map(
        ({ issuers: [{ challenges: _, ...one }] }: { issuers: [{ challenges: object }] }) => one,
      );
    expect(issuers()).toEqual([
      { module: 'acme', trusted_roots_pem_files: [expect.stringMatching(/roots-/)] },
    ]);
    expect(told().variables.CONDUCTOR_ROOTS_0).toBe('ours');

    const staging = await platform.another(
      { certificates: { email: 'ana@example.com' } },
      { environment: 'staging', services: images, domains: { frontend: ['staging.example.com'] } },
    );
    await staging.apply({
      kind: 'domain',
      action: 'create',
      service: 'frontend',
      host: 'staging.example.com',
    });
    expect(issuers()).toMatchObject([
      { trusted_roots_pem_files: [expect.anything()] },
      { email: 'ana@example.com' },
    ]);
    expect(told().variables.CONDUCTOR_ROOTS_0).toBe('ours');

    const later = await platform.another(
      { certificates: { authority: 'https://ca.example.com/directory' } },
      { services: images, domains: { frontend: domains.frontend.toReversed() } },
    );
    expect((await crm(later, first)).states).toEqual(allLive);
    expect(issuers()).toEqual([
      { module: 'acme', ca: 'https://ca.example.com/directory' },
      { module: 'acme', email: 'ana@example.com' },
    ]);
    expect(JSON.parse(told().variables.CONDUCTOR_EDGE!).apps.http.servers.secure.routes[1]).toMatchObject({
      match: [{ host: ['crm.example.com'] }],
      handle: [{ headers: { Location: ['https://www.crm.example.com{http.request.uri}'] } }],
    });
  });

  it('does not touch a service of somebody else that has the name of ours', async () => {
    platform.twin.addForeign('crm-production-switch');
    const before = platform.twin.strangers();
    await expect(
      target.apply({ kind: 'domain', action: 'create', service: 'frontend', host: 'a.example' }),
    ).rejects.toMatchObject({
      code: 'swarm.name-taken',
      exit: 3,
    });
    expect(platform.twin.strangers()).toEqual(before);
  });

  it('does not know whether a release is live while the managers have no leader, and touches nothing', async () => {
    await crm(target, first);
    platform.twin.loseLeader();
    await expect(target.inspect()).rejects.toMatchObject({ code: 'swarm.no-quorum', exit: 7 });
    expect(await target.check()).toMatchObject([
      {
        level: 'failure',
        title: expect.stringContaining('takes no orders'),
        fix: expect.stringMatching(/swarm init --force-new-cluster --advertise-addr 192\.0\.2\.1$/),
      },
    ]);
    platform.twin.findLeader();
    expect((await target.inspect()).live).toBe(first);
  });

  it('keeps the release before while the new one is watched, and ends it when told to', async () => {
    await crm(target, first);
    for await (const _ of target.deploy(
      { version: second, commit: null, dirty: false, environment: 'production', createdAt: '', stores: [] },
      images,
      new AbortController().signal,
      { keepPrevious: 120 },
    ));
    const running = () =>
      platform.twin
        .look()
        .services.filter(({ spec }) => spec.Labels['conductor.release'] === first)
        .filter(({ spec }) => (spec.Mode?.Replicated?.Replicas ?? 0) > 0)
        .map(({ spec }) => spec.Labels['conductor.service']);
    // Workers and singletons of two releases side by side would do everything twice.
    expect(running().sort()).toEqual(['backend', 'frontend']);
    await target.retire!(first);
    expect(running()).toHaveLength(2);
    await target.retire!(second);
    expect(running()).toEqual([]);
  });

  it('begins all of a release that has served at once, so that the way back is short', async () => {
    await crm(target, first);
    await crm(target, second);
    const atGate: string[] = [];
    const { states } = await deploy(target, first, {
      services: images,
      proven: true,
      onProgress: ({ gate }) => {
        if (!gate) return;
        for (const { spec } of platform.twin.look().services)
          if (spec.Labels['conductor.release'] === first && spec.Mode?.Replicated?.Replicas)
            atGate.push(spec.Labels['conductor.service']!);
      },
    });
    expect(states).toEqual(allLive);
    // Never two of a singleton.
    expect(atGate.toSorted()).toEqual(['backend', 'frontend', 'worker']);
  });

  it('leaves the edge, which is everybody’s on the server, as it is, and says that another one is named', async () => {
    await crm(target, first);
    const edge = () =>
      JSON.stringify(platform.twin.look().services.find(({ spec }) => spec.Name === 'conductor-edge')!.spec);
    const before = edge();
    expect((await target.check()).filter(({ title }) => title.includes('edge'))).toEqual([]);
    platform.twin.registry.add('example.com/caddy:3');
    const later = await platform.another(
      { images: { ...swarmImages, edge: 'example.com/caddy:3' } },
      { services: images },
    );
    expect((await crm(later, second)).states).toEqual(allLive);
    expect(edge()).toBe(before);
    expect(await later.check()).toContainEqual({
      level: 'warning',
      title: expect.stringContaining('The edge of the server was started by another version'),
      fix: expect.stringContaining('docker service rm conductor-edge'),
    });
    // One that does not run serves nobody, so the next deploy makes it what is named.
    platform.twin.behave = (of) => (of === 'conductor-edge' ? 'crash' : 'good');
    platform.twin.changeByHand('conductor-edge', (spec) => {
      Object.assign(spec.TaskTemplate, { ForceUpdate: 1 });
    });
    await platform.twin.clock.sleep(20_000);
    platform.twin.look();
    platform.twin.behave = () => 'good';
    expect((await crm(later, third)).states).toEqual(allLive);
    expect((await later.check()).filter(({ title }) => title.includes('edge'))).toEqual([]);
  });

  it('never runs two of a singleton, at whatever request one looks', async () => {
    await crm(target, first);
    platform.twin.endsIn = () => 5_000;
    let most = 0;
    platform.twin.faults = () => {
      const all = platform.twin.look().services;
      const running = all.filter(({ spec }) => spec.Labels['conductor.service'] === 'scheduler');
      const tasks = running.flatMap(({ id }) =>
        platform.twin.cluster.tasks.filter((task) => task.service.id === id),
      );
      most = Math.max(most, tasks.filter(({ status }) => status.state === 'running').length);
      return null;
    };
    expect((await crm(target, second)).states).toEqual(allLive);
    expect(platform.twin.serving('scheduler')).toBe(second);
    expect(most).toBe(1);
  });

  it('asks each replica itself: one that runs and is not able to work gets no visitor', async () => {
    await crm(target, first);
    platform.twin.app = ({ task, path }) => {
      const version = task.variables.CONDUCTOR_RELEASE ?? '';
      const sick = version === second && path === '/api/v1/health/ready';
      return { status: sick ? 503 : 200, headers: { 'x-release': version } };
    };
    const { states, seen } = await crm(target, second);
    expect(states).toEqual({
      ...allLive,
      backend: 'failed',
      worker: 'canceled',
      scheduler: 'canceled',
      frontend: 'canceled',
    });
    expect(seen.findLast(({ service }) => service === 'backend')!.detail).toBe(
      'backend: not healthy in time: 0 of 1 healthy: /api/v1/health/ready answered 503',
    );
    expect((await target.inspect()).live).toBe(first);
  });

  it('does not know how a deploy ended when the switch cannot be asked, and then takes nothing away', async () => {
    await crm(target, first);
    const abort = new AbortController();
    const { states } = await deploy(target, second, {
      services: images,
      signal: abort.signal,
      onProgress: ({ gate }) => {
        if (!gate) return;
        platform.twin.faults = (_n, { path }) => (path.includes('/exec') ? 'error' : null);
        abort.abort();
      },
    });
    expect(new Set(Object.values(states))).toEqual(new Set(['unknown']));
    platform.twin.faults = () => null;
    const left = platform.twin
      .look()
      .services.filter(({ spec }) => spec.Labels['conductor.release'] === second);
    expect(left).toHaveLength(4);
    // Asked again it knows, and ends what the first had left.
    await deploy(target, second, { services: images, signal: AbortSignal.abort() });
    expect(
      platform.twin.look().services.some(({ spec }) => spec.Labels['conductor.release'] === second),
    ).toBe(false);
    expect((await target.inspect()).live).toBe(first);
  });

  it('is live also when what is left of older releases cannot be taken away, and says so', async () => {
    await crm(target, first);
    await crm(target, second);
    const { states, seen } = await deploy(target, third, {
      services: images,
      // The release task has gone by then.
      onProgress: ({ gate }) => {
        if (gate) platform.twin.faults = (_n, { method }) => (method === 'DELETE' ? 'error' : null);
      },
    });
    platform.twin.faults = () => null;
    expect(states).toEqual(allLive);
    expect(seen.some(({ detail }) => detail.startsWith('what is left of older releases stays for now'))).toBe(
      true,
    );
    expect((await target.inspect()).live).toBe(third);
  });

  it('shows a secret to nobody who inspects its services', async () => {
    await crm(target, first);
    expect(JSON.stringify(platform.twin.look().services.map(({ spec }) => spec))).not.toContain(canary);
    expect(platform.twin.look().secrets.some(({ data }) => String(data).includes(canary))).toBe(true);
  });

  it('counts what visitors were answered', async () => {
    await crm(target, first);
    const { urls } = await target.inspect();
    await Promise.all(Array.from({ length: 5 }, () => fetch(urls.frontend!)));
    const counted = await target.traffic!(first);
    expect(counted.map(({ service, answers }) => [service, answers])).toContainEqual(['frontend', 5]);
    expect(counted[0]!.buckets.at(-1)).toEqual([Infinity, counted[0]!.answers]);
  });

  it('keeps visitors out with a message, and lets in who has the pass', async () => {
    await crm(target, first);
    const { frontend } = (await target.inspect()).urls;
    await target.maintenance!.set({ since: '2026-11-27T00:00:00.000Z', message: 'Back at noon.' });
    expect((await fetch(frontend!)).status).toBe(503);
    expect((await fetch(frontend!, { headers: await target.maintenance!.pass!() })).status).toBe(200);
    expect(await target.maintenance!.read()).toMatchObject({ message: 'Back at noon.' });
    await target.maintenance!.set(null);
    expect((await fetch(frontend!)).status).toBe(200);
  });
});
