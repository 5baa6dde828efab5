import { describe, expect, it } from 'vitest';
import { ConductorError } from '../../src/errors.ts';
import type { Target } from '../../src/targets/target.ts';
import { canary, deploy, first, type Platform, second, services, withImages } from './crm.ts';
import { openDigitalOcean } from './digitalocean-bench.ts';
import { openRailway } from './railway-bench.ts';
import { openRender } from './render-bench.ts';
import type { TwinRequest } from './twin.ts';

/** What a person did wrong, or lacks: each has its own message and hint, and nothing is left half made. */
interface Refusal {
  readonly what: string;
  readonly open: () => Promise<Platform>;
  readonly ask?: (target: Target) => Promise<unknown>;
  readonly code: string;
  readonly exit: 2 | 3 | 4;
  readonly said: RegExp;
}

const images = withImages(services);
const deployImages = (target: Target) => deploy(target, first, { services: images });
const more = services.map((service) => ({ ...service, replicas: 2 }));

const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  Railway: [
    {
      what: 'no token',
      open: () => openRailway({}, {}, {}),
      code: 'railway.no-token',
      exit: 2,
      said: /no token/,
    },
    {
      what: 'a wrong or expired token',
      open: () => openRailway({}, {}, { RAILWAY_API_TOKEN: 'expired' }),
      code: 'platform.token-refused',
      exit: 3,
      said: /token/,
    },
    {
      what: 'a wrong project token',
      open: () => openRailway({}, {}, { RAILWAY_TOKEN: 'expired' }),
      code: 'platform.token-refused',
      exit: 3,
      said: /token/,
    },
    {
      what: 'a token that may only read',
      open: async () => {
        const platform = await openRailway({}, {}, { RAILWAY_API_TOKEN: 'reader' });
        platform.twin.tokens.set('reader', 'viewer');
        return platform;
      },
      code: 'platform.right-missing',
      exit: 3,
      said: /Not Authorized/,
    },
    {
      what: 'a workspace that the token does not see',
      open: () => openRailway({ workspace: 'Elsewhere' }),
      code: 'railway.workspace',
      exit: 2,
      said: /Elsewhere/,
    },
    {
      what: 'an unknown region',
      open: () => openRailway({ region: 'mars-1' }),
      code: 'platform.region-unknown',
      exit: 2,
      said: /mars-1/,
    },
    {
      what: 'a plan without replicas',
      open: async () => {
        const platform = await openRailway();
        platform.twin.plan = 'FREE';
        return platform;
      },
      ask: (target) => deploy(target, first, { services: more }),
      code: 'platform.plan-lacks-feature',
      exit: 3,
      said: /Free plan/,
    },
    {
      what: 'the limit of services reached',
      open: async () => {
        const platform = await openRailway();
        platform.twin.quota = 4;
        return platform;
      },
      code: 'platform.quota-reached',
      exit: 3,
      said: /limit/,
    },
    {
      what: 'no repository and no image',
      open: () => openRailway({ repository: undefined }),
      code: 'railway.no-source',
      exit: 2,
      said: /backend/,
    },
  ],
  Render: [
    { what: 'no key', open: () => openRender({}, {}, {}), code: 'render.no-token', exit: 2, said: /API key/ },
    {
      what: 'a wrong or expired key',
      open: () => openRender({}, {}, { RENDER_API_KEY: 'expired' }),
      code: 'platform.token-refused',
      exit: 3,
      said: /token/,
    },
    {
      what: 'a key that may only read',
      open: async () => {
        const platform = await openRender({}, {}, { RENDER_API_KEY: 'reader' });
        platform.twin.readers.add('reader');
        return platform;
      },
      code: 'platform.right-missing',
      exit: 3,
      said: /Forbidden/,
    },
    {
      what: 'a plan that nobody pays for',
      open: () => openRender({ plan: 'pro_ultra' }),
      code: 'platform.plan-lacks-feature',
      exit: 3,
      said: /pro_ultra/,
    },
    {
      what: 'a name that someone else has',
      open: async () => {
        const platform = await openRender();
        platform.twin.foreignNames.add('crm-production-worker');
        return platform;
      },
      code: 'platform.name-taken',
      exit: 2,
      said: /crm-production-worker/,
    },
    {
      what: 'the limit of services reached',
      open: async () => {
        const platform = await openRender();
        platform.twin.quota = 3;
        return platform;
      },
      code: 'platform.quota-reached',
      exit: 3,
      said: /limit/,
    },
    {
      what: 'a region that it does not have',
      open: async () => {
        const platform = await openRender({ region: 'singapore' });
        platform.twin.regions = ['frankfurt', 'oregon'];
        return platform;
      },
      code: 'platform.region-unknown',
      exit: 2,
      said: /singapore/,
    },
    {
      what: 'a domain of someone else',
      open: async () => {
        const platform = await openRender({}, { domains: { frontend: ['taken.example.com'] } });
        platform.twin.foreignDomains.add('taken.example.com');
        return platform;
      },
      code: 'platform.domain-of-someone-else',
      exit: 3,
      said: /taken\.example\.com/,
    },
    {
      what: 'a workspace that the key does not see',
      open: () => openRender({ workspace: 'tea-9' }),
      code: 'render.workspace',
      exit: 2,
      said: /tea-9/,
    },
    {
      what: 'a service of the same name that somebody has made',
      open: async () => {
        const platform = await openRender();
        platform.twin.addService('crm-production-worker', {}, { kind: 'of-others' });
        return platform;
      },
      code: 'adopt.not-ours',
      exit: 3,
      said: /crm-production-worker/,
    },
    {
      what: 'MongoDB without an address',
      open: () => openRender({ mongodb: undefined }),
      code: 'render.no-mongodb',
      exit: 2,
      said: /MongoDB/,
    },
  ],
  DigitalOcean: [
    {
      what: 'no token',
      open: () => openDigitalOcean({}, {}, {}),
      ask: deployImages,
      code: 'digitalocean.no-token',
      exit: 2,
      said: /no token/,
    },
    {
      what: 'a wrong or expired token',
      open: () => openDigitalOcean({}, {}, { DIGITALOCEAN_TOKEN: 'expired' }),
      ask: deployImages,
      code: 'platform.token-refused',
      exit: 3,
      said: /authenticate/,
    },
    {
      what: 'a token that may only read',
      open: async () => {
        const platform = await openDigitalOcean({}, {}, { DIGITALOCEAN_TOKEN: 'reader' });
        platform.twin.readers.add('reader');
        return platform;
      },
      ask: deployImages,
      code: 'platform.right-missing',
      exit: 3,
      said: /permission/,
    },
    {
      what: 'a token without the scope for databases',
      open: async () => {
        const platform = await openDigitalOcean({}, {}, { DIGITALOCEAN_TOKEN: 'narrow' });
        platform.twin.tokens.add('narrow');
        platform.twin.withoutDatabases.add('narrow');
        return platform;
      },
      ask: deployImages,
      code: 'platform.right-missing',
      exit: 3,
      said: /database:read/,
    },
    {
      what: 'a region in which no apps run',
      open: () => openDigitalOcean({ region: 'syd' }),
      ask: deployImages,
      code: 'platform.region-unknown',
      exit: 2,
      said: /syd/,
    },
    {
      what: 'an app of the same name that somebody has made',
      open: async () => {
        const platform = await openDigitalOcean();
        platform.twin.addApp({ name: 'crm-production', services: [{ name: 'web' }] }, '0007e125');
        return platform;
      },
      ask: deployImages,
      code: 'adopt.not-ours',
      exit: 3,
      said: /crm-production/,
    },
    {
      what: 'an unknown region of the databases',
      open: () => openDigitalOcean({ databases: { region: 'mars1' } }),
      ask: deployImages,
      code: 'platform.region-unknown',
      exit: 2,
      said: /mars1/,
    },
    {
      what: 'a size that the account does not have',
      open: async () => {
        const platform = await openDigitalOcean();
        platform.twin.sizes.add('basic-xxs');
        return platform;
      },
      ask: deployImages,
      code: 'platform.plan-lacks-feature',
      exit: 3,
      said: /tier/,
    },
    {
      what: 'a name that someone else has',
      open: async () => {
        const platform = await openDigitalOcean();
        platform.twin.foreignNames.add('crm-production');
        return platform;
      },
      ask: deployImages,
      code: 'platform.name-taken',
      exit: 2,
      said: /crm-production/,
    },
    {
      what: 'the limit of clusters reached',
      open: async () => {
        const platform = await openDigitalOcean();
        platform.twin.quota = 1;
        return platform;
      },
      ask: deployImages,
      code: 'platform.quota-reached',
      exit: 3,
      said: /limit/,
    },
    {
      what: 'a domain of someone else',
      open: async () => {
        const platform = await openDigitalOcean({}, { domains: { frontend: ['taken.example.com'] } });
        platform.twin.foreignDomains.add('taken.example.com');
        return platform;
      },
      ask: deployImages,
      code: 'platform.domain-of-someone-else',
      exit: 3,
      said: /taken\.example\.com/,
    },
    {
      what: 'a service without an image',
      open: () => openDigitalOcean(),
      code: 'digitalocean.image',
      exit: 2,
      said: /backend has no image/,
    },
  ],
};

