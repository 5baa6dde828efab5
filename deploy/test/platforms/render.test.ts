import { targetContract } from '../target-contract.ts';
import { benchOf, describePlatform } from './bench.ts';
import { openRender } from './render-bench.ts';
import { platformStories } from './stories.ts';

describePlatform('Render', () => {
  targetContract('Render', async () => benchOf(await openRender({}, { services: [], stores: [] })));
  platformStories('Render', {
    open: async () => {
      const platform = await openRender();
      platform.twin.queuedEvery = 3;
      return platform;
    },
    faults: ['rate-limited', 'not-accepted', 'error', 'error-done', 'lost-done', 'hang-done'],
  });
});
