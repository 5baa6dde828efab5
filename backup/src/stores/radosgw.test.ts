import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMongo, type TestServer } from '../../test/mongo.ts';
import { type Radosgw, startRadosgw, whyNoRadosgw } from '../../test/radosgw.ts';
import { storeContract } from '../../test/store-contract.ts';
import { generateKeyPair } from '../encryption/keys.ts';
import { findLeftovers, listBackups } from '../list.ts';
import { restoreBackup } from '../restore.ts';
import { runBackup } from '../run.ts';
import { s3Store } from './s3.ts';

const reason = whyNoRadosgw();

if (reason !== undefined) {
  test("Ceph's radosgw keeps the promises of a store", ({ skip }) => skip(reason));
} else {
  describe('on an S3 that nobody here wrote', () => {
    let gateway: Radosgw;
    let server: TestServer;
    let client: MongoClient;
    beforeAll(async () => {
      [gateway, server] = await Promise.all([startRadosgw(), startMongo()]);
      client = await new MongoClient(server.url).connect();
    });
    afterAll(async () => {
      await client?.close();
      await Promise.all([gateway?.close(), server?.close()]);
    });

    storeContract("Ceph's radosgw", async () => {
      const store = s3Store(gateway.settings);
      return { store, close: async () => store.close() };
    });

    test('a night is good, leaves nothing behind, and brings a destroyed database back', async () => {
      const store = s3Store(gateway.settings);
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
      await restoreBackup({
        store,
        scope,
        id: report.backup!.id,
        url: server.url,
        identities: [team.identity],
      });
      expect(await leads.countDocuments()).toBe(2_000);
      store.close();
    });
  });
}
