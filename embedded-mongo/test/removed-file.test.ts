import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { expect, onTestFinished, test } from 'vitest';
import { ended, spawnServer, temporaryFolder } from './server.ts';

async function open() {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  const file = join(path, 'data');
  const { child, url } = await spawnServer(file);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended(child);
  });
  const client = await new MongoClient(url, { retryWrites: false }).connect();
  onTestFinished(() => client.close());
  const notes = client.db('d').collection<{ _id: number }>('notes');
  await notes.insertOne({ _id: 1 });
  return { file, client, notes };
}

test.each([
  ['the data file was removed', (file: string) => rmSync(file)],
  ['its log was removed', (file: string) => rmSync(`${file}-wal`)],
  [
    'the data file was replaced',
    (file: string) => {
      writeFileSync(`${file}-other`, '');
      renameSync(`${file}-other`, file);
    },
  ],
])('a write fails when %s under the server, in a transaction too, and reads go on', async (_what, remove) => {
  const { file, client, notes } = await open();
  remove(file);
  await expect(notes.insertOne({ _id: 2 })).rejects.toMatchObject({
    code: 1,
    message: expect.stringContaining('was removed or replaced while it was in use'),
  });
  await client.withSession(async (session) => {
    session.startTransaction();
    await expect(
      notes.insertOne({ _id: 3 }, { session }).then(() => session.commitTransaction()),
    ).rejects.toMatchObject({ code: 1 });
  });
  expect(await notes.find().toArray()).toEqual([{ _id: 1 }]);
});
