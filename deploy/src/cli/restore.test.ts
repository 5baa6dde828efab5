import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';

let server: Awaited<ReturnType<typeof startEmbeddedMongo>>;
let data: string;
let client: MongoClient;
let project: TestProject;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'conductor-restore-cli-'));
  server = await startEmbeddedMongo({ data: join(data, 'db'), port: 0 });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

const at = (database: string) => server.url.replace('/?', `/${database}?`);
const fill = (db: string, collection: string, count: number) =>
  client
    .db(db)
    .collection(collection)
    .insertMany(Array.from({ length: count }, (_, number) => ({ number })));
const counts = async (db: string) => {
  const names = (await client.db(db).listCollections().toArray()).map(({ name }) => name).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await client.db(db).collection(name).countDocuments()]),
    ),
  );
};
const databases = async () => (await client.db().admin().listDatabases()).databases.map(({ name }) => name);

beforeEach(async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
  vi.stubEnv('DATABASE', at('crm'));
  vi.stubEnv('SCRATCH', server.url);
  project = await TestProject.create();
  const backups =
    "store: 'file:backups', source: { kind: 'secret', name: 'DATABASE' }, scratch: { kind: 'secret', name: 'SCRATCH' }";
  await project.describe('good', {}, `backups: { ${backups} }`);
  await project.run('secrets recipients init --name ana');
  await fill('crm', 'leads', 50);
  await fill('crm', 'deals', 20);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const name of await databases())
    if (!['admin', 'config', 'local'].includes(name)) await client.db(name).dropDatabase();
  await project.remove();
});

const ok = async (line: string) => {
  const result = await project.run(`${line} --json`);
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(result.stdout);
};
const fails = async (line: string, code: number, says: string) => {
  const result = await project.run(line);
  expect(result.code, result.stderr).toBe(code);
  expect(result.stderr).toContain(says);
};

it('shows what it would do before it asks, what is lost first', async () => {
  await ok('backup create');
  await client
    .db('crm')
    .collection('leads')
    .deleteMany({ number: { $lt: 10 } });
  await client.db('crm').collection('deals').drop();
  await fill('crm', 'later', 3);
  const { stderr, code } = await project.run('restore', { ask: async () => 'no' });
  expect(code).toBe(2);
  const plan = stderr.split('\n').filter((line) => line.startsWith('  crm.'));
  expect(plan.map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['crm.later', 'REMOVED', '3 documents are there'],
    ['crm.leads', 'REPLACED', '50 documents, where 40 are'],
    ['crm.deals', 'made', '20 documents'],
  ]);
  expect(stderr).toMatch(/Into crm on embedded-mongo .* at 127\.0\.0\.1:\d+:/);
  expect(await counts('crm')).toEqual({ later: 3, leads: 40 });
});

it('goes into the server and database that --to names, with a backup of what is there', async () => {
  await ok('backup create');
  await fill('prod', 'leads', 7);
  await fill('prod', 'mine', 5);
  vi.stubEnv('ELSEWHERE', at('prod'));
  const { before, restored, removed, databases: into } = await ok('restore --to ELSEWHERE --yes');
  expect([into, restored.toSorted(), removed]).toEqual([
    ['prod'],
    ['prod.deals', 'prod.leads'],
    ['prod.mine'],
  ]);
  expect(await counts('prod')).toEqual({ deals: 20, leads: 50 });
  // What was there can be brought back as exactly.
  await ok(`restore ${before} --to ELSEWHERE --yes --without-backup`);
  expect(await counts('prod')).toEqual({ leads: 7, mine: 5 });
  expect(await counts('crm')).toEqual({ deals: 20, leads: 50 });
});

it('restores beside what is live, and says what differs', async () => {
  await ok('backup create');
  await client
    .db('crm')
    .collection('leads')
    .updateOne({ number: 7 }, { $set: { number: 700 } });
  await client.db('crm').collection('leads').insertOne({ number: 50 });
  const first = await project.run('restore --beside');
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    [expect.stringContaining('Restored 2 collections')],
    ['collection', 'in the backup', 'live now'],
    ['crm.deals', '20', '20', 'the same'],
    ['crm.leads', '50', '51', 'differs'],
    [''],
  ]);
  const beside = (await databases()).find((name) => /^crm_\d{8}t\d{6}z$/.test(name));
  expect(first.stderr).toContain(`What was restored is in ${beside}`);
  expect(await counts(beside!)).toEqual({ deals: 20, leads: 50 });
  expect((await counts('crm')).leads).toBe(51);
  const second = await ok('restore --beside --only crm.leads');
  expect(second.databases).toEqual([`${beside}_2`]);
  expect(second.compared).toMatchObject([{ other: 'crm.leads', documents: { one: 50, other: 51 } }]);
});

