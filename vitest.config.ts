import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Rooms whose tests are independent of one another and may run side by side. */
const room = (name: string) => ({
  extends: true as const,
  test: { name, root: name, include: ['**/*.test.{ts,tsx}'], exclude: ['**/node_modules/**', '**/dist/**'] },
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
      room('tests'),
      {
        extends: true as const,
        // Whole-system stories use real processes and want the machine to themselves: after the rooms, one at a time.
        test: {
          name: 'stories',
          root: 'tests',
          include: ['**/*.story.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
