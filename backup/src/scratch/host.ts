import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs a scratch server for as long as whoever started this process keeps its standard input open: when that process is killed,
 * nothing of the scratch server is left, neither process nor files. Prints the server's address when it is up.
 *
 * Usage: node host.ts mongod|embedded
 */
const folder = mkdtempSync(join(tmpdir(), 'conductor-scratch-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Ctrl-C goes to the whole process group; the one who uses the server decides when it ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(0));

const stop = process.argv[2] === 'mongod' ? await startMongod() : await startEmbedded();
process.stdin.resume();
await once(process.stdin, 'close');
await stop();
process.exit(0);

async function startEmbedded(): Promise<() => Promise<void>> {
  const { startEmbeddedMongo } = await import('embedded-mongo');
  const server = await startEmbeddedMongo({ data: join(folder, 'scratch.db'), port: 0 });
  console.log(server.url);
  return () => server.close();
}

async function startMongod(): Promise<() => Promise<void>> {
  const port = await freePort();
  const settings = [
    '--setParameter',
    'ttlMonitorEnabled=false',
    '--setParameter',
    'diagnosticDataCollectionEnabled=false',
  ];
  const child = spawn(
    'mongod',
    ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', ...settings],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  child.on('exit', (code) => process.exit(code === 0 ? 0 : 1));
  process.on('exit', () => child.kill('SIGKILL'));
  console.log(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  return async () => {};
}

/** Below the range that systems hand out for connections, so that none of those can take it before mongod does. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'EADDRINUSE') return false;
        throw cause;
      },
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
