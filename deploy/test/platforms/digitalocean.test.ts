import { describe } from 'vitest';
import { targetContract } from '../target-contract.ts';
import { benchOf } from './bench.ts';
import { openDigitalOcean } from './digitalocean-bench.ts';
import { platformStories } from './stories.ts';

describe('DigitalOcean', () => {
  targetContract('DigitalOcean', async () =>
    benchOf(await openDigitalOcean({}, { services: [], stores: [] })),
  );
  platformStories('DigitalOcean', {
    open: openDigitalOcean,
    images: true,
    faults: [
      'rate-limited',
      'not-accepted',
      'error',
      'error-done',
      'lost-done',
      'hang-done',
      'page',
      'page-done',
    ],
  });
});
