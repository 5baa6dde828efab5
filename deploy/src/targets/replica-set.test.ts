import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isOfficialMongo,
  replicaSet,
  replicaSetUrl,
  replicaSetVariables,
  startsReplicaSet,
} from './replica-set.ts';

const password = 'pass/word+of=the-user';
const key = 'a-key/of+64=signs';

/** What a container of the image has, as far as the start command uses it. `state.json` is the data of its mongod. */
const fakes: Readonly<Record<string, string>> = {
  'docker-entrypoint.sh': `#!/bin/sh
echo "$@" >>"$PLACE/mongod.calls"
exec sleep 60`,
  chown: `#!/bin/sh
echo "$@" >>"$PLACE/chown.calls"`,
  mongosh: `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const file = process.env.PLACE + '/state.json';
const state = JSON.parse(readFileSync(file, 'utf8'));
const fail = (code, text) => { throw Object.assign(new Error(text), { code }); };
const did = (what) => appendFileSync(process.env.PLACE + '/mongosh.calls', what + '\\n');
did('argv has the password: ' + process.argv.join(' ').includes(process.env.MONGO_PASSWORD));
const mongod = {
  ping: () => {},
  hello: () => ({ setName: state.set, isWritablePrimary: state.set !== undefined }),
  replSetInitiate: ({ _id, members }) => {
    if (state.set) fail(23, 'already initialized');
    did('initiate ' + _id + ' of ' + members.map(({ host }) => host));
    state.set = _id;
  },
  createUser: (name, { pwd, roles }) => {
    if (state.user) fail(51003, 'there is one already');
    did('create user ' + name + ' as ' + roles);
    Object.assign(state, { user: name, password: pwd });
  },
};
globalThis.Mongo = class {
  constructor(url) {
    if (--state.starting >= 0) { writeFileSync(file, JSON.stringify(state)); fail('ECONNREFUSED', 'not up yet'); }
    const [, login] = /^mongodb:\\/\\/(?:([^@]+)@)?127\\.0\\.0\\.1:27017\\/\\?directConnection=true/.exec(url);
    const [name, word] = (login ?? '').split(':').map(decodeURIComponent);
    if (login && (name !== state.user || word !== state.password)) fail(18, 'Authentication failed');
  }
  getDB() {
    return {
      runCommand(command) {
        const [[name, value]] = Object.entries(command);
        const answer = mongod[name](value, command);
        writeFileSync(file, JSON.stringify(state));
        return { ok: 1, ...answer };
      },
    };
  }
};
const script = process.argv[process.argv.indexOf('--eval') + 1];
try {
  new Function(script)();
  did('ended well');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}`,
};

describe('the start command of MongoDB', () => {
  let place: string;
  const running: ChildProcess[] = [];
  beforeEach(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'replica-set-'));
    for (const [name, text] of Object.entries(fakes)) {
      await writeFile(path.join(place, name), text);
      await chmod(path.join(place, name), 0o755);
    }
  });
  afterEach(async () => {
    for (const child of running.splice(0)) end(child);
    await rm(place, { recursive: true, force: true });
  });

  const end = (child: ChildProcess) => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const calls = async (name: string) =>
    (await readFile(path.join(place, `${name}.calls`), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const variables = (): Record<string, string> => {
    const { MONGO_START, ...others } = replicaSetVariables({ ipv6: true });
    // The one path outside of a container's own folders that it writes to.
    return { ...others, MONGO_START: MONGO_START!.replaceAll('/tmp/', `${place}/`) };
  };

  /** Starts the container, waits until the replica set is prepared, and ends it. What mongosh was asked to do meanwhile. */
  async function start(): Promise<string[]> {
    const before = (await calls('mongosh')).length;
    const [program, ...args] = replicaSet.command;
    const child = spawn(program, args, {
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: `${place}:${process.env.PATH}`,
        PLACE: place,
        MONGO_PASSWORD: password,
        MONGO_REPLICA_SET_KEY: key,
        ...variables(),
      },
    });
    running.push(child);
    await expect
      .poll(async () => (await calls('mongosh')).slice(before), { timeout: 30_000 })
      .toContain('ended well');
    end(child);
    return (await calls('mongosh')).slice(before).filter((line) => /^(initiate|create)/.test(line));
  }
  const data = (state: object) => writeFile(path.join(place, 'state.json'), JSON.stringify(state));

  it('is one that sh understands', () => {
    execFileSync('sh', ['-n'], { input: variables().MONGO_START });
    expect(() => new Function(variables().MONGO_PREPARE!)).not.toThrow();
  });

  it('initiates the set and makes its user at the first start, and neither at the next', {
    timeout: 60_000,
  }, async () => {
    await data({ starting: 2 });
    expect(await start()).toEqual(['initiate rs0 of 127.0.0.1:27017', 'create user conductor as root']);
    expect(await start()).toEqual([]);
    expect(await calls('mongod')).toEqual(
      [1, 2].map(() => `mongod --replSet rs0 --keyFile ${place}/replica-set.key --bind_ip_all --ipv6`),
    );
    expect(await calls('mongosh')).toContain('argv has the password: false');
    expect(await calls('mongosh')).not.toContain('argv has the password: true');
  });

  it('goes on where it was killed: after the set was initiated, before it had a user', {
    timeout: 60_000,
  }, async () => {
    await data({ starting: 0, set: 'rs0' });
    expect(await start()).toEqual(['create user conductor as root']);
  });

  it('gives mongod its key, as a file that only its user can read', { timeout: 60_000 }, async () => {
    await data({ starting: 0 });
    await start();
    const file = path.join(place, 'replica-set.key');
    expect((await stat(file)).mode & 0o777).toBe(0o400);
    // What mongod does not take in a key is left out.
    expect(await readFile(file, 'utf8')).toBe('akeyof64signs');
    expect(await calls('chown')).toEqual([`mongodb ${file}`]);
  });
});

describe('the address of MongoDB', () => {
  it('is one by which a driver does transactions, and no server before the set is initiated', async () => {
    for (const standalone of [false, true]) {
      const server = await startEmbeddedMongo({ data: ':memory:', port: 0, standalone });
      const url = replicaSetUrl('secret', 'mongodb.example').replace(
        'conductor:secret@mongodb.example:27017',
        `127.0.0.1:${server.port}`,
      );
      // The embedded server's set has a name of its own.
      const client = new MongoClient(url.replace('rs0', 'embedded'), { serverSelectionTimeoutMS: 500 });
      const write = client.withSession((session) =>
        session.withTransaction(() => client.db('x').collection('y').insertOne({}, { session })),
      );
      if (standalone) await expect(write).rejects.toThrow();
      else await write;
      await client.close();
      await server.close();
    }
  });
});

it('is told from other ways to start a MongoDB', () => {
  const ours = replicaSetVariables();
  const line = `/bin/sh -c 'eval "$MONGO_START"'`;
  expect(startsReplicaSet(line, ours)).toBe(true);
  expect(startsReplicaSet('mongod --replSet rs0 --bind_ip_all', {})).toBe(true);
  expect(startsReplicaSet('mongod --ipv6 --bind_ip ::,0.0.0.0', ours)).toBe(false);
  expect(startsReplicaSet(line, {})).toBe(false);
  expect(startsReplicaSet(null, {})).toBe(false);
  expect(['mongo:8', 'docker.io/library/mongo:7', 'mongo'].map(isOfficialMongo)).toEqual([true, true, true]);
  expect(['bitnami/mongodb:8', 'mongo-express:1', ''].map(isOfficialMongo)).toEqual([false, false, false]);
});