it('restores an archive of mongodump from a file and from standard input', async () => {
  await ok('backup create');
  const file = join(project.folder, 'theirs.gz');
  await ok(`backup download --decrypt --to ${file}`);
  const sealed = join(project.folder, 'theirs.age');
  await ok(`backup download --to ${sealed}`);
  for (const from of [file, sealed]) {
    await client.db('crm').dropDatabase();
    expect(await ok(`restore ${from} --yes`)).toMatchObject({
      id: null,
      restored: ['crm.deals', 'crm.leads'],
      before: null,
    });
    expect(await counts('crm')).toEqual({ deals: 20, leads: 50 });
  }
  await client.db('crm').collection('leads').deleteMany({});
  const bytes = await readFile(file);
  const piped = (line: string, input: Buffer) => project.run(line, { input: Readable.from([input]) });
  expect((await piped('restore -', bytes)).stderr).toContain('Say --yes if you mean it.');
  const { code, stderr } = await piped('restore - --yes', bytes);
  expect(code, stderr).toBe(0);
  expect(await counts('crm')).toEqual({ deals: 20, leads: 50 });
  // One that was cut changes nothing.
  await client.db('crm').collection('leads').deleteMany({});
  expect((await piped('restore - --yes', bytes.subarray(0, -30))).stderr).toContain('damaged');
  expect(await counts('crm')).toEqual({ deals: 20, leads: 0 });
});

it('says what is wrong with a file or a server, and changes nothing', async () => {
  await ok('backup create');
  const { backups: before } = await ok('backup list');
  await mkdir(join(project.folder, 'dump'));
  await mkdir(join(project.folder, 'latest'));
  await fails('restore ./dump --yes', 2, 'is a folder');
  expect((await ok('restore --yes --without-backup')).id).toBe(before[0].id);
  vi.stubEnv('ELSEWHERE', 'mongodb://user:hunter2@127.0.0.1:1/crm?serverSelectionTimeoutMS=200');
  const away = await project.run('restore --to ELSEWHERE --yes');
  expect([away.code, away.stderr]).toEqual([3, expect.stringContaining('127.0.0.1:1 does not answer')]);
  expect(away.stderr).not.toContain('hunter2');
  vi.stubEnv('ELSEWHERE', 'crm-hunter2');
  const none = await project.run('restore --to ELSEWHERE --yes');
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no connection string')]);
  expect(none.stderr).not.toContain('hunter2');
  // What is refused is refused before the backup that a restore begins with.
  await fails('restore --only crm.leads --rename crm.leads=crm.deals --yes', 3, 'crm.deals is there already');
  expect((await ok('backup list')).backups).toHaveLength(before.length);
});

it('says of a word that cannot be meant what is wrong with it, and changes nothing', async () => {
  await ok('backup create');
  const before = await databases();
  await writeFile(join(project.folder, 'notes.txt'), 'no archive');
  await fails('restore --only crm.leads,crm.deels --yes', 2, 'nothing called crm.deels');
  await fails('restore --only crm.leads --rename crm.leads=rescue --yes', 2, 'crm.leads=DATABASE.COLLECTION');
  await fails('restore --rename crm.leads=x.a,crm.deals=x.a --yes', 2, 'would both become x.a');
  await fails('restore --rename crm.leads=x.a,crm.leads=x.b --yes', 2, 'crm.leads cannot be renamed twice');
  await fails('restore --only crm.leads --rename crm.leads=crm.deals --yes', 3, 'crm.deals is there already');
  await fails('restore --beside --rename crm=x', 2, '--rename does not go with it');
  await fails('restore --drill --only crm.leads', 2, '--only and --rename do not go with it');
  await fails('restore ./notes.txt --yes', 2, 'no archive of mongodump');
  await fails('restore ./nothing.gz --yes', 2, 'There is no file');
  expect(await databases()).toEqual(before);
  expect(await counts('crm')).toEqual({ deals: 20, leads: 50 });
});
