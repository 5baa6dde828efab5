import { spawn } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Binary, type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedMongo, startEmbeddedMongo } from '../src/index.ts';
import { ended, main, temporaryFolder } from './server.ts';

const credentials = { username: 'conductor', password: 'Pencil-and_0Paper' };
const auth: MongoClientOptions = { auth: credentials, authSource: 'admin' };
const secretUrl = (url: string) =>
  url.replace('mongodb://', `mongodb://${credentials.username}:${credentials.password}@`);

let server: EmbeddedMongo;
beforeAll(async () => {
  server = await startEmbeddedMongo({ data: ':memory:', port: 0, credentials });
});
afterAll(() => server.close());

/** Does something with a client of its own. */
async function as<T>(
  options: MongoClientOptions,
  work: (client: MongoClient) => Promise<T>,
  url = server.url,
): Promise<T> {
  const client = new MongoClient(url, options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

test('who knows the password can do everything, in transactions, too, on as many connections as the pool makes', async () => {
  await as({ ...auth, maxPoolSize: 5 }, async (client) => {
    const collection = client.db('test').collection<{ _id: number }>('c');
    await Promise.all(Array.from({ length: 50 }, (_, _id) => collection.insertOne({ _id })));
    expect((await client.db('admin').command({ serverStatus: 1 })).connections.current).toBeGreaterThan(2);
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await collection.insertOne({ _id: 100 }, { session });
        await collection.deleteMany({ _id: { $lt: 50 } }, { session });
      }),
    );
    expect(await collection.find().toArray()).toEqual([{ _id: 100 }]);
    expect(await client.db('admin').command({ connectionStatus: 1 })).toMatchObject({
      authInfo: {
        authenticatedUsers: [{ user: 'conductor', db: 'admin' }],
        authenticatedUserRoles: [{ role: 'root', db: 'admin' }],
      },
    });
    // What this server does not have it does not have with a password either.
    await expect(collection.watch().tryNext()).rejects.toMatchObject({ code: 40573 });
  });
  await as({}, async (client) => client.db('test').command({ ping: 1 }), secretUrl(server.url));
});

test('without the password nothing can be read or written, and nothing is seen of what there is', async () => {
  await as(auth, (client) => client.db('kept').collection<{ _id: number }>('c').insertOne({ _id: 1 }));
  await as({ retryWrites: false }, async (client) => {
    const db = client.db('kept');
    const refused: Document[] = [
      { find: 'c' },
      { insert: 'c', documents: [{ _id: 2 }] },
      { update: 'c', updates: [{ q: {}, u: { $set: { a: 1 } } }] },
      { delete: 'c', deletes: [{ q: {}, limit: 0 }] },
      { findAndModify: 'c', query: {}, remove: true },
      { aggregate: 'c', pipeline: [], cursor: {} },
      { count: 'c' },
      { getMore: 1, collection: 'c' },
      { killCursors: 'c', cursors: [] },
      { listCollections: 1 },
      { drop: 'c' },
      { dropDatabase: 1 },
      { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a' }] },
      { commitTransaction: 1 },
      { buildInfo: 1 },
      { serverStatus: 1 },
      { endSessions: [] },
    ];
    for (const command of refused)
      await expect(db.command(command), JSON.stringify(command)).rejects.toMatchObject({
        code: 13,
        codeName: 'Unauthorized',
        message: `Command ${Object.keys(command)[0]} requires authentication`,
      });
    for (const command of [
      { listDatabases: 1 },
      { configureFailPoint: 'failCommand', mode: 'off' },
      { getParameter: '*' },
    ])
      await expect(client.db('admin').command(command)).rejects.toMatchObject({ code: 13 });
    // As MongoDB: what there is not is said to be not there.
    await expect(db.command({ nonsense: 1 })).rejects.toMatchObject({ code: 59 });
    for (const command of [
      { ping: 1 },
      { hello: 1 },
      { isMaster: 1 },
      { connectionStatus: 1 },
      { logout: 1 },
    ])
      expect(await db.command(command)).toMatchObject({ ok: 1 });
    // Nobody waits for the answer to this one.
    await db.collection('c').insertOne({}, { writeConcern: { w: 0 } });
  });
  expect(await as(auth, (client) => client.db('kept').collection('c').find().toArray())).toEqual([
    { _id: 1 },
  ]);
});

test('a wrong password, an unknown user and another database are refused in the same words', async () => {
  const tries: MongoClientOptions[] = [
    { auth: { ...credentials, password: 'wrong' } },
    { auth: { username: 'nobody', password: credentials.password } },
    { auth: credentials, authSource: 'test' },
  ];
  const errors = [];
  for (const options of tries)
    errors.push(
      await as({ authSource: 'admin', ...options }, (client) => client.connect()).catch(
        ({ code, codeName, errmsg, message }) => ({ code, codeName, errmsg, message }),
      ),
    );
  const refusal = { code: 18, codeName: 'AuthenticationFailed', message: 'Authentication failed.' };
  for (const error of errors) expect(error).toMatchObject(refusal);
  expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1);
  await expect(
    as({ ...auth, authMechanism: 'SCRAM-SHA-1' }, (client) => client.connect()),
  ).rejects.toMatchObject({ code: 334 });
});