/** A refusal is told at once: nobody waits for it to go by, or asks again and again. What was half made is taken away besides. */
function expectSoon({ twin }: Platform, most = 5): void {
  const { refusal, requests, clock } = twin;
  if (!refusal) return;
  expect(clock.now() - refusal.at).toBeLessThan(5_000);
  const later = requests.slice(refusal.request).filter((request) => !takesAway(request));
  expect(later.length).toBeLessThanOrEqual(most);
}

const takesAway = ({ method, body }: TwinRequest): boolean =>
  method === 'DELETE' || /mutation Delete/.test(String((body as { query?: string } | undefined)?.query));

for (const [name, rows] of Object.entries(refusals)) {
  describe(`${name} refuses`, () => {
    it.each(rows)('$what', async ({ open, ask, code, exit, said }) => {
      const platform = await open();
      try {
        const target = await platform.target();
        const error = await (ask ?? ((on: Target) => deploy(on, first)))(target).then(
          () => null,
          (problem: unknown) => problem,
        );
        expect(error).toBeInstanceOf(ConductorError);
        expect(error).toMatchObject({ code, exit });
        const { message, hint } = error as ConductorError;
        expect(message).toMatch(said);
        expect(hint).toBeTruthy();
        expect(`${message} ${hint}`).not.toContain(canary);
        expect(platform.isEmpty()).toBe(true);
        expectSoon(platform);
        expect(platform.twin.violations).toEqual([]);
      } finally {
        await platform.close();
      }
    });
  });
}

