import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, 'leave.ts')).href;

/** How a process ends that does this; null when it had to be killed. */
async function endOf(script: string): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', `import { leave, leaveBehind } from '${module}';\n${script}`],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 15_000, killSignal: 'SIGKILL' },
  );
  let stdout = '';
  child.stdout.on('data', (data) => (stdout += data));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout };
}

it.each([
  ['is told to', 'setTimeout(() => leave(3), 100)'],
  ['has given its answer', 'leaveBehind(3)'],
])('a process that a call of the file system never lets go of ends when it %s', async (_when, last) => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-leave-'));
  try {
    const fifo = join(folder, 'fifo');
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
    const script = `import { readFile } from 'node:fs/promises';
readFile('${fifo}').catch(() => {});
process.exitCode = 3;
process.stdout.write('answer');
${last};`;
    expect(await endOf(script)).toEqual({ code: 3, stdout: 'answer' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('others end as they did: at once, or when their work is done', async () => {
  expect((await endOf(`process.on('exit', () => console.log('gone')); leave(4);`)).stdout).toBe('gone\n');
  const busy = `leaveBehind(0); setTimeout(() => { console.log('done'); process.exitCode = 5; }, 2_000);`;
  expect(await endOf(busy)).toEqual({ code: 5, stdout: 'done\n' });
});
