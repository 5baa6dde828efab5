import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, openStore, statedRecipients } from 'conductor-backup';
import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { fileLedger } from '../ledger/file-ledger.ts';

let server: Awaited<ReturnType<typeof startEmbeddedMongo>>;
let data: string;
let client: MongoClient;
let project: TestProject;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'conductor-backup-cli-'));
  server = await startEmbeddedMongo({ data: join(data, 'db'), port: 0 });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

const leads = () => client.db('crm').collection('leads');
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
  await leads().insertMany(Array.from({ length: 50 }, (_, number) => ({ number })));
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

it('makes a proven, encrypted backup, lists it, and brings the data back', async () => {
  const made = await ok('backup create');
  expect(made).toMatchObject({
    verification: { state: 'verified' },
    documents: 50,
    collections: 1,
    project: 'shop',
  });
  expect(made.data.recipients).toHaveLength(1);
  const { backups: listed } = await ok('backup');
  expect(listed.map(({ id }: { id: string }) => id)).toEqual([made.id]);

  await leads().deleteMany({ number: { $lt: 20 } });
  const restored = await ok('restore --yes');
  expect(restored).toMatchObject({ id: made.id, restored: ['crm.leads'], removed: [] });
  expect(await leads().countDocuments()).toBe(50);
  // What was there before the restore is kept, and "latest" still means the good one.
  expect(restored.before).toEqual(expect.any(String));
  const drills = async () =>
    (await fileLedger(join(project.folder, '.conductor', 'test'), 'test').history()).drilledAt;
  expect(await drills()).toBeNull();
  expect((await ok('backup drill')).id).toBe(made.id);
  expect(Date.now() - Date.parse((await drills())!)).toBeLessThan(60_000);
  expect((await ok(`restore ${restored.before} --yes --without-backup`)).restored).toEqual(['crm.leads']);
  expect(await leads().countDocuments()).toBe(30);
});

/** What somebody elsewhere, who may be dead, leaves. */
async function holdElsewhere(patience: number): Promise<void> {
  const folder = join(project.folder, 'backups', 'shop');
  const [environment] = await readdir(folder);
  const file = join(folder, environment!, 'lease.json');
  const lease = JSON.parse(await readFile(file, 'utf8'));
  const elsewhere = { holder: 'elsewhere (7)', purpose: 'backup', process: null, released: false };
  await writeFile(file, JSON.stringify({ ...lease, ...elsewhere, patience }));
}

it('says at once whom it waits for, and goes on when they are dead', async () => {
  await ok('backup create');
  await holdElsewhere(500);
  const { code, stderr } = await project.run('backup prune');
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(
    /elsewhere \(7\) holds these backups since .* \(backup\)\. Watching whether it still lives: for 0\.5 s at the most, until \d\d:\d\d:\d\d\./,
  );
});

it('ends at once when it is interrupted while it waits for somebody', async () => {
  await ok('backup create');
  await holdElsewhere(120_000);
  const interrupt = new AbortController();
  const reason = { code: 'interrupted', message: 'Interrupted by SIGINT.', exit: exitCode.interrupted };
  setTimeout(() => interrupt.abort(new ConductorError(reason)), 300);
  const start = performance.now();
  const { code } = await project.run('backup prune', { interrupt: interrupt.signal });
  expect(code).toBe(130);
  expect(performance.now() - start).toBeLessThan(5_000);
});

it('brings a destroyed database back with one command, and says what it measured', async () => {
  await ok('backup create');
  await client.db('crm').dropDatabase();
  expect(await ok('restore --yes')).toMatchObject({ restored: ['crm.leads'], before: null });
  const drill = await project.run('restore --drill');
  expect(drill.stdout).toMatch(/RPO .* RTO /);
});

