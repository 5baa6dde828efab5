import { join } from 'node:path';
import { startEmbeddedMongo } from 'embedded-mongo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiskKind, SmallDisk } from '../../tests/setup/small-disk.ts';
import { allIndexes } from '../src/indexes.ts';
import { createIndexes } from '../src/mongo/indexes.ts';
import { type Answer, openApp } from './app.ts';
import type { TestCrm } from './crm.ts';
import { eventually } from './eventually.ts';
import { firstAdmin, type Person } from './person.ts';
import { startRedis } from './redis.ts';

describe.each<DiskKind>(['tmpfs', 'ext4'])('the API, with both stores on a full %s', (kind) => {
  const missing = SmallDisk.missing(kind);
  const test = (name: string, body: () => Promise<void>) =>
    it.skipIf(missing !== null)(missing === null ? name : `${name} (${missing})`, body, 120_000);
  const closing: (() => unknown)[] = [];
  let disk: SmallDisk;
  let crm: TestCrm;
  let admin: Person;
  let lead: Answer['body'];
  /** Every address that may be read, with the records of this test. */
  let reads: string[];

  beforeAll(async () => {
    if (missing !== null) return;
    disk = SmallDisk.make(kind, 64);
    closing.push(() => disk.remove());
    const mongo = await startEmbeddedMongo({ data: join(disk.path, 'data'), port: 0 });
    closing.push(() => mongo.close());
    const redis = await startRedis(undefined, { on: disk.path });
    closing.push(() => redis.stop());
    const stores = { MONGO_URL: mongo.url, REDIS_URL: redis.url };
    crm = { ...(await openApp({ ...stores, RATE_LIMIT: '1000000' })), stores };
    closing.push(() => crm.close());
    await createIndexes(crm.services.mongo.db, ...allIndexes);
    admin = await firstAdmin(crm);
    for (let n = 0; n < 60; n++)
      ({ body: lead } = await admin.call('POST', '/leads', {
        name: `Maria ${n}`,
        email: `maria${n}@example.com`,
      }));
    expect(lead.id).toEqual(expect.any(String));
    const { body: deal } = await admin.call('POST', '/deals', { title: 'A deal' });
    const { body } = await crm.call('GET', '/openapi.json');
    const ids: Record<string, string> = { leads: lead.id, deals: deal.id };
    reads = Object.entries<Record<string, unknown>>(body.paths)
      .filter(([, methods]) => 'get' in methods)
      .map(([path]) => path.replace(/\/(leads|deals)\/\{id\}/, (_all, noun) => `/${noun}/${ids[noun]}`))
      .concat(
        '/api/v1/search?q=maria',
        `/api/v1/timeline?link=lead:${lead.id}`,
        '/api/v1/leads?q=maria&sort=-createdAt',
      )
      .filter((path) => !path.includes('{') && !path.includes('/health'));
  });
  afterAll(async () => {
    disk?.makeRoom();
    for (const close of closing.reverse()) await close();
  });

  const read = async () => {
    const seen = new Map<string, unknown>();
    for (const path of reads) {
      const { status, body } = await admin.call('GET', path);
      seen.set(path, status >= 500 ? [status, body] : status);
    }
    return seen;
  };
  const ready = () => crm.call('GET', '/health/ready', undefined, { authorization: '' });
  /** Until both stores refuse: what they have reserved is used up. */
  const fillUp = async () => {
    disk.fill();
    await eventually(
      'both stores to refuse writes',
      async () => {
        await crm.services.redis.set('conductor:filler', 'x'.repeat(10_000)).catch(() => {});
        await crm.services.mongo.db
          .collection('fillers')
          .insertOne({ text: 'x'.repeat(100_000) })
          .catch(() => {});
        const { body } = await ready();
        return Object.values(body.services).every((word) => word !== 'healthy');
      },
      30_000,
    );
  };

  test('reads on, refuses writes in clear words, is not ready, and goes on by itself when there is room', async () => {
    const before = await read();
    expect([...before.values()].filter((status) => status === 200).length).toBeGreaterThan(20);
    expect(await ready()).toMatchObject({ status: 200 });

    // Last used some hours ago: its next use is written down.
    const usedAt = new Date(Date.now() - 4 * 3_600_000);
    await crm.services.mongo.db.collection('sessions').updateMany({}, { $set: { usedAt } });
    await fillUp();
    crm.services.authenticator.forget();
    expect(await read()).toEqual(before);
    for (const [method, path, body, headers] of [
      ['POST', '/leads', { name: 'Not saved', email: 'a@example.com' }, {}],
      ['POST', '/leads', { name: 'Not saved', email: 'b@example.com' }, { 'idempotency-key': 'once' }],
      ['PATCH', `/leads/${lead.id}`, { name: 'Not changed' }, { 'if-match': '1' }],
    ] as const) {
      const began = performance.now();
      const answer = await admin.call(method, path, body, headers);
      expect([method, answer.status, answer.body.code, answer.body.title]).toEqual([
        method,
        503,
        'not-writable',
        'Nothing can be saved at the moment',
      ]);
      expect(performance.now() - began).toBeLessThan(3_000);
    }
    expect(await ready()).toMatchObject({
      status: 503,
      body: {
        services: { mongodb: 'unhealthy: writes refused', redis: 'unhealthy: writes refused' },
      },
    });

    disk.makeRoom();
    await eventually('ready to say so', async () => (await ready()).status === 200);
    expect(await admin.call('POST', '/leads', { name: 'Saved again', email: 'c@example.com' })).toMatchObject(
      { status: 201 },
    );
    expect(await read()).toEqual(before);
  });
});