/** The messages of a client, by hand, on one connection that the driver has not authenticated. */
async function conversation(
  work: (say: (command: Document) => Promise<Document>) => Promise<void>,
): Promise<void> {
  await as({ maxPoolSize: 1, directConnection: true }, async (client) => {
    await work((command) => client.db('admin').command(command));
  });
}
const bytes = (message: string) => new Binary(Buffer.from(message));
const saslStart = (name: string, options: Document = {}) => ({
  saslStart: 1,
  mechanism: 'SCRAM-SHA-256',
  payload: bytes(`n,,n=${name},r=abc`),
  options,
});
function proofOf(challenge: Document, password: string): Binary {
  const server = Buffer.from(challenge.payload.value()).toString();
  const [, nonce = '', salt = '', count = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(server) ?? [];
  const hmac = (key: Buffer, message: string) => createHmac('sha256', key).update(message).digest();
  const key = hmac(
    pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(count), 32, 'sha256'),
    'Client Key',
  );
  const without = `c=biws,r=${nonce}`;
  const stored = createHash('sha256').update(key).digest();
  const signature = hmac(stored, `n=conductor,r=abc,${server},${without}`);
  return bytes(
    `${without},p=${Buffer.from(key.map((byte, at) => byte ^ signature[at]!)).toString('base64')}`,
  );
}

test('with the empty exchange at its end, and after logout not any more', () =>
  conversation(async (say) => {
    const challenge = await say(saslStart('conductor'));
    expect(challenge).toMatchObject({ conversationId: 1, done: false });
    const payload = proofOf(challenge, credentials.password);
    expect(await say({ saslContinue: 1, conversationId: 1, payload })).toMatchObject({ done: false });
    await expect(say({ listDatabases: 1 })).rejects.toMatchObject({ code: 13 });
    expect(await say({ saslContinue: 1, conversationId: 1, payload: bytes('') })).toMatchObject({
      done: true,
    });
    expect(await say({ listDatabases: 1 })).toMatchObject({ ok: 1 });
    // A second proof that fails takes nothing away; logging out does.
    const again = await say(saslStart('conductor', { skipEmptyExchange: true }));
    const wrong = proofOf(again, 'wrong');
    await expect(say({ saslContinue: 1, conversationId: 1, payload: wrong })).rejects.toMatchObject({
      code: 18,
    });
    expect(await say({ listDatabases: 1 })).toMatchObject({ ok: 1 });
    await say({ logout: 1 });
    await expect(say({ listDatabases: 1 })).rejects.toMatchObject({ code: 13 });
  }));

test('a proof is good once, in its own conversation, in its order', () =>
  conversation(async (say) => {
    const next = { saslContinue: 1, conversationId: 1 };
    await expect(say({ ...next, payload: bytes('') })).rejects.toMatchObject({ code: 17 });
    const payload = proofOf(
      await say(saslStart('conductor', { skipEmptyExchange: true })),
      credentials.password,
    );
    await expect(say({ ...next, conversationId: 2, payload })).rejects.toMatchObject({ code: 17 });
    await say(saslStart('conductor', { skipEmptyExchange: true }));
    await expect(say({ ...next, payload })).rejects.toMatchObject({ code: 18 });
    await expect(say({ ...next, payload })).rejects.toMatchObject({ code: 17 });
    await expect(say({ ...saslStart('conductor'), payload: bytes('nonsense') })).rejects.toMatchObject({
      code: 18,
    });
    await expect(say({ ...saslStart('conductor'), payload: 'n,,n=conductor,r=abc' })).rejects.toMatchObject({
      code: 14,
    });
    await expect(say({ listDatabases: 1 })).rejects.toMatchObject({ code: 13 });
  }));

