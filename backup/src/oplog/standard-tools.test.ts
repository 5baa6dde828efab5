import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { picture } from '../../test/moment.ts';
import { startMongo } from '../../test/mongo.ts';
import { mongoTools } from '../../test/mongo-tools.ts';
import { run } from '../../test/processes.ts';
import { Writer } from '../../test/writers.ts';
import { createBackup } from '../create.ts';
import { differences } from '../differences.ts';
import { fileStore } from '../stores/file.ts';
import { isAfter } from './instant.ts';
import { Shipper } from './ship.ts';
import { listSlices, readSlice } from './slice.ts';

const scope = { project: 'crm', environment: 'production' };

test('mongorestore makes the changes of our slices again, up to the same moment', {
  timeout: 120_000,
}, async ({ skip }) => {
  const tools = await mongoTools();
  if ('reason' in tools) return skip(tools.reason);
  const folder = await mkdtemp(join(tmpdir(), 'backup-oplog-tools-'));
  const [server, target] = [await startMongo({ oplog: 64 }), await startMongo()];
  const [client, restored] = [new MongoClient(server.url), new MongoClient(target.url)];
  try {
    const store = fileStore(folder);
    const source = { url: server.urlOf('crm') };
    const shipper = new Shipper({ store, scope, source, recipients: null });
    const writer = new Writer(client, 'crm', 5);
    const work = async (changes: number) => {
      for (let each = 0; each < changes; each++) await writer.write();
    };
    await work(50);
    await shipper.ship();
    await work(20);
    const backup = await createBackup({ store, scope, source, recipients: null, verify: false });
    const { consistency } = backup;
    if (consistency.kind !== 'snapshot') throw new Error(consistency.reason);
    await work(60);
    await shipper.ship();
    await work(40);
    const moment = await picture(client, 'crm');
    await work(30);
    await shipper.ship();
    await shipper.close();

    const into = ['--uri', target.url];
    await run(tools.mongorestore, [...into, '--gzip', `--archive=${join(folder, backup.data.key)}`]);
    const empty = await mkdtemp(join(folder, 'empty-'));
    const limit = ['--oplogLimit', `${moment.at.t}:${moment.at.i + 1}`];
    for (const listed of await listSlices(store, scope)) {
      const { data } = await readSlice(store, scope, listed);
      if (data === null || !isAfter(listed.upTo, consistency.at)) continue;
      const file = join(folder, 'oplog.bson');
      await writeFile(file, gunzipSync(await readFile(join(folder, data.key))));
      await run(tools.mongorestore, [...into, '--oplogReplay', '--oplogFile', file, ...limit, empty]);
    }
    expect(differences(moment.records, (await picture(restored, 'crm')).records)).toEqual([]);
  } finally {
    await client.close();
    await restored.close();
    await server.close();
    await target.close();
    await rm(folder, { recursive: true });
  }
});
