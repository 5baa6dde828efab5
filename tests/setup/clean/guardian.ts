/**
 * Ends what a test file's process leaves when it dies (by a time limit, by `kill -9`), and everything of a run when the run ends,
 * however it ends: `node guardian.ts <folder of the run>`. Its standard input is open for as long as the run lives. Prints a
 * line for each file that left something.
 */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../../deploy/src/targets/local/host/process-id.ts';
import { belongingTo, end } from './belongings.ts';
import { foldersOf, ownerOf } from './folder.ts';
import { leftIn, say } from './left.ts';

const [run = ''] = process.argv.slice(2);
let over = false;
process.stdin.resume();
process.stdin.once('close', () => {
  over = true;
});
// Nobody is there any more to read it.
process.stdout.on('error', () => {});

while (!over) {
  await sleep(250);
  for (const folder of foldersOf(run)) {
    const owner = ownerOf(folder);
    if (owner !== null && !isAlive(owner)) await sweep(folder, owner.file);
  }
}
for (const folder of foldersOf(run)) await sweep(folder, ownerOf(folder)?.file ?? folder);
// The tests' own processes, where the one that started them was killed.
end(belongingTo(run));
rmSync(run, { recursive: true, force: true, maxRetries: 10 });

async function sweep(folder: string, file: string): Promise<void> {
  const left = await leftIn(folder, 0);
  if (left !== null) process.stdout.write(`${file} left behind ${say(left)}\n`);
}
