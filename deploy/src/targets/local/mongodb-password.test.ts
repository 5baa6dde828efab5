import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../model/store.ts';
import { readState, writeState } from './host/state.ts';
import { deploy, lastOf } from './testing/deploy.ts';
import { TestPlace } from './testing/place.ts';

const mongodb: Store = { name: 'mongodb', kind: 'mongodb' };
const variables = { MONGO_URL: { kind: 'store', store: 'mongodb', property: 'url' } } as const;
const versions = ['v20260101_000000', 'v20260101_000100', 'v20260101_000200'] as const;

let place: TestPlace;
let path: string | undefined;
beforeEach(async () => {
  place = await TestPlace.open();
  path = process.env.PATH;
  // A mongod of this machine would be taken before embedded-mongo.
  process.env.PATH = (path ?? '')
    .split(':')
    .filter((folder) => !readdirOf(folder).includes('mongod'))
    .join(':');
});
afterEach(async () => {
  process.env.PATH = path;
  await place.close();
});

const readdirOf = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    // On the PATH and not on this machine.
    return [];
  }
};

/** What the service was given, as it sees it. */
const givenUrl = async () =>
  ((await (await fetch(`${place.url}/env`)).json()) as { MONGO_URL: string }).MONGO_URL;
const storeNow = async () => (await place.host.observe())?.stores.find(({ name }) => name === 'mongodb');
const ship = (version: string) =>
  deploy(place.target({ stores: [mongodb] }), place.release(version, { stores: [mongodb] }), [
    place.service('good', { variables }),
  ]);

async function as<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
const write = (url: string, n: number) =>
  as(url, (client) => client.db().collection<{ _id: number }>('kept').insertOne({ _id: n }));
const read = (url: string) =>
  as(url, async (client) => (await client.db().collection('kept').find().toArray()).map(({ _id }) => _id));
/** The same address as another user of this machine knows it: from the list of ports. */
const strangersUrl = (url: string) =>
  `mongodb://127.0.0.1:${new URL(url).port}/mongodb?directConnection=true&retryWrites=false`;

const unauthorized = { code: 13, codeName: 'Unauthorized' };
async function expectClosed(url: string): Promise<void> {
  const stranger = strangersUrl(url);
  await expect(read(stranger)).rejects.toMatchObject(unauthorized);
  await expect(write(stranger, -1)).rejects.toMatchObject(unauthorized);
  await expect(as(stranger, (client) => client.db().dropDatabase())).rejects.toMatchObject(unauthorized);
  await expect(
    as(stranger, (client) => client.db('admin').command({ listDatabases: 1 })),
  ).rejects.toMatchObject(unauthorized);
  const guess = url.replace(new URL(url).password, 'a-wrong-guess');
  await expect(read(guess)).rejects.toMatchObject({ code: 18 });
}