it('asks for the name of the database, and changes nothing without it', async () => {
  await ok('backup create');
  await leads().deleteMany({});
  const questions: string[] = [];
  const answer = (text: string) => async (question: string) => {
    questions.push(question);
    return text;
  };
  expect((await project.run('restore', { ask: answer('no') })).code).toBe(2);
  expect((await project.run('restore')).stderr).toContain('Say --yes if you mean it.');
  expect(await leads().countDocuments()).toBe(0);
  expect((await project.run('restore', { ask: answer('crm') })).code).toBe(0);
  expect(await leads().countDocuments()).toBe(50);
  expect(questions).toEqual(['Type crm to go on: ', 'Type crm to go on: ']);
});

it('restores elsewhere, in part and under another name', async () => {
  await ok('backup create');
  vi.stubEnv('ELSEWHERE', server.url);
  await ok('restore --to ELSEWHERE --only crm.leads --rename crm.leads=copy.people --yes');
  expect(await client.db('copy').collection('people').countDocuments()).toBe(50);
  await client.db('copy').dropDatabase();
});

it('does not count what lost more than half until somebody accepts that', async () => {
  const { id: whole } = await ok('backup create');
  await leads().deleteMany({ number: { $gte: 20 } });
  const create = await project.run('backup create');
  expect(create.stdout).toContain('only 20 documents of 50 before');
  const list = async () =>
    (await ok('backup list')).backups.map(({ id, counts }: { id: string; counts: boolean }) => [id, counts]);
  const [[half]] = (await list()).filter(([, counts]: [string, boolean]) => !counts);
  expect((await project.run('backup list')).stdout).toContain('does not count: it is suspicious');
  expect((await ok('backup drill')).id).toBe(whole);
  expect((await ok('backup accept')).id).toBe(half);
  expect((await list()).sort()).toEqual(
    [
      [half, true],
      [whole, true],
    ].sort(),
  );
  expect((await project.run('backup accept')).code).toBe(2);
});

it('signs with the key that the environment has, and then counts only what is signed', async () => {
  const [old, key] = ['the key of before, with 32 letters', 'the key of today, with 32 letters!'];
  const before = await ok('backup create');
  vi.stubEnv('BACKUP_SIGNING_KEY', old);
  expect((await project.run('backup list')).stdout).toContain('does not count: it is not signed');
  expect((await project.run('restore --yes')).code).toBe(2);
  const byId = await project.run(`restore ${before.id} --yes --without-backup`);
  expect([byId.code, byId.stderr]).toEqual([0, expect.stringContaining('TAKE CARE: it is not signed')]);
  const signed = await ok('backup create');
  expect(await ok('restore --yes')).toMatchObject({ id: signed.id });
  // The key was changed; what the one before signed still counts.
  vi.stubEnv('BACKUP_SIGNING_KEY', key);
  expect((await project.run('restore --yes')).stderr).toContain('no verified backup');
  vi.stubEnv('BACKUP_SIGNING_KEY_PREVIOUS', old);
  expect(await ok('restore --yes')).toMatchObject({ id: signed.id });
  const { stdout, stderr } = await project.run('backup list --json');
  expect(stdout + stderr).not.toContain('with 32 letters');
});

it('prints the rules for a bucket whose writer may not delete, and none for a folder', async () => {
  const folder = await project.run('backup policy');
  expect([folder.code, folder.stderr]).toEqual([2, expect.stringContaining('is no bucket')]);
  const bucket = backups.replace("'file:backups'", "'s3://bucket/some/place?endpoint=http://127.0.0.1:1'");
  await project.describe(
    'good',
    {},
    `backups: { ${bucket}, accessKeyId: 'a', secretAccessKey: 'b', keep: { days: 10, months: 2 } }`,
  );
  const { lifecycle, writer } = await ok('backup policy');
  expect(lifecycle.Rules).toMatchObject([
    { Filter: { Prefix: 'some/place/shop/test/' }, Expiration: { Days: 76 } },
    { Filter: { Prefix: 'some/place/shop/test.oplog/' }, Expiration: { Days: 21 } },
  ]);
  expect(JSON.stringify(writer)).toContain('arn:aws:s3:::bucket/some/place/shop/test/*');
});

