import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tests/setup/ports.ts';

/**
 * A Redis server of a test's own; `stop` ends it by its process and removes what it left. `on`: a folder in which it keeps what it
 * is given, in the way of the local target; else it keeps nothing.
 */
export async function startRedis(
  port?: number,
  { on }: { on?: string } = {},
): Promise<{ url: string; port: number; pid: number; stop(): Promise<void> }> {
  const used = port ?? (await freePort());
  const dir = mkdtempSync(join(on ?? tmpdir(), 'crm-redis-'));
  const kept = on === undefined ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', 'no'];
  const server = spawn(
    'redis-server',
    ['--port', String(used), '--bind', '127.0.0.1', '--save', '', ...kept, '--dir', dir],
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
