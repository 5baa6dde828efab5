/** Every measure, one after the other, so that none disturbs another: `npm run bench -w deploy`. Ends with 1 when a promise is not kept. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

for (const measure of [
  'command',
  'installed',
  'overhead',
  'change',
  'rollback',
  'cutover',
  'gateway',
  'requests',
]) {
  console.log(`\n${measure}`);
  const file = join(import.meta.dirname, `${measure}.ts`);
  if (spawnSync(process.execPath, [file], { stdio: 'inherit' }).status !== 0) process.exitCode = 1;
}
