import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { storeUser } from './store-password.ts';

/** ms for an answer, and for a set of one to elect its member. */
const patience = 30_000;
const pollMs = 100;

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const unauthorized = 13;
const authenticationFailed = 18;
const alreadyInitialized = 23;

const isCode = (error: unknown, code: number): boolean =>
  error instanceof MongoServerError && error.code === code;

/**
 * Makes a lone `mongod` a replica set of one, for transactions and change streams need one, and gives it the user whose password everybody
 * needs from then on; without a password, only the set. Until there is a user, MongoDB lets whoever comes from this machine make the first
 * one: https://www.mongodb.com/docs/manual/core/localhost-exception/. Twice is the same as once, also after a kill between two steps:
 * where the user is there, all is there, for it is made last.
 * @throws {Error} when the data has users already and the password is none of theirs.
 */
export async function initiate(port: number, password: string): Promise<void> {
  if (password !== '' && (await opens(port, password))) return;
  await connected(port, {}, async (admin) => {
    await makeSet(admin, port);
    if (password !== '') await makeUser(admin, password);
  });
  // Somebody of this machine may have been first: then the data is not ours alone, and nothing may start on it.
  if (password !== '' && !(await opens(port, password))) throw notOurs();
}

async function makeSet(admin: Db, port: number): Promise<void> {
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
  try {
    await admin.command({ replSetInitiate: { _id: 'conductor', members } });
  } catch (error) {
    if (isCode(error, unauthorized)) throw notOurs();
    if (!isCode(error, alreadyInitialized)) throw error;
  }
}

async function makeUser(admin: Db, password: string): Promise<void> {
  const late = Date.now() + patience;
  // Only a primary takes writes, and the set elects one first.
  while ((await admin.command({ hello: 1 })).isWritablePrimary !== true) {
    if (Date.now() > late)
      throw new Error(`the replica set of this mongod has no primary after ${patience / 1000} s`);
    await sleep(pollMs);
  }
  const roles = [{ role: 'root', db: 'admin' }];
  await admin.command({ createUser: storeUser, pwd: password, roles, mechanisms: ['SCRAM-SHA-256'] });
}

/** Whether the password is right. */
async function opens(port: number, password: string): Promise<boolean> {
  const auth = { auth: { username: storeUser, password }, authSource: 'admin' };
  try {
    await connected(port, auth, (admin) => admin.command({ ping: 1 }));
    return true;
  } catch (error) {
    if (isCode(error, authenticationFailed)) return false;
    throw error;
  }
}

async function connected<T>(
  port: number,
  options: { auth?: { username: string; password: string }; authSource?: string },
  work: (admin: Db) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    ...options,
    serverSelectionTimeoutMS: patience,
  });
  try {
    return await work(client.db('admin'));
  } finally {
    await client.close();
  }
}

const notOurs = () =>
  new Error(
    `the data of this mongod has users already, and "${storeUser}" with the password that is kept for it is none of them`,
  );
