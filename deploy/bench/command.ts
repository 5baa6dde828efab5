/**
 * How long the command line takes where it has nothing to do but to answer: whole processes, from start to exit.
 * `npm run bench -w deploy`
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, promise } from './promise.ts';

const runs = 9;
/** Seconds. */
const limit = 0.15;
const main = join(import.meta.dirname, '../src/main.js');

/** Seconds of one process. @throws when it did not answer as it should */
function seconds(line: string, status: number): number {
  const began = performance.now();
  const ended = spawnSync(process.execPath, [main, ...line.split(' ')], { encoding: 'utf8' });
  const took = (performance.now() - began) / 1_000;
  if (ended.status !== status || ended.stdout + ended.stderr === '')
    throw new Error(`conductor ${line} ended with ${ended.status}: ${ended.stderr}`);
  return took;
}

for (const [line, status] of [
  ['--help', 0],
  ['--version', 0],
  ['deploy --help', 0],
  ['dpeloy', 2],
] as const) {
  // The first one after a change compiles.
  seconds(line, status);
  const took = median(Array.from({ length: runs }, () => seconds(line, status)));
  promise(`conductor ${line}`, took, limit, 's', `median of ${runs}`);
}
