import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { deploy, first, services, withImages } from './crm.ts';
import { openDigitalOcean } from './digitalocean-bench.ts';
import { openRailway } from './railway-bench.ts';
import { openRender } from './render-bench.ts';

const domains = { frontend: ['app.example.com'] };
const give = (target: Target) =>
  target.apply({ kind: 'domain', action: 'create', service: 'frontend', host: 'app.example.com' });

describe('Custom domains', () => {
  it('on Railway come with their record and the token without which the host answers 404', async () => {
    const platform = await openRailway({}, { domains });
    try {
      const target = await platform.target();
      await deploy(target, first);
      await give(target);
      await give(target);
      const observed = await target.inspect();
      expect(observed.domains).toEqual([
        expect.objectContaining({ host: 'app.example.com', service: 'frontend', certificate: 'pending' }),
      ]);
      expect(observed.domains[0]!.records).toEqual([
        expect.objectContaining({ type: 'CNAME', host: 'app.example.com', purpose: 'traffic' }),
        expect.objectContaining({
          type: 'TXT',
          host: '_railway-verify.app.example.com',
          purpose: 'ownership',
        }),
      ]);
      // Nobody is answered under a host that is in no DNS yet.
      expect(observed.urls.frontend).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      platform.twin.published.add('app.example.com');
      expect((await (await platform.target()).inspect()).urls.frontend).toBe('https://app.example.com');
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });

  it('on Render lead to the address of the service', async () => {
    const platform = await openRender({}, { domains });
    try {
      const target = await platform.target();
      await deploy(target, first);
      await give(target);
      await give(target);
      const before = platform.twin.requests.length;
      const observed = await target.inspect();
      expect(platform.twin.requests.length - before).toBeGreaterThan(0);
      expect(platform.twin.requests.length - before).toBeLessThanOrEqual(12);
      expect(observed.domains).toHaveLength(1);
      expect(observed.domains[0]!.records).toEqual([
        expect.objectContaining({ type: 'CNAME', host: 'app.example.com' }),
      ]);
      expect(observed.urls.frontend).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      platform.twin.published.add('app.example.com');
      expect((await (await platform.target()).inspect()).urls.frontend).toBe('https://app.example.com');
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });

  it('on Render come with the service where they are planned before it, and bring no name that was not asked for', async () => {
    const platform = await openRender({}, { domains: { frontend: ['example.com'] } });
    try {
      const target = await platform.target();
      await target.apply({ kind: 'domain', action: 'create', service: 'frontend', host: 'example.com' });
      await deploy(target, first);
      const observed = await target.inspect();
      expect(observed.domains.map(({ host, records }) => [host, records[0]!.type])).toEqual([
        ['example.com', 'ALIAS'],
      ]);
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });

  it('on DigitalOcean come with the release', async () => {
    const platform = await openDigitalOcean({}, { domains });
    try {
      const target = await platform.target();
      await give(target);
      await deploy(target, first, { services: withImages(services) });
      const { domains: observed, urls } = await target.inspect();
      expect(observed).toEqual([
        expect.objectContaining({ host: 'app.example.com', service: 'frontend', certificate: 'pending' }),
      ]);
      expect(urls.frontend).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      platform.twin.published.add('app.example.com');
      expect((await (await platform.target()).inspect()).urls.frontend).toBe('https://app.example.com');
      expect(observed[0]!.records).toEqual([
        expect.objectContaining({ type: 'CNAME', host: 'app.example.com' }),
      ]);
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });
});
