import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll } from 'vitest';
import { startEmbeddedMongo } from '../src/index.ts';

/** A server and a client for the tests of a file; each test takes its own collection. */
export const withServer = (
  options: { expireEverySeconds?: number } = {},
): { db: () => Db; client: () => MongoClient; url: () => string } => {
  let close = async () => {};
  let client: MongoClient;
  let url = '';
  beforeAll(async () => {
    const server = await startEmbeddedMongo({ data: ':memory:', port: 0, ...options });
    url = server.url;
    client = await new MongoClient(url).connect();
    close = async () => {
      await client.close();
      await server.close();
    };
  });
  afterAll(() => close());
  return { db: () => client.db('test'), client: () => client, url: () => url };
};

export const main = join(import.meta.dirname, '../src/main.ts');

/** A server process of its own, ready when this answers. */
export const spawnServer = async (
  file: string,
  flags: readonly string[] = [],
): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(process.execPath, [main, '--data', file, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /mongodb:\S+/.exec(line)?.[0];
    if (url) return { child, url };
  }
  throw new Error('the server process ended before it was ready');
};

/** Waits until a process has ended and answers its exit code; null when a signal ended it. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** A folder for one test; call `remove` when it is over. */
export const temporaryFolder = (): { path: string; remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'embedded-mongo-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};
