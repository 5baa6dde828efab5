import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateKeyPair } from '../src/encryption/keys.ts';
import { findLeftovers, listBackups } from '../src/list.ts';
import { restoreBackup } from '../src/restore.ts';
import { runBackup } from '../src/run.ts';
import { type S3Settings, s3Store } from '../src/stores/s3.ts';
import { startMongo, type TestServer } from './mongo.ts';

/** A whole night, and a destroyed database brought back, in the bucket that `settings` names once the tests run. */
export function nightInBucket(settings: () => S3Settings): void {
  let server: TestServer;
  let client: MongoClient;
  beforeAll(async () => {
    server = await startMongo();
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
  });

  test('a night is good, leaves nothing behind, and brings a destroyed database back', async () => {
    const store = s3Store(settings());
    const scope = { project: 'crm', environment: 'production' };
    const team = await generateKeyPair();
    const leads = client.db('crm').collection('leads');
    await leads.insertMany(
      Array.from({ length: 2_000 }, (_, number) => ({ number, text: `lead ${number}` })),
    );
    const report = await runBackup({
      store,
      scope,
      source: { url: server.urlOf('crm') },
      recipients: [team.recipient],
      verify: { url: server.url },
    });
    expect(report).toMatchObject({ outcome: 'good', alarms: [] });
    expect(await findLeftovers(store, scope)).toEqual([]);
    expect((await listBackups(store, scope)).backups).toHaveLength(1);
    await client.db('crm').dropDatabase();
    const { id } = report.backup!;
    await restoreBackup({ store, scope, id, url: server.url, identities: [team.identity] });
    expect(await leads.countDocuments()).toBe(2_000);
    store.close();
  });
}
