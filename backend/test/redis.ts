import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './port.ts';

/** A Redis server of a test's own; `stop` ends it by its process and removes what it left. */
export async function startRedis(
  port?: number,
): Promise<{ url: string; port: number; pid: number; stop(): Promise<void> }> {
  const used = port ?? (await freePort());
  const dir = mkdtempSync(join(tmpdir(), 'crm-redis-'));
  const server = spawn(
    'redis-server',
    ['--port', String(used), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Error('These tests need redis-server on the PATH (apt-get install redis-server)', { cause }),
      ),
    );
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    url: `redis://127.0.0.1:${used}`,
    port: used,
    pid: server.pid!,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGKILL');
        await ended;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
