import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface TestServer {
  readonly url: string;
  readonly pid: number;
  /** With a database named in it, as an environment's connection string has. */
  urlOf(database: string): string;
  close(): Promise<void>;
}

/** A MongoDB of its own for a test, as a process with a file, as an environment has it; with an oplog of so many MiB. */
export async function startMongo({ oplog }: { readonly oplog?: number } = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-mongo-'));
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('embedded-mongo')));
  const options = ['--data', join(folder, 'data.db'), '--port', '0'];
  if (oplog !== undefined) options.push('--oplog', String(oplog));
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  const url = /mongodb:\/\/\S+/.exec(first.value ?? '')?.[0];
  if (url === undefined) throw new Error(`embedded-mongo did not start: ${first.value}`);
  return {
    url,
    pid: child.pid!,
    urlOf: (database) => url.replace('/?', `/${database}?`),
    async close() {
      if (child.exitCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
