import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { redisStart } from './compose-stores.ts';

const secret = 'a1b2c3d4e5f60718';

/** Redis as the container starts it, with a stand-in for the script of its image, on a socket of the test's own. */
async function startRedis(): Promise<{ server: ChildProcess; socket: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'conductor-compose-'));
  const script = `#!/bin/sh\nexec "$@" --port 0 --unixsocket ${folder}/socket\n`;
  await writeFile(path.join(folder, 'docker-entrypoint.sh'), script, { mode: 0o755 });
  const server = spawn('/bin/sh', ['-c', redisStart], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, REDISCLI_AUTH: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  let said = '';
  for await (const chunk of server.stdout) {
    said += chunk;
    if (said.includes('ready to accept connections')) break;
  }
  return { server, socket: path.join(folder, 'socket') };
}

it('starts a Redis that lets in who knows the password, keeps jobs, and ends at SIGTERM', async () => {
  const { server, socket } = await startRedis();
  const connect = (password?: string) => {
    const redis = new Redis({ path: socket, password, lazyConnect: true, enableReadyCheck: false });
    // Being refused is also told to whoever listens.
    redis.on('error', () => {});
    onTestFinished(() => redis.disconnect());
    return redis;
  };
  await expect(connect().get('a')).rejects.toThrow('NOAUTH');
  const redis = connect(secret);
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  redis.disconnect();
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
