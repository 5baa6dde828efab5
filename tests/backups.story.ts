import { MongoClient } from 'mongodb';
import { afterEach, expect, test } from 'vitest';
import { underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const leads = full ? 50_000 : 5_000;

let project: Project | undefined;
afterEach(() => project?.close());

test('the CRM is backed up under load, its database destroyed, and brought back with one command', async () => {
  const crm = await Project.crm();
  project = crm;
  await crm.change(['deploy']);
  const client = await new MongoClient(crm.storeUrl('mongodb')).connect();
  try {
    const collection = client.db().collection('imported');
    await collection.insertMany(
      Array.from({ length: leads }, (_, number) => ({ number, name: `Lead ${number}` })),
    );
    const ask = async (...args: string[]) => {
      const said = await crm.run([...args, '--json']);
      expect(said.code, said.stderr).toBe(0);
      return JSON.parse(said.stdout.trim().split('\n').at(-1)!);
    };

    const seen = await underLoad(crm.url, { kinds: ['path=/+/api/v1/health/simple'] }, async () => {
      const made = await ask('backup', 'create');
      expect(made).toMatchObject({ verification: { state: 'verified' }, consistency: { kind: 'snapshot' } });
      const drill = await ask('backup', 'drill');
      expect(drill.id).toBe(made.id);
      const before = (await client.db().listCollections().toArray()).map(({ name }) => name).sort();

      await client.db().dropDatabase();
      const began = performance.now();
      const restored = await ask('restore', '--yes');
      const rto = (performance.now() - began) / 1000;
      expect(restored.id).toBe(made.id);
      expect((await client.db().listCollections().toArray()).map(({ name }) => name).sort()).toEqual(before);
      expect(await collection.countDocuments()).toBe(leads);
      console.log(
        `${made.documents} documents: drill RTO ${drill.rtoSeconds} s, RPO ${drill.rpoSeconds} s; brought back in ${rto.toFixed(1)} s, command and all`,
      );
    });
    expect(seen.failures).toEqual([]);
    const health = (await (await fetch(`${crm.url}/api/v1/health`)).json()) as { status: string };
    expect(health.status).toBe('healthy');
  } finally {
    await client.close();
  }
});
