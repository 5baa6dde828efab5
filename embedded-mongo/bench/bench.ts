import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BSON, type Collection, MongoClient } from 'mongodb';

/*
 * The speed figures that are promised, measured through the official driver against a server process of its own.
 * `npm run bench -w embedded-mongo`; it ends with 1 when a promise is not kept.
 */
const documents = 100_000;
const batch = 500;
const main = join(import.meta.dirname, '../src/main.ts');

/** A contact of a CRM: about 300 bytes. */
const contact = (i: number) => ({
  email: `person${i}@example.com`,
  name: `Person Number ${i}`,
  company: `Company ${i % 500}`,
  status: ['new', 'qualified', 'won', 'lost'][i % 4],
  score: (i * 7919) % 100,
  tags: ['a', `t${i % 10}`],
  createdAt: new Date(1_700_000_000_000 + i * 1000),
  address: { street: `Street ${i % 1000}`, city: `City ${i % 100}`, zip: String(10_000 + (i % 90_000)) },
  notes: 'x'.repeat(80),
});

const start = async (
  file: string,
  ...flags: string[]
): Promise<{ process: ChildProcess; url: string; seconds: number }> => {
  const began = performance.now();
  const child = spawn(process.execPath, [main, '--data', file, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /mongodb:\S+/.exec(line)?.[0];
    if (url) return { process: child, url, seconds: (performance.now() - began) / 1000 };
  }
  throw new Error('the server did not start');
};

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });

/** The memory a process has of its own, in bytes: without the pages of the node program, which all of them share. */
const resident = (child: ChildProcess): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)![1]) * 1024;
};

const results: { what: string; value: string; promise: string; kept: boolean }[] = [];
const report = (what: string, value: number, unit: string, promise: string, kept: boolean) => {
  results.push({ what, value: `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`, promise, kept });
};

const insertAll = async (collection: Collection): Promise<number> => {
  const batches = Array.from({ length: documents / batch }, (_, at) =>
    Array.from({ length: batch }, (_, i) => contact(at * batch + i)),
  );
  const began = performance.now();
  for (const items of batches) await collection.insertMany(items);
  return documents / ((performance.now() - began) / 1000);
};

const findByEmail = async (
  collection: Collection,
  times: number,
): Promise<{ perSecond: number; median: number }> => {
  const taken: number[] = [];
  const began = performance.now();
  for (let i = 0; i < times; i++) {
    const at = performance.now();
    const found = await collection.findOne({ email: `person${(i * 7919) % documents}@example.com` });
    if (!found) throw new Error('a document is missing');
    taken.push(performance.now() - at);
  }
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: times / seconds, median: taken.sort((a, b) => a - b)[times >> 1]! };
};

/** What the CRM's list asks: filtered, sorted, 50 of many, and a count, by 50 clients at once. */
const lists = async (collection: Collection): Promise<number> => {
  const taken: number[] = [];
  const client = async (seed: number) => {
    for (let i = 0; i < 10; i++) {
      const at = performance.now();
      const filter = { status: ['new', 'qualified', 'won', 'lost'][(seed + i) % 4]! };
      await Promise.all([
        collection.find(filter).sort({ createdAt: -1, _id: -1 }).limit(50).toArray(),
        collection.countDocuments(filter, { limit: 10_000 }),
      ]);
      taken.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, seed) => client(seed)));
  return taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.95)]!;
};

const folder = await mkdtemp(join(tmpdir(), 'embedded-mongo-bench-'));
try {
  const file = join(folder, 'data');
  let server = await start(file);
  let client = await new MongoClient(server.url, { maxPoolSize: 50 }).connect();
  let collection = client.db('bench').collection('contacts');
  await collection.createIndex({ email: 1 }, { unique: true });
  const inserted = await insertAll(collection);
  report(`inserts in batches of ${batch}, one more index`, inserted, '/s', '≥ 20000 /s', inserted >= 20_000);
  await collection.createIndex({ status: 1, createdAt: -1, _id: -1 });
  await client.close();
  await stop(server.process);

  server = await start(file);
  report(`start with ${documents} documents`, server.seconds, 's', '< 0.3 s', server.seconds < 0.3);
  client = await new MongoClient(server.url, { maxPoolSize: 1 }).connect();
  collection = client.db('bench').collection('contacts');
  await findByEmail(collection, 2000);
  const { perSecond, median } = await findByEmail(collection, 10_000);
  report('indexed find by equality, one connection', perSecond, '/s', '≥ 3000 /s', perSecond >= 3000);
  report('  its median', median, 'ms', '', true);
  await client.close();

  client = await new MongoClient(server.url, { maxPoolSize: 50 }).connect();
  collection = client.db('bench').collection('contacts');
  const p95 = await lists(collection);
  report('sorted list of 50 and a count, 50 clients, p95', p95, 'ms', '< 100 ms', p95 < 100);
  let size = 0;
  for await (const doc of collection.find()) size += BSON.calculateObjectSize(doc);
  const memory = resident(server.process);
  if (memory === undefined) console.warn('memory was not measured: only Linux tells it');
  else
    report(
      `memory of its own for ${(size / 1e6).toFixed(0)} MB of BSON`,
      memory / size,
      '× BSON',
      '≤ 4 ×',
      memory <= 4 * size,
    );
  await client.close();
  await stop(server.process);

  server = await start(join(folder, 'with-oplog'), '--oplog', '64');
  client = await new MongoClient(server.url, { maxPoolSize: 50 }).connect();
  collection = client.db('bench').collection('contacts');
  await collection.createIndex({ email: 1 }, { unique: true });
  report('  the inserts with an oplog', await insertAll(collection), '/s', '', true);
  await client.close();
  await stop(server.process);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.table(results);
if (results.some(({ kept }) => !kept)) process.exitCode = 1;
