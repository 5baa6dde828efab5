import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Rooms whose tests are independent of one another and may run side by side. */
const room = (name: string) => ({
  extends: true as const,
  test: { name, root: name, include: ['**/*.test.{ts,tsx}'], exclude: ['**/node_modules/**', '**/dist/**'] },
});

const full = process.env.CONDUCTOR_STORIES === 'full';

/** Stories that measure how fast something is, which another one beside them would make slower. */
const alone = [
  // How long a visitor waits at most while releases change, and how long a deploy and a rollback take.
  'deploy-under-load.story.ts',
  // How much slower a bad release answers than the one before it, and how soon it is taken back.
  'bad-release-watched.story.ts',
  // How long a visitor waits while releases change on a server with a Docker engine of its own.
  'swarm.story.ts',
  'swarm-nodes.story.ts',
  // How long a changed line of the CRM takes there.
  'crm-server.story.ts',
  'swarm-troubles.story.ts',
  'swarm-compared.story.ts',
  'swarm-certificates.story.ts',
  // When a slow phone has painted the first page.
  'browser/sale.story.ts',
];

/** Whole-system stories, with real processes: after the rooms, in the order of their groups. */
const stories = (
  name: string,
  which: { include: string[]; exclude?: string[]; maxWorkers: number },
  groupOrder: number,
) => ({
  extends: true as const,
  test: {
    name,
    root: 'tests',
    ...which,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    reporters: ['default', './tests/setup/totals.ts'],
    globalSetup: './tests/setup/clean/run.ts',
    setupFiles: [join(import.meta.dirname, 'tests/setup/clean/file.ts')],
    // Most tests wait: for processes to start, for leases to run out, for answers.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      room('embedded-mongo'),
      room('backup'),
      room('deploy'),
      room('backend'),
      room('frontend'),
      room('docker'),
      room('packaging'),
      room('tests'),
      stories('stories', { include: ['**/*.story.ts'], exclude: alone, maxWorkers: full ? 1 : 3 }, 1),
      stories('stories alone', { include: alone, maxWorkers: 1 }, 2),
    ],
  },
});
