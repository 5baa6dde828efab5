import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const built = existsSync(fileURLToPath(new URL('../dist/index.html', import.meta.url)));
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

function start(environment: Record<string, string>) {
  child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...environment } });
  let output = '';
  const heard = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        output += chunk;
        const match = output.match(pattern);
        if (match) resolve(match);
      };
      child!.stdout!.on('data', listen);
      child!.stderr!.on('data', listen);
      child!.once('close', () => reject(new Error(`ended before it said ${pattern}:\n${output}`)));
    });
  return { exited: once(child, 'close').then(([code]) => code as number), heard };
}

it('listens, answers and ends with 0 on SIGTERM', async ({ skip }) => {
  skip(!built, 'needs the build: npm run build -w frontend');
  const service = start({ PORT: '0' });
  const [, address] = await service.heard(/on (http\S+)/);
  expect((await fetch(`${address}/health`)).status).toBe(200);
  child!.kill('SIGTERM');
  expect(await service.exited).toBe(0);
});

it('refuses to start with a wrong setting and names it', async () => {
  const service = start({ PORT: 'many' });
  await service.heard(/PORT/);
  expect(await service.exited).toBe(1);
});
