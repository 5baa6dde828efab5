import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { openFolder } from './folder.ts';
import { leftIn, say } from './left.ts';

/** Runs in each test file's process, before the file: what the file makes lies in a folder of its own, and must be gone at its end. */
const run = process.env.CONDUCTOR_TEST_RUN;
if (run === undefined)
  throw new Error('vitest.config.ts must name tests/setup/clean/run.ts as its globalSetup.');
const file = expect.getState().testPath ?? 'a test without a file';
const folder = openFolder(run, file);
process.env.TMPDIR = folder;
// Else each process that a test starts reads its TypeScript anew: what one has compiled is kept where the command keeps its own.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../../../node_modules/.cache/conductor');

// Hooks of the end run in the opposite order, so this is the last one of the file.
afterAll(async () => {
  const left = await leftIn(folder);
  if (left !== null) throw new Error(`This file left behind ${say(left)}.`);
});
