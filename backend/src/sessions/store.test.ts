import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMongo } from '../../test/mongo.ts';
import { connectMongo, type Mongo } from '../mongo/mongo.ts';
import { SessionStore } from './store.ts';

const day = 86_400_000;
const hour = day / 24;
const from = { userAgent: 'a browser', ipPrefix: '127.0.0.0' };
const who = { orgId: 'o', userId: 'u' };

let server: Awaited<ReturnType<typeof startMongo>>;
let mongo: Mongo;
let sessions: SessionStore;
beforeAll(async () => {
  server = await startMongo();
  // Without indexes: what has ended is told by the store itself, and not only by its removal some time later.
  mongo = connectMongo(server.url);
  sessions = new SessionStore(mongo);
});
afterAll(async () => {
  await mongo.client.close();
  await server.close();
});
beforeEach(async () => {
  await mongo.db.collection('sessions').deleteMany({});
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => vi.useRealTimers());

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('a session', () => {
  it('ends 30 days after its last use, and shows in no list any more', async () => {
    const token = await sessions.begin(who, from);
    later(30 * day - 1);
    expect(await sessions.list('u', undefined)).toHaveLength(1);
    later(1);
    expect(await sessions.find(token)).toBeNull();
    expect(await sessions.list('u', undefined)).toEqual([]);
  });

  it('lasts for as long as it is used, and no longer', async () => {
    const token = await sessions.begin(who, from);
    for (let times = 0; times < 4; times++) {
      later(29 * day);
      expect(await sessions.find(token)).toMatchObject({ userId: 'u' });
    }
    later(30 * day);
    expect(await sessions.find(token)).toBeNull();
  });

  it('opens what it opens also while its use cannot be written down, and lasts as long as before', async () => {
    const token = await sessions.begin(who, from);
    const refuse = (mode: 'alwaysOn' | 'off') =>
      mongo.db.admin().command({
        configureFailPoint: 'failCommand',
        mode,
        // OutOfDiskSpace
        ...(mode !== 'off' && { data: { failCommands: ['update'], errorCode: 14031 } }),
      });
    await refuse('alwaysOn');
    later(29 * day);
    expect(await sessions.find(token)).toMatchObject({ userId: 'u' });
    later(day);
    expect(await sessions.find(token)).toBeNull();
    await refuse('off');
  });

  it('is not written down as used more often than once an hour', async () => {
    const token = await sessions.begin(who, from);
    const usedAt = async () => (await sessions.find(token))?.usedAt.getTime();
    const begun = Date.now();
    later(hour);
    expect(await usedAt()).toBe(begun);
    expect(await usedAt()).toBe(begun);
    later(1);
    await usedAt();
    expect(await usedAt()).toBe(begun + hour + 1);
  });

  it('is known by its cookie only, which is kept nowhere', async () => {
    const token = await sessions.begin(who, from);
    expect(JSON.stringify(await mongo.db.collection('sessions').find().toArray())).not.toContain(token);
    expect(await sessions.find(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    const [{ id } = { id: '' }] = await sessions.list('u', undefined);
    expect(await sessions.end('somebody else', id)).toBe(false);
    expect(await sessions.find(token)).not.toBeNull();
    expect(await sessions.end('u', id)).toBe(true);
    expect(await sessions.find(token)).toBeNull();
  });
});