/** Everybody's list of processes, with the files that only their owner may read left out. */
const commandLines = () =>
  execFileSync('ps', ['-eww', '-o', 'args'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

async function expectSecret(password: string, said: unknown): Promise<void> {
  expect(password).toMatch(/^[\w-]{32}$/);
  expect(commandLines()).not.toContain(password);
  expect(JSON.stringify([said, await place.host.observe()])).not.toContain(password);
  const files = readdirSync(place.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const holders = files.filter((file) => readFileSync(file, 'latin1').includes(password));
  expect(holders.length).toBeGreaterThan(1);
  for (const file of holders) {
    expect(file).not.toContain('/logs/');
    expect(statSync(file).mode & 0o077, file).toBe(0);
  }
}

describe('embedded-mongo', () => {
  beforeEach(() => {
    // A release has what git would take: here the package is in the tree, as a link.
    mkdirSync(join(place.root, 'node_modules'));
    const folder = join(import.meta.dirname, '../../../../embedded-mongo');
    symlinkSync(folder, join(place.root, 'node_modules', 'embedded-mongo'));
    const git = (...args: string[]) => execFileSync('git', args, { cwd: place.root, stdio: 'ignore' });
    git('init', '-q');
    git('add', '-f', 'node_modules');
  });

  it('lets in only who knows the password, and keeps it across kills, deploys and a stop', async () => {
    const said = await ship(versions[0]);
    expect(lastOf(said, 'web')).toBe('live: serves');
    const url = await givenUrl();
    const { username, password, search } = new URL(url);
    expect([username, search]).toEqual(['conductor', '?replicaSet=embedded&authSource=admin']);
    expect(await place.target({ stores: [mongodb] }).storeUrl('mongodb')).toBe(url);
    await write(url, 1);
    await expectClosed(url);
    await expectSecret(password, said);
    // What backups go back to any moment with.
    const told = () => as(url, (client) => client.db('local').collection('oplog.rs').findOne({ 'o._id': 1 }));
    expect(await told()).toMatchObject({ op: 'i', ns: 'mongodb.kept' });

    const { pid } = (await storeNow()) ?? {};
    if (!pid) throw new Error('mongodb has no process');
    process.kill(pid, 'SIGKILL');
    await expect.poll(storeNow, { timeout: 10_000 }).toMatchObject({ state: 'live', restarts: 1 });
    expect(await read(url)).toEqual([1]);
    expect(await told()).toMatchObject({ op: 'i', ns: 'mongodb.kept' });
    await expectClosed(url);

    process.kill(place.hostPid, 'SIGKILL');
    await ship(versions[1]);
    expect(await givenUrl()).toBe(url);
    const target = place.target({ stores: [mongodb] });
    await target.stop();
    expect(await target.storeUrl('mongodb')).toBeUndefined();
    await target.start(new AbortController().signal);
    expect(await givenUrl()).toBe(url);
    expect(await read(url)).toEqual([1]);
    await expectClosed(url);
  }, 60_000);

  /** The environment as an earlier Conductor has left it at a stop. */
  async function asBefore(): Promise<void> {
    await place.target({ stores: [mongodb] }).stop();
    const state = readState(place.paths.state);
    if (state === null) throw new Error('there is no state');
    const earlier = (spec: (typeof state.stores)[number]['spec']) =>
      spec.provider === 'embedded' ? { ...spec, credentials: false } : spec;
    const stores = state.stores.map((store) => ({ ...store, password: '', spec: earlier(store.spec) }));
    writeState(place.paths.state, { ...state, stores }, { durable: true });
  }

  it('of an earlier Conductor goes on without one while it runs, says so, and gets one at the deploy after a stop', async () => {
    await ship(versions[0]);
    await asBefore();
    const target = place.target({ stores: [mongodb] });
    await target.start(new AbortController().signal);
    const open = await givenUrl();
    expect(open).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/mongodb\?replicaSet=embedded$/);
    await write(open, 1);

    await ship(versions[1]);
    expect(await givenUrl()).toBe(open);
    expect(await read(open)).toEqual([1]);
    expect(await target.check()).toContainEqual({
      level: 'warning',
      title: expect.stringContaining('mongodb takes every user of this machine in without a password'),
      fix: expect.stringContaining('conductor stop test, then conductor deploy test'),
    });

    await target.stop();
    await ship(versions[2]);
    const url = await givenUrl();
    expect(new URL(url).password).toMatch(/^[\w-]{32}$/);
    expect(await read(url)).toEqual([1]);
    await expectClosed(url);
    expect((await target.check()).filter(({ level }) => level !== 'ok')).toEqual([]);
  }, 60_000);

  it('is told to whoever takes secrets out of what services say, before anything of a first deploy is said', async () => {
    const learned: string[] = [];
    const target = place.target({ stores: [mongodb], learn: (value) => learned.push(value) });
    const saying = place.service('crash', { variables });
    await deploy(target, place.release(versions[0], { stores: [mongodb] }), [saying]);
    const password = readState(place.paths.state)?.stores[0]?.password;
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(learned).toContain(password);
  });
});

describe('a mongod of this machine', () => {
  const called = () => readFileSync(join(place.folder, 'called'), 'utf8').trimEnd().split('\n');
  beforeEach(() => {
    const bin = join(place.folder, 'bin');
    mkdirSync(bin);
    const fake = join(import.meta.dirname, 'testing/fake-mongod.ts');
    const script = `#!/bin/sh
[ "$1" = --version ] && { echo "db version v8.0.4"; exit; }
exec "${process.execPath}" "${fake}" "${place.folder}/called" "$@"
`;
    writeFileSync(join(bin, 'mongod'), script, { mode: 0o755 });
    process.env.PATH = `${bin}:${process.env.PATH}`;
  });

  it('runs as a replica set of one, and lets in only who knows the password', async () => {
    const said = await ship(versions[0]);
    expect(lastOf(said, 'web')).toBe('live: serves');
    const [args = '', initiation = '{}', user = '{}'] = called();
    expect(args).toMatch(
      /^--bind_ip 127\.0\.0\.1 --port \d+ --dbpath \S+ --replSet conductor --auth --keyFile \S+$/,
    );
    const url = await givenUrl();
    const { port, password } = new URL(url);
    expect(url).toBe(
      `mongodb://conductor:${password}@127.0.0.1:${port}/mongodb?replicaSet=conductor&authSource=admin`,
    );
    expect(JSON.parse(initiation)).toMatchObject({
      replSetInitiate: { _id: 'conductor', members: [{ _id: 0, host: `127.0.0.1:${port}` }] },
    });
    expect(JSON.parse(user)).toMatchObject({
      createUser: 'conductor',
      pwd: '32 characters',
      roles: [{ role: 'root', db: 'admin' }],
      $db: 'admin',
    });
    expect(await storeNow()).toMatchObject({ state: 'live', provider: 'mongod 8.0.4' });
    const direct = url.replace('replicaSet=conductor', 'directConnection=true');
    await write(direct, 1);
    await expectClosed(direct);
    await expectSecret(password, said);

    // Set and user are made once, and found by every start after that.
    await place.target({ stores: [mongodb] }).stop();
    await ship(versions[1]);
    expect(await givenUrl()).toBe(url);
    expect(await read(direct)).toEqual([1]);
    expect(called().filter((line) => line.startsWith('{'))).toHaveLength(2);
  }, 60_000);

  it('whose data somebody else has given a user to is not taken over', async () => {
    const stores = join(place.paths.stores, 'mongodb');
    mkdirSync(stores, { recursive: true, mode: 0o700 });
    writeFileSync(join(stores, 'fake-user.json'), JSON.stringify({ createUser: 'other', pwd: 'theirs' }));
    const said = await ship(versions[0]);
    expect(lastOf(said, 'web')).toMatch(/^failed: the data of this mongod has users already/);
  }, 60_000);
});
