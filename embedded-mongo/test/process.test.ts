import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedMongo } from '../src/index.ts';
import { ended, main, spawnServer, temporaryFolder } from './server.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const run = (...flags: string[]) =>
  promisify(execFile)(process.execPath, [main, ...flags]).then(
    () => ({ code: 0, stderr: '' }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );

test('what was acknowledged survives kill -9, and nothing needs cleaning', async () => {
  const file = join(folder.path, 'data');
  let acknowledged = 0;
  for (let round = 0; round < 3; round++) {
    const { child, url } = await spawnServer(file);
    const client = await new MongoClient(url, {
      retryWrites: false,
      serverSelectionTimeoutMS: 1000,
    }).connect();
    const collection = client.db('d').collection<{ _id: number }>('c');
    expect(await collection.countDocuments()).toBeGreaterThanOrEqual(acknowledged);
    acknowledged = await collection.countDocuments();
    let sent = acknowledged;
    const writer = (async () => {
      for (;;) {
        const { insertedId } = await collection.insertOne({ _id: sent++ });
        acknowledged = insertedId + 1;
        if (acknowledged === (round + 1) * 200) child.kill('SIGKILL');
      }
    })();
    await expect(writer).rejects.toThrow();
    await ended(child);
    await client.close();
  }
  const server = await startEmbeddedMongo({ data: file, port: 0 });
  const client = await new MongoClient(server.url).connect();
  const ids = (await client.db('d').collection('c').find().sort({ _id: 1 }).toArray()).map(({ _id }) =>
    Number(_id),
  );
  expect(ids.length).toBeGreaterThanOrEqual(acknowledged);
  expect(ids).toEqual(ids.map((_, i) => i));
  expect(await client.db('d').collection('c').estimatedDocumentCount()).toBe(ids.length);
  await client.close();
  await server.close();
}, 60_000);

test('several processes are clients at once', async () => {
  const server = await startEmbeddedMongo({ data: join(folder.path, 'data'), port: 0 });
  const script = `import { MongoClient } from 'mongodb';
    const client = await new MongoClient(process.argv[1]).connect();
    for (let i = 0; i < 100; i++) await client.db('d').collection('c').updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true });
    await client.close();`;
  const clients = Array.from({ length: 3 }, () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, server.url], {
      cwd: import.meta.dirname,
    }),
  );
  await Promise.all(clients);
  const client = await new MongoClient(server.url).connect();
  expect(await client.db('d').collection('c').findOne()).toEqual({ _id: 1, n: 300 });
  await client.close();
  await server.close();
}, 60_000);

test('SIGTERM ends it cleanly', async () => {
  const { child, url } = await spawnServer(join(folder.path, 'data'));
  const client = await new MongoClient(url).connect();
  await client.db('d').collection('c').insertOne({});
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  await client.close();
});

test('a file that another process has, a port that is taken and a file of something else are refused', async () => {
  const file = join(folder.path, 'data');
  const { child } = await spawnServer(file);
  expect(await run('--data', file, '--port', '0')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('in use by another process'),
  });
  await expect(startEmbeddedMongo({ data: file, port: 0 })).rejects.toMatchObject({
    code: 'DATA_FILE_IN_USE',
  });
  child.kill('SIGTERM');
  await ended(child);
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  expect(await run('--data', file, '--port', String(port))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`port ${port} on 127.0.0.1 is taken`),
  });
  holder.close();
  writeFileSync(join(folder.path, 'text'), 'not a database, but long enough to be looked at'.repeat(50));
  expect(await run('--data', join(folder.path, 'text'), '--port', '0')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot open the data file'),
  });
}, 60_000);

test.each([
  [['--port', '0'], '--data is missing'],
  [['--data', 'x', '--port', 'abc'], '--port must be a number'],
  [['--nonsense'], 'nonsense'],
])('flags %j are refused with the usage', async (flags, message) => {
  const { code, stderr } = await run(...flags);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain('usage:');
});
