import { describe } from 'vitest';
import { targetContract } from '../target-contract.ts';
import { benchOf } from './bench.ts';
import { services, withImages } from './crm.ts';
import { platformStories } from './stories.ts';
import { openSwarm } from './swarm-bench.ts';
import { usualFaults as faults } from './twin.ts';

describe('Swarm', () => {
  targetContract('Swarm', async () => benchOf(await openSwarm({}, { services: [], stores: [] })));
  platformStories('Swarm', {
    open: () => openSwarm({}, { services: withImages(services) }),
    faults,
    images: true,
  });
});