describe('A commit that was not pushed', () => {
  it('fails the deploy on Railway at once, in its words', async () => {
    const platform = await openRailway();
    try {
      const target = await platform.target();
      await deploy(target, first);
      platform.twin.commits.add('another');
      const { states, seen } = await deploy(target, second);
      expect(states.backend).toBe('failed');
      expect(seen.find(({ state }) => state === 'failed')?.detail).toMatch(/Commit not found/);
      expectSoon(platform, 20);
      expect(services.map(({ name }) => platform.twin.serving(name))).toEqual(services.map(() => first));
    } finally {
      await platform.close();
    }
  });
});

describe('A token that dies in the middle of a deploy', () => {
  it.each([
    ['Railway', openRailway, services],
    ['Render', openRender, services],
    ['DigitalOcean', openDigitalOcean, images],
  ] as const)('ends it on %s, and nobody is told that it is live', async (_name, open, all) => {
    const platform = await open();
    try {
      const target = await platform.target();
      await deploy(target, first, { services: all });
      const revoke = () => platform.twin.revoke();
      const { states, seen } = await deploy(target, second, {
        services: all,
        onProgress: ({ state }) => state === 'building' && revoke(),
      });
      expect(Object.values(states)).not.toContain('live');
      expect(Object.values(states)).toContain('unknown');
      const said = seen.filter(({ state }) => state === 'failed').map(({ detail }) => detail);
      expect(said.join()).toMatch(/token|Not Authorized|Unauthorized/i);
      expectSoon(platform);
    } finally {
      await platform.close();
    }
  });
});

describe('A domain of someone else', () => {
  it.each([
    ['Railway', openRailway],
    ['Render', openRender],
  ] as const)('is refused by %s, and not half given to a service', async (_name, open) => {
    const platform = await open();
    try {
      platform.twin.foreignDomains.add('taken.example.com');
      const target = await platform.target();
      await deploy(target, first);
      const change = {
        kind: 'domain',
        action: 'create',
        service: 'frontend',
        host: 'taken.example.com',
      } as const;
      await expect(target.apply(change)).rejects.toMatchObject({
        code: 'platform.domain-of-someone-else',
        exit: 3,
      });
      expect((await target.inspect()).domains).toEqual([]);
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });
});

describe('What somebody deletes in the middle of a deploy', () => {
  it.each([
    ['a service on Render', openRender, services],
    ['the app on DigitalOcean', openDigitalOcean, images],
  ] as const)('ends it: %s', async (_what, open, all) => {
    const platform = await open();
    try {
      await deploy(await platform.target(), first, { services: all });
      let gone = false;
      const { states, seen } = await deploy(await platform.target(), second, {
        services: all,
        onProgress: ({ state, service }) => {
          if (gone || !service || state !== 'building') return;
          gone = true;
          platform.twin.deleteByHand('backend');
        },
      });
      expect(gone).toBe(true);
      expect(Object.values(states)).not.toContain('live');
      const said = seen.filter(({ state }) => state === 'failed' || state === 'unknown');
      expect(said.map(({ detail }) => detail).join('\n')).toMatch(/not found|does not find|no service/i);
      expectSoon(platform);
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });

  it('is made anew by the next deploy on DigitalOcean, with the clusters of before', async () => {
    const platform = await openDigitalOcean();
    try {
      await deploy(await platform.target(), first, { services: images });
      platform.twin.deleteByHand();
      const target = await platform.target();
      expect(await target.inspect()).toMatchObject({ live: null, foreign: [], stores: [{}, {}] });
      const { states } = await deploy(target, second, { services: images });
      expect(Object.values(states)).toEqual(images.map(() => 'live'));
      expect(platform.twin.ours.clusters).toHaveLength(2);
    } finally {
      await platform.close();
    }
  });
});

describe('The limit of apps on DigitalOcean', () => {
  it('ends a first deploy at once, in its words', async () => {
    const platform = await openDigitalOcean();
    try {
      platform.twin.appQuota = 0;
      const { states, seen } = await deploy(await platform.target(), first, { services: images });
      expect(states.backend).toBe('failed');
      expect(seen.find(({ state }) => state === 'failed')?.detail).toMatch(/maximum number of apps/);
      expectSoon(platform);
    } finally {
      await platform.close();
    }
  });
});