test('an unknown user is asked as a known one is', () =>
  conversation(async (say) => {
    const saltOf = async (name: string) => {
      const { payload } = await say(saslStart(name));
      return /s=([^,]+),i=15000$/.exec(Buffer.from(payload.value()).toString())?.[1] ?? '';
    };
    const salts = [await saltOf('conductor'), await saltOf('nobody'), await saltOf('someone')];
    expect(salts.map((salt) => Buffer.from(salt, 'base64').length)).toEqual([28, 28, 28]);
    expect(new Set(salts).size).toBe(3);
    expect(await saltOf('nobody')).toBe(salts[1]);
    for (const saslSupportedMechs of ['admin.conductor', 'admin.nobody'])
      expect(await say({ hello: 1, saslSupportedMechs })).toMatchObject({
        saslSupportedMechs: ['SCRAM-SHA-256'],
      });
  }));

test('a server without credentials knows nothing of all this', async () => {
  const free = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  try {
    await as(
      {},
      async (client) => {
        await client.db('test').collection('c').insertOne({});
        const said = await client.db('admin').command({ hello: 1, saslSupportedMechs: 'admin.conductor' });
        expect(said).not.toHaveProperty('saslSupportedMechs');
        await expect(client.db('admin').command(saslStart('conductor'))).rejects.toMatchObject({ code: 59 });
      },
      free.url,
    );
  } finally {
    await free.close();
  }
});

/** A server process with its credentials in a file. */
async function spawnLocked(folder: string, file: string, port = 0) {
  const args = [main, '--data', join(folder, 'data'), '--port', String(port), '--credentials', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /mongodb:\S+/.exec(line)?.[0];
    if (url) return { child, url, line };
  }
  throw new Error('the server process ended before it was ready');
}

test('a client goes on with a server that was killed and has come back, and the password is said nowhere', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'credentials');
  writeFileSync(file, `${credentials.username}:${credentials.password}\n`, { mode: 0o600 });
  const before = await spawnLocked(folder.path, file);
  expect(before.line).not.toContain(credentials.password);
  expect(before.child.spawnargs.join(' ')).not.toContain(credentials.password);
  const client = new MongoClient(before.url, auth);
  const collection = client.db('test').collection<{ _id: number }>('c');
  await collection.insertOne({ _id: 1 });
  before.child.kill('SIGKILL');
  await ended(before.child);
  const after = await spawnLocked(folder.path, file, Number(new URL(before.url).port));
  expect(await collection.find().toArray()).toEqual([{ _id: 1 }]);
  await expect(
    as({}, (stranger) => stranger.db('test').collection('c').findOne(), after.url),
  ).rejects.toMatchObject({ code: 13 });
  await client.close();
  after.child.kill('SIGTERM');
  expect(await ended(after.child)).toBe(0);
  folder.remove();
}, 30_000);

test.each([
  ['readable for others', 'a:b', 0o644, 'chmod 600'],
  ['without a user', 'secret-password', 0o600, 'user:password'],
  ['with a second line', 'a:secret-password\nb:c\n', 0o600, 'user:password'],
  ['with letters that clients prepare', 'a:secret-pässword', 0o600, 'printable ASCII'],
  ['empty', '', 0o600, 'user:password'],
  ['missing', null, 0o600, 'ENOENT'],
])('a file of credentials is refused: %s', async (_, content, mode, words) => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'credentials');
  if (content !== null) writeFileSync(file, content, { mode });
  const args = [main, '--data', join(folder.path, 'data'), '--port', '0', '--credentials', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(child.exitCode).toBe(1);
  expect(said).toContain(words);
  expect(said).not.toContain('secret-');
  folder.remove();
});
