import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';
import type { Namespace } from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import { readServerFacts, type ServerFacts } from '../mongo/server.ts';
import { programOf } from '../program.ts';

export interface ScratchOptions {
  /**
   * A server to restore into, under database names of our own that are dropped afterwards. Default: a server of this process's
   * own, `mongod` where there is one, else embedded-mongo.
   */
  readonly url?: string;
  /** Which of the two to start. Default: the first that is there. */
  readonly server?: 'mongod' | 'embedded';
}

/** A server to try a restore on. Nothing of it is left after `close`, nor after the death of this process. */
export interface Scratch {
  readonly client: MongoClient;
  readonly facts: ServerFacts;
  /** Where a database of the backup goes. */
  databaseFor(db: string): string;
  targetFor(namespace: Namespace): Namespace;
  close(): Promise<void>;
}

export async function openScratch({ url, server }: ScratchOptions = {}): Promise<Scratch> {
  if (url !== undefined) return connect(url, prefixed(), async () => {});
  const host = await startHost(server ?? (isOnPath('mongod') ? 'mongod' : 'embedded'));
  try {
    return await connect(host.url, (db) => db, host.stop);
  } catch (error) {
    await host.stop();
    throw error;
  }
}

async function connect(
  url: string,
  rename: (db: string) => string,
  stop: () => Promise<void>,
): Promise<Scratch> {
  const client = new MongoClient(url);
  const used = new Set<string>();
  const databaseFor = (db: string): string => {
    const name = rename(db);
    used.add(name);
    return name;
  };
  try {
    const facts = await readServerFacts(client);
    await dropLeftovers(client);
    return {
      client,
      facts,
      databaseFor,
      targetFor: ({ db, collection }) => ({ db: databaseFor(db), collection }),
      async close() {
        try {
          for (const name of used) await client.db(name).dropDatabase();
        } finally {
          await client.close();
          await stop();
        }
      },
    };
  } catch (cause) {
    await client.close();
    throw unavailable('does not answer', cause);
  }
}

const HOUR = 60 * 60 * 1000;
/** Longer than any proof takes: what is older was left by a process that was killed. */
const LEFT = 48 * HOUR;

/** Removes scratch databases that killed processes left on a named server. Their names say when they were made. */
async function dropLeftovers(client: MongoClient): Promise<void> {
  const command = { listDatabases: 1, nameOnly: true, authorizedDatabases: true };
  const { databases } = await client.db('admin').command(command);
  for (const { name } of databases) {
    const made = /^conductor_scratch_([0-9a-f]+)_[0-9a-f]{8}_\d+$/.exec(name)?.[1];
    if (made === undefined || Date.now() - Number.parseInt(made, 16) * HOUR < LEFT) continue;
    await client.db(name).dropDatabase();
  }
}

/** Names that are nobody else's, say the hour in which they were made, and are short enough for any server. */
function prefixed(): (db: string) => string {
  const hour = Math.floor(Date.now() / HOUR).toString(16);
  const prefix = `conductor_scratch_${hour}_${randomBytes(4).toString('hex')}`;
  const names = new Map<string, string>();
  return (db) => {
    const name = names.get(db) ?? `${prefix}_${names.size}`;
    names.set(db, name);
    return name;
  };
}

async function startHost(server: 'mongod' | 'embedded'): Promise<{ url: string; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [programOf(import.meta.filename, 'scratch/host'), server], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Whoever makes backups has the keys of their store; a database has no use for them.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      LANG: process.env.LANG,
      // It starts for each backup, and reads its code anew else.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    },
  });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints = `${complaints}${text}`.slice(-2000);
  });
  const stop = () => stopHost(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw unavailable(`did not start: ${complaints.trim() || 'it said nothing'}`);
  return { url: first.value, stop };
}

async function stopHost(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  const late = setTimeout(() => child.kill('SIGTERM'), 10_000);
  await gone;
  clearTimeout(late);
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const unavailable = (why: string, cause?: unknown): BackupError =>
  new BackupError({
    code: 'scratch.unavailable',
    message: `The scratch server to prove the backup on ${why}.`,
    hint: 'Name another one, or install mongod on this machine.',
    cause,
  });
