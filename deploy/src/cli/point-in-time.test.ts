import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';

let server: Awaited<ReturnType<typeof startEmbeddedMongo>>;
let client: MongoClient;
let project: TestProject;

beforeAll(async () => {
  server = await startEmbeddedMongo({ data: ':memory:', port: 0, oplog: 16 });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});

const leads = () => client.db('crm').collection<{ _id: number }>('leads');
const backups =
  "store: 'file:backups', source: { kind: 'secret', name: 'DATABASE' }, scratch: { kind: 'secret', name: 'SCRATCH' }";

beforeEach(async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
  vi.stubEnv('DATABASE', server.url.replace('/?', '/crm?'));
  vi.stubEnv('SCRATCH', server.url);
  project = await TestProject.create();
  await project.describe('good', {}, `backups: { ${backups} }`);
  await project.run('secrets recipients init --name ana');
  await client.db('crm').dropDatabase();
  await leads().insertMany(Array.from({ length: 50 }, (_, number) => ({ _id: number })));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

const ok = async (line: string) => {
  const result = await project.run(`${line} --json`);
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(result.stdout);
};

/** The next whole second: what is done before is older, what is done after is not. */
async function nextSecond(): Promise<string> {
  const next = (Math.floor(Date.now() / 1_000) + 1) * 1_000;
  // A timer may end a millisecond before its time.
  while (Date.now() < next) await sleep(next - Date.now());
  return new Date(next).toISOString().replace('.000Z', 'Z');
}

it('brings the database back as it was just before somebody emptied it', async () => {
  expect(await ok('backup ship')).toMatchObject({ entries: 0, gap: null });
  const made = await ok('backup create');
  await leads().updateOne({ _id: 1 }, { $set: { name: 'Ana' } });
  await leads().insertOne({ _id: 100 });
  const before = await nextSecond();
  await leads().deleteMany({});
  await nextSecond();
  await leads().insertOne({ _id: 200 });
  expect((await ok('backup ship')).entries).toBeGreaterThan(3);

  const { pointInTime } = await ok('backup list');
  expect(pointInTime).toHaveLength(1);
  expect(pointInTime[0].from <= before && before <= pointInTime[0].to).toBe(true);
  expect((await project.run('backup list')).stdout).toContain('Any time from');

  const beside = await ok(`restore --at ${before} --beside`);
  expect(beside).toMatchObject({ id: made.id, changes: 2, before: null });
  const [database] = beside.databases;
  expect(database).toBe(`crm_${before.replace(/[-:]/g, '').toLowerCase()}`);
  expect(await client.db(database).collection('leads').countDocuments()).toBe(51);
  expect(await leads().countDocuments()).toBe(1);
  await client.db(database).dropDatabase();

  const said = await project.run(`restore --at ${before} --yes`);
  expect(said.code, said.stderr).toBe(0);
  expect(said.stderr).toContain('and then all that changed before');
  expect(said.stdout).toContain('2 changes since the backup were made again.');
  expect(await leads().countDocuments()).toBe(51);
  expect(await leads().findOne({ _id: 1 })).toMatchObject({ name: 'Ana' });
}, 60_000);

it('brings back as much as there is', async () => {
  await ok('backup ship');
  await ok('backup create');
  await leads().insertOne({ _id: 100 });
  await ok('backup ship');
  await leads().deleteMany({});
  const restored = await ok('restore --at latest --beside');
  const [database] = restored.databases;
  expect(database).toMatch(/^crm_\d{8}t\d{6}z$/);
  expect(await client.db(database).collection('leads').countDocuments()).toBe(51);
  await client.db(database).dropDatabase();
}, 60_000);

it('says to which times it can be brought back, where another is asked for', async () => {
  const none = await project.run('restore --at 2026-01-01T00:00Z --yes');
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('can only be restored to one of these');
  await ok('backup ship');
  await ok('backup create');
  await leads().insertOne({ _id: 100 });
  await ok('backup ship');
  const gap = await project.run('restore --at 2026-01-01T00:00Z --yes');
  expect(gap.code).toBe(2);
  expect(gap.stderr).toMatch(
    /cannot be restored to 2026-01-01T00:00:00Z: the changes that are kept lead from 20/,
  );
  const nonsense = await project.run('restore --at yesterday --yes');
  expect(nonsense.code).toBe(2);
  expect(nonsense.stderr).toContain('"yesterday" is not a point in time');
  const both = await project.run('restore latest --at 2026-01-01T00:00Z --yes');
  expect(both.code).toBe(2);
  expect(await leads().countDocuments()).toBe(51);
}, 60_000);

it('proves the changes by a drill, which measures what would be lost', async () => {
  await ok('backup ship');
  const first = await ok('backup create');
  await leads().deleteMany({ _id: { $lt: 10 } });
  await ok('backup ship');
  const second = await ok('backup create');
  await leads().insertOne({ _id: 300 });
  await ok('backup ship');
  const drill = await ok('backup drill');
  expect(drill).toMatchObject({ id: second.id, changes: { from: first.id, to: second.id, changes: 10 } });
  expect(drill.rpoSeconds).toBeLessThan(60);
}, 60_000);

it('says of a server without a list of changes that it has none', async () => {
  const plain = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  try {
    vi.stubEnv('DATABASE', plain.url.replace('/?', '/crm?'));
    const result = await project.run('backup ship');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('it keeps no list of changes');
  } finally {
    await plain.close();
  }
});
