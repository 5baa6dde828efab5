import { describe } from 'vitest';
import { targetContract } from '../target-contract.ts';
import { benchOf } from './bench.ts';
import { openRailway } from './railway-bench.ts';
import { rudeStory } from './rude.ts';
import { platformStories } from './stories.ts';
import { type Fault, usualFaults } from './twin.ts';

const faults: readonly Fault[] = [
  ...usualFaults,
  'graphql-error',
  'graphql-error-done',
  'odd-error',
  'no-data',
  'no-data-done',
];

describe('Railway', () => {
  targetContract('Railway', async () => benchOf(await openRailway({}, { services: [], stores: [] })));
  platformStories('Railway', { open: openRailway, faults });
  rudeStory('Railway', { open: openRailway, faults });
});
