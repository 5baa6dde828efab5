import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBackup, generateKeyPair, listBackups, restoreBackup, stateRecipients } from 'conductor-backup';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMongo } from '../../test/mongo.ts';
import { readSettings, SettingsError } from '../settings.ts';
import { look, type Nightly, openNightly } from './nightly.ts';

const hour = 3_600_000;
const morning = Date.parse('2026-11-23T03:00:00Z');
const never = new AbortController().signal;
const at = (time: number) => () => new Date(time);

describe('nightly backups', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let client: MongoClient;
  let folder: string;
  let nightly: Nightly;
  const team = generateKeyPair();

  const environment = async () => ({
    SECRET_KEY: 'x'.repeat(40),
    MONGO_URL: mongo.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    BACKUP_STORE: `file:${folder}`,
    BACKUP_RECIPIENTS: (await team).recipient,
    BACKUP_SCRATCH_URL: mongo.url,
    CONDUCTOR_ENVIRONMENT: 'test',
  });

  beforeAll(async () => {
    mongo = await startMongo();
    client = await new MongoClient(mongo.url).connect();
    await client
      .db()
      .collection('leads')
      .insertMany([{ name: 'Ana' }, { name: 'Bia' }]);
  });
  afterAll(async () => {
    await client.close();
    await mongo.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crm-backups-'));
    nightly = (await openNightly(readSettings(await environment())))!;
    return () => rm(folder, { recursive: true });
  });

  /** A look at a time, which the store agrees with. */
  const lookAt = (time: number, of = nightly) => {
    const store = { ...of.store, time: async () => new Date(time) };
    return look({ ...of, store, run: { ...of.run, store } }, never, at(time));
  };

  it('are made once a day, at the first look after 03:00 UTC', async () => {
    expect(await lookAt(morning)).toMatchObject({
      outcome: 'made',
      alarms: [],
      status: { state: 'good', verified: 1 },
    });
    for (const later of [hour / 4, 12 * hour, 23.9 * hour]) {
      expect((await lookAt(morning + later)).outcome).toBe('nothing due');
    }
    expect((await lookAt(morning + 24 * hour)).outcome).toBe('made');
    expect((await listBackups(nightly.store, nightly.scope)).backups).toHaveLength(2);
  });

  it('are signed where there is a key, and those that are not do not count', async () => {
    await look(nightly, never, at(morning));
    const signing = readSettings({ ...(await environment()), BACKUP_SIGNING_KEY: 'k'.repeat(40) });
    const signed = (await openNightly(signing))!;
    expect(await look(signed, never, at(morning + hour))).toMatchObject({
      outcome: 'made',
      status: { verified: 1 },
    });
    const { backups } = await listBackups(signed.store, signed.scope);
    expect(backups.map(({ unsigned }) => unsigned)).toEqual([undefined, 'it is not signed']);
    // Whoever has the key of before as well counts both.
    const rotated = { BACKUP_SIGNING_KEY: 'n'.repeat(40), BACKUP_SIGNING_KEY_PREVIOUS: 'k'.repeat(40) };
    const later = (await openNightly(readSettings({ ...(await environment()), ...rotated })))!;
    expect((await look(later, never, at(morning + 2 * hour))).outcome).toBe('nothing due');
  });

  it('that were missed are made up', async () => {
    await lookAt(morning);
    expect((await lookAt(morning + 77 * hour)).outcome).toBe('made');
  });

  it('of two workers are one', async () => {
    const looks = await Promise.all([1, 2].map(() => lookAt(morning)));
    expect(looks.map(({ outcome }) => outcome).sort()).toEqual(['made', 'waiting']);
    expect((await listBackups(nightly.store, nightly.scope)).backups).toHaveLength(1);
  });

  it('are made for those whom BACKUP_RECIPIENTS names, and are an alarm when the environment is for others', async () => {
    const { store, scope } = nightly;
    await stateRecipients(store, scope, [(await team).recipient]);
    expect(await lookAt(morning)).toMatchObject({ outcome: 'made', alarms: [] });
    await stateRecipients(store, scope, [(await generateKeyPair()).recipient]);
    expect(await lookAt(morning + 24 * hour)).toMatchObject({
      outcome: 'made',
      alarms: [{ kind: 'recipients', hint: expect.stringContaining('conductor deploy test') }],
      status: { state: 'good', verified: 2, problem: expect.stringContaining('cannot open it') },
    });
  });

  it('that fail are one alarm, and tried again after an hour', async () => {
    const broken = {
      ...nightly,
      run: { ...nightly.run, source: { url: 'mongodb://127.0.0.1:1/crm?serverSelectionTimeoutMS=100' } },
    };
    const first = await lookAt(morning, broken);
    expect(first).toMatchObject({
      outcome: 'failed',
      alarms: [{ kind: 'failed' }],
      status: { state: 'none' },
    });
    expect(await lookAt(morning + hour / 2, broken)).toMatchObject({
      outcome: 'waiting',
      alarms: [],
    });
    expect((await lookAt(morning + 1.1 * hour)).outcome).toBe('made');
  });

  it('are an alarm, not a failed job, while the store cannot be reached', async () => {
    const away = {
      BACKUP_STORE: 's3://backups?endpoint=http://127.0.0.1:1&region=x',
      BACKUP_ACCESS_KEY_ID: 'a',
    };
    const lost = (await openNightly(
      readSettings({ ...(await environment()), ...away, BACKUP_SECRET_ACCESS_KEY: 'b' }),
    ))!;
    expect(await lookAt(morning, lost)).toMatchObject({
      outcome: 'failed',
      alarms: [{ kind: 'store-unreachable' }],
      status: null,
    });
  });

  it('bring the data back with the key of the team', async () => {
    await lookAt(morning);
    const { store, scope } = nightly;
    const { manifest } = await findBackup(store, scope, 'latest', new Date(morning));
    await client.db().dropDatabase();
    await restoreBackup({
      store,
      scope,
      id: manifest.id,
      url: mongo.url,
      identities: [(await team).identity],
    });
    expect(await client.db().collection('leads').countDocuments()).toBe(2);
  });

  it('are none without a store, and refuse settings that do not fit together', async () => {
    const { BACKUP_STORE: _, ...without } = await environment();
    expect(await openNightly(readSettings(without))).toBeUndefined();
    const refused = (changes: object, says: string) =>
      environment().then((env) =>
        expect(() => readSettings({ ...env, ...changes })).toThrow(
          expect.objectContaining({ message: expect.stringContaining(says) }),
        ),
      );
    await refused({ BACKUP_RECIPIENTS: undefined }, 'BACKUP_RECIPIENTS is required');
    await refused({ BACKUP_RECIPIENTS: 'none', ENVIRONMENT: 'production' }, 'backups are encrypted there');
    await refused({ BACKUP_ACCESS_KEY_ID: 'a' }, 'go together');
    await refused({ BACKUP_STORE: 'ftp://x' }, 'BACKUP_STORE must be');
    expect(SettingsError).toBeDefined();
  });
});
