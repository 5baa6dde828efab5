import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterEach, expect, test, vi } from 'vitest';
import { openQueues } from '../backend/src/queue/queues.ts';
import { underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const leads = full ? 50_000 : 5_000;

let project: Project | undefined;
afterEach(() => project?.close());

/** Has the deployed schedule's next look at the backups happen now instead of at the next quarter of an hour. */
async function lookNow(crm: Project): Promise<void> {
  const redis = new Redis(crm.storeUrl('redis'), { maxRetriesPerRequest: null });
  const queues = openQueues(redis);
  try {
    const queue = await queues.get('backups');
    const [next] = await vi.waitFor(async () => {
      const delayed = await queue.getDelayed();
      expect(delayed).toHaveLength(1);
      return delayed;
    });
    await next!.promote();
    await vi.waitFor(
      async () => {
        const job = await queue.getJob(next!.id!);
        expect(job?.failedReason).toBeFalsy();
        expect(job?.finishedOn).toBeDefined();
      },
      { timeout: 120_000, interval: 100 },
    );
  } finally {
    await queues.close();
    redis.disconnect();
  }
}

test('the CRM is backed up by its schedule under load, its database destroyed, and brought back with one command', async () => {
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
      await lookNow(crm);
      // The quarter of an hour may have come just then: in that case the other look makes it.
      const { backups } = await vi.waitFor(
        async () => {
          const listed = await ask('backup', 'list');
          expect(listed.backups).toHaveLength(1);
          return listed;
        },
        { timeout: 60_000, interval: 500 },
      );
      expect(backups[0]).toMatchObject({
        purpose: 'scheduled',
        verification: { state: 'verified' },
        consistency: { kind: 'snapshot' },
      });
      const [made] = backups;
      const drill = await ask('backup', 'drill');
      expect(drill.id).toBe(made.id);
      expect(drill.rtoSeconds).toBeGreaterThan(0);
      expect(drill.rpoSeconds).toBeGreaterThan(0);
      expect(made.documents).toBeGreaterThanOrEqual(leads);
      const before = (await client.db().listCollections().toArray()).map(({ name }) => name).sort();
      expect(before).toContain('imported');

      // What is written after the backup is what is lost: the RPO.
      await collection.insertMany([{ name: 'Too late' }, { name: 'Later still' }]);
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
    const health = await (await fetch(`${crm.url}/api/v1/health`)).json();
    expect(health).toMatchObject({
      status: 'healthy',
      backups: { state: 'good', verified: 1, problem: null },
    });
    expect(await ask('status')).toMatchObject({ state: 'live', backup: { state: 'good' } });
  } finally {
    await client.close();
  }
});