it('downloads what was stored, or what is in it', async () => {
  const { id } = await ok('backup create');
  const sealed = await ok(`backup download --to ${project.folder}/sealed.age`);
  expect(sealed).toMatchObject({ id, encrypted: true });
  const open = await ok(`backup download ${id} --decrypt --to ${project.folder}/open.gz`);
  expect(open.encrypted).toBe(false);
  expect((await stat(`${project.folder}/open.gz`)).size).toBeGreaterThan(100);
  expect((await readdir(project.folder)).filter((name) => name.includes('partial'))).toEqual([]);
});

it('says what prune would remove, and verify what it proved', async () => {
  await ok('backup create');
  expect(await ok('backup prune --dry-run')).toMatchObject({ remove: [], dryRun: true });
  expect((await ok('backup verify')).verification.state).toBe('verified');
});

it('removes one at a time, and all at once only when told to', async () => {
  await project.describe('good', {}, `backups: { ${backups}, keep: { days: 0, minimum: 1 } }`);
  for (let count = 0; count < 4; count++) await ok('backup create');
  const once = await project.run('backup prune');
  expect(once.stdout).toContain(
    '2 more wait for the next runs; all at once: conductor backup prune test --confirm',
  );
  expect(once.stdout).toContain('conductor backup undelete test ID');
  expect(await ok('backup prune --confirm')).toMatchObject({ remove: [{}, {}], waiting: 0 });
  const { backups: left, trash } = await ok('backup list');
  expect([left.length, trash.length]).toEqual([1, 3]);
});

it('brings a removed backup back out of the trash, and says which are there', async () => {
  const { id } = await ok('backup create');
  const backups = join(project.folder, 'backups', 'shop', 'test');
  const manifest = await readFile(join(backups, id, 'manifest.json'), 'utf8');
  await mkdir(join(backups, 'trash'));
  await writeFile(
    join(backups, 'trash', `${id}.json`),
    JSON.stringify({ at: new Date().toISOString(), reason: 'too old', manifest }),
  );
  await rm(join(backups, id, 'manifest.json'));
  const list = await ok('backup list');
  expect([list.backups, list.trash]).toEqual([[], [{ id, at: expect.any(String), reason: 'too old' }]]);
  expect((await project.run('backup list')).stdout).toContain('conductor backup undelete test ID');
  expect((await project.run('backup undelete')).code).toBe(2);
  const damaged = '20261101T030000Z-00000a';
  await writeFile(join(backups, 'trash', `${damaged}.json`), '{"at":');
  const said = `trash/${damaged}.json in file:`;
  expect((await project.run('backup list')).stdout).toContain(said);
  expect((await ok('backup list')).damaged).toMatchObject([{ id: damaged }]);
  expect((await project.run(`backup undelete ${damaged}`)).stderr).toContain(said);
  expect((await ok(`backup undelete ${id}`)).id).toBe(id);
  expect((await ok('backup list')).backups).toHaveLength(1);
  expect((await project.run(`backup undelete ${id}`)).code).toBe(2);
});

it('fails as it says: no backups, no such one, nobody to encrypt to, an unknown action', async () => {
  const fails = async (line: string, code: number, says: string) => {
    const result = await project.run(line);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(says);
  };
  await fails('backup list -e other', 2, 'other has no backups.');
  await fails('backup verify 2020', 2, 'has no backup "2020"');
  await fails('restore --yes', 2, 'has no verified backup');
  await fails('backup burn', 2, 'there is no "burn"');
  await rm(join(project.folder, 'secrets'), { recursive: true });
  await fails('backup create', 2, 'nobody to encrypt');
  await client.db('crm').dropDatabase();
  await project.describe('good', {}, `backups: { ${backups}, recipients: 'none' }`);
  await fails('backup create', 1, 'nothing to back up in crm');
});

