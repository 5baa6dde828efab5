import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import type { TargetContext } from '../../src/targets/kind.ts';
import type { RenderSettings } from '../../src/targets/render/index.ts';
import { runJob } from '../../src/targets/render/job.ts';
import type { Rest } from '../../src/targets/rest.ts';
import type { Target } from '../../src/targets/target.ts';
import { canary, deploy, first, type Platform, services, withImages } from './crm.ts';
import { openDigitalOcean } from './digitalocean-bench.ts';
import { openRailway } from './railway-bench.ts';
import { openRender } from './render-bench.ts';

const words = ['node', 'reset.ts', "o'neil@example.com", '$(id)'];
/** As a shell reads it. */
const quoted = `node reset.ts 'o'\\''neil@example.com' '$(id)'`;

async function on(platform: Platform, look: (target: Target) => Promise<void>): Promise<void> {
  try {
    const target = await platform.target();
    await deploy(target, first, { services: withImages(services) });
    await look(target);
    expect(platform.twin.violations).toEqual([]);
  } finally {
    await platform.close();
  }
}

describe('Render', () => {
  const order = (signal = new AbortController().signal) => {
    let said = '';
    const output = (text: string) => {
      said += text;
    };
    return { order: { service: 'backend', version: first, words, signal, output }, said: () => said };
  };

  it.each([
    ['succeeded', 0],
    ['failed', 1],
    ['canceled', 1],
  ])('runs a command as a one-off job that has %s: %i', async (end, code) => {
    const platform = await openRender();
    platform.twin.jobsEnd = end;
    await on(platform, async (target) => {
      const { order: given, said } = order();
      expect(await target.run!(given)).toBe(code);
      expect(said()).toContain(`$ ${quoted}\n`);
      expect(said().match(/knows \d+ variables/g)).toHaveLength(1);
      // It says a secret, which is taken out of what Render's logs say of it.
      expect(said()).toContain('says ');
      expect(said()).not.toContain(canary);
      expect(platform.twin.jobs.map(({ service }) => service.name)).toEqual(['crm-production-backend']);
    });
  });

  it('does not take a word that it does not know for success', async () => {
    const rest = (async ({ id }: { id: string }) =>
      id === 'list-logs'
        ? { logs: [] }
        : { id: 'job-1', status: 'retired', finishedAt: 'now' }) as unknown as Rest;
    const context = { environment: 'production' } as TargetContext<RenderSettings>;
    const service = { id: 'srv-1', ownerId: 'tea-1' };
    const run = runJob({ rest, clock: new VirtualClock(), context }, service, order().order, () => {});
    await expect(run).rejects.toMatchObject({ code: 'render.job-unknown', exit: 7 });
  });

  it('ends a job that is interrupted', async () => {
    const platform = await openRender();
    await on(platform, async (target) => {
      const interrupt = new AbortController();
      interrupt.abort(new Error('interrupted'));
      expect(await target.run!(order(interrupt.signal).order)).toBe(130);
      expect(platform.twin.jobs.map(({ status }) => status)).toEqual(['canceled']);
    });
  });

  it('refuses a service that is not there', async () => {
    await on(await openRender(), async (target) => {
      await expect(target.run!({ ...order().order, service: 'nobody' })).rejects.toMatchObject({
        code: 'render.no-service',
      });
    });
  });

  it('says how a person reaches its stores', async () => {
    const platform = await openRender();
    await on(platform, async (target) => {
      const [keyValue] = platform.twin.ours.keyValues;
      expect(await target.byHand?.store('redis')).toContain(`render kv-cli ${keyValue!.id}`);
      const { id } = platform.twin.service('mongodb');
      expect(await target.byHand?.store('mongodb')).toEqual([`render ssh ${id}`]);
    });
  });
});

describe('Railway', () => {
  it('runs nothing beside a service, and says how a person does and reaches its stores', async () => {
    const platform = await openRailway();
    await on(platform, async (target) => {
      expect(target.run).toBeUndefined();
      const [line] = (await target.byHand?.command?.({ service: 'backend', words })) ?? [];
      const project = platform.twin.project!;
      const where = `--project ${project.id} --environment `;
      expect(line).toContain(`railway ssh ${where}`);
      // The shell there reads the words once more, so they are quoted twice.
      expect(line).toContain(`--service backend -- 'node reset.ts '\\''o'\\''\\'\\'''\\''neil`);
      const stores = await target.byHand?.store('mongodb');
      expect(stores).toEqual([expect.stringContaining(`railway link ${where}`), 'railway connect MongoDB']);
    });
  });
});

describe('DigitalOcean', () => {
  it('runs nothing beside a service, and says how a person does and reaches its stores', async () => {
    await on(await openDigitalOcean(), async (target) => {
      expect(target.run).toBeUndefined();
      expect(await target.byHand?.command?.({ service: 'backend', words })).toEqual([
        expect.stringMatching(/^doctl apps console \S+ backend$/),
        '# In that console:',
        quoted,
      ]);
      const stores = await target.byHand?.store('mongodb');
      expect(stores).toContainEqual(expect.stringMatching(/^doctl databases connection \S+$/));
    });
  });
});
