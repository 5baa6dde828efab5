import { describe, expect, it } from 'vitest';
import { targetContract } from '../target-contract.ts';
import { benchOf } from './bench.ts';
import { deploy, first, second, services } from './crm.ts';
import { openRender } from './render-bench.ts';
import { rudeStory } from './rude.ts';
import { platformStories } from './stories.ts';
import { usualFaults as faults } from './twin.ts';

const open = async () => {
  const platform = await openRender();
  platform.twin.queuedEvery = 3;
  return platform;
};

describe('Render', () => {
  it('ends the build that began with a service, also when the reply to its creation was lost', async () => {
    const platform = await openRender();
    try {
      platform.twin.faults = (_n, { method, path, body }) =>
        method === 'POST' &&
        path === '/v1/services' &&
        (body as { type: string }).type === 'background_worker'
          ? 'lost-done'
          : null;
      // The backend goes first and fails, so nobody has asked for a deployment of the others.
      platform.twin.behave = (service) => (service === 'backend' ? 'health-fails' : 'good');
      await deploy(await platform.target(), first);
      await platform.twin.clock.sleep(3_600_000);
      expect(services.map(({ name }) => platform.twin.serving(name))).toEqual([null, null, null, null]);
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
    }
  });

  it('does not touch the variables of services that a failed release never came to', async () => {
    const platform = await openRender();
    try {
      await deploy(await platform.target(), first);
      const before = platform.twin.service('worker').variables;
      // The backend goes first.
      platform.twin.behave = (service) => (service === 'backend' ? 'health-fails' : 'good');
      const from = platform.twin.requests.length;
      await deploy(await platform.target(), second);
      const written = platform.twin.requests
        .slice(from)
        .filter(({ method, path }) => method === 'PUT' && path.includes(platform.twin.service('worker').id));
      expect(written).toEqual([]);
      expect(platform.twin.service('worker').variables).toBe(before);
    } finally {
      await platform.close();
    }
  });

  targetContract('Render', async () => benchOf(await openRender({}, { services: [], stores: [] })));
  platformStories('Render', {
    open,
    faults,
  });
  rudeStory('Render', { open, faults });
});