it('tells of a store that is out of reach as of a store, not as of a fault of ours', async () => {
  vi.stubEnv('KEY', 'key');
  const store =
    "store: 's3://backups?endpoint=http://127.0.0.1:1', accessKeyId: { kind: 'secret', name: 'KEY' }";
  const keys = `${store}, secretAccessKey: { kind: 'secret', name: 'KEY' }`;
  await project.describe('good', {}, `backups: { ${backups.replace("store: 'file:backups'", keys)} }`);
  const { code, stderr } = await project.run('backup');
  expect(code).toBe(exitCode.checksFailed);
  expect(stderr).toContain("s3://backups can't be reached: connect ECONNREFUSED 127.0.0.1:1.");
  expect(stderr).not.toMatch(/our fault|conductor.bug/);
});

it('is for those whom a deploy has written down beside the backups, so that who makes them can compare', async () => {
  const statement = async () => {
    const text = await readFile(join(project.folder, 'backups', 'shop', 'test', 'recipients.json'), 'utf8');
    return JSON.parse(text);
  };
  await ok('deploy --probe 0');
  const [{ key }] = await ok('secrets recipients');
  expect((await statement()).recipients).toEqual([key]);
  await ok('backup create');
  const store = await openStore({ kind: 'file', path: join(project.folder, 'backups') });
  expect(await statedRecipients(store, { project: 'shop', environment: 'test' })).toEqual({
    recipients: [key],
  });

  // Whoever joins can open what is made from the next deploy on, and until then it is known that it is not so.
  const joined = await generateKeyPair();
  const { stderr: said } = await project.run(`secrets recipients add ${joined.recipient} --name bia`);
  expect(said).toContain('conductor deploy test');
  expect((await statement()).recipients).toEqual([key, joined.recipient].sort());

  await project.describe('good', { CHANGED: '1' }, `backups: { ${backups}, recipients: 'none' }`);
  await ok('deploy --probe 0');
  expect((await statement()).recipients).toBeNull();

  // Where it cannot be written, the deploy goes on and says so.
  await project.describe('good', { CHANGED: '2' }, "backups: { store: 'file:conductor.config.ts' }");
  const { code, stderr } = await project.run('deploy --probe 0');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('Who is to be able to open the backups of test could not be written down');
});

it('is made before a deploy where the environment asks for it, and without it nothing is deployed', async () => {
  const first = await ok('deploy --probe 0');
  await project.describe('good', { CHANGED: '1' }, `backups: { ${backups}, beforeDeploy: true }`);
  const second = await ok('deploy --probe 0');
  expect(second.previous).toBe(first.version);
  const { backups: made } = await ok('backup');
  expect(made).toMatchObject([{ purpose: 'before-deploy', release: first.version }]);
  const { releases } = await fileLedger(join(project.folder, '.conductor', 'test'), 'test').history();
  expect(releases.map(({ version, backup }) => [version, backup])).toEqual([
    [first.version, undefined],
    [second.version, made[0].id],
  ]);

  vi.stubEnv('DATABASE', 'mongodb://127.0.0.1:1/crm?serverSelectionTimeoutMS=100');
  await project.describe('good', { CHANGED: '2' }, `backups: { ${backups}, beforeDeploy: true }`);
  const third = await project.run('deploy --probe 0');
  expect(third.code).toBe(3);
  expect(third.stderr).toContain('Nothing was deployed.');
  expect(project.place.live?.release.version).toBe(second.version);
});

it('that could not be proven before a deploy stops it: nothing is deployed on hope', async () => {
  const first = await ok('deploy --probe 0');
  vi.stubEnv('SCRATCH', 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100');
  await project.describe('good', { CHANGED: '1' }, `backups: { ${backups}, beforeDeploy: true }`);
  const second = await project.run('deploy --probe 0');
  expect(second.code).toBe(3);
  expect(second.stderr).toContain('The backup could not be proven');
  expect(second.stderr).toContain('Nothing was deployed.');
  expect(project.place.live?.release.version).toBe(first.version);
});
