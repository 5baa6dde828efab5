import { describe } from 'vitest';
import { targetContract } from '../target-contract.ts';
import { benchOf } from './bench.ts';
import { openDigitalOcean } from './digitalocean-bench.ts';
import { rudeStory } from './rude.ts';
import { platformStories } from './stories.ts';
import { usualFaults as faults } from './twin.ts';

describe('DigitalOcean', () => {
  targetContract('DigitalOcean', async () =>
    benchOf(await openDigitalOcean({}, { services: [], stores: [] })),
  );
  platformStories('DigitalOcean', {
    open: openDigitalOcean,
    images: true,
    faults,
  });
  rudeStory('DigitalOcean', { open: openDigitalOcean, images: true, faults });
});
