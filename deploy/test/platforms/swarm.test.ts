import { describe } from 'vitest';
import { targetContract } from '../target-contract.ts';
import { benchOf } from './bench.ts';
import { openSwarm } from './swarm-bench.ts';

describe('Swarm', () => {
  targetContract('Swarm', async () => benchOf(await openSwarm({}, { services: [], stores: [] })));
});
