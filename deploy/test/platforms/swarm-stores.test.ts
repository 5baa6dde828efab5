import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createBackup } from 'conductor-backup';
import { openStore, parseStoreUrl } from 'conductor-backup/stores';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedMongo } from '../../../embedded-mongo/src/index.ts';
import type { Target } from '../../src/targets/target.ts';
import { deploy, first, services, withImages } from './crm.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';

const images = withImages(services);

describe('a store of a swarm, from another machine', () => {
  let platform: SwarmPlatform;
  let target: Target;
  let store: Server;
  beforeEach(async () => {
    platform = await openSwarm({}, { services: images });
    target = await platform.target();
    await deploy(target, first, { services: images });
    // What is sent to it comes back, so that it is seen to be the one that was reached.
    store = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(store, 'listening');
    platform.twin.listening.set('crm-production-redis:6379', (store.address() as AddressInfo).port);
  });
  afterEach(async () => {
    store.close();
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });

  const say = async (port: number, words: string): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(words);
    return text(socket);
  };

  it('is reached by a port of this machine, with its password, as often as one likes', async () => {
    const url = new URL((await target.storeUrl!('redis'))!);
    expect([url.protocol, url.hostname]).toEqual(['redis:', '127.0.0.1']);
    const [secret] = platform.twin.look().secrets.filter(({ name }) => name === 'crm-production-redis');
    expect(url.password.length).toBeGreaterThan(30);
    expect(String(secret!.data)).toContain(url.password);
    const port = Number(url.port);
    const long = 'x'.repeat(400_000);
    expect(await Promise.all(['one', 'two', long].map((words) => say(port, words)))).toEqual([
      ...['one', 'two', long],
    ]);
    // All of them had gone: it is opened anew.
    expect(await say(port, 'three')).toBe('three');
  });

  it('is backed up over that way, whole', async () => {
    const secrets = platform.twin.look().secrets.filter(({ name }) => name === 'crm-production-mongodb');
    const password = /MONGO_PASSWORD='(\w+)'/.exec(String(secrets[0]!.data))![1]!;
    const mongo = await startEmbeddedMongo({
      data: ':memory:',
      port: 0,
      credentials: { username: 'conductor', password },
    });
    platform.twin.listening.set('crm-production-mongodb:27017', mongo.port);
    const said = (await target.storeUrl!('mongodb'))!;
    // Directly, because its one member has a name of its own.
    expect(said).toMatch(
      /^mongodb:\/\/conductor:\w+@127\.0\.0\.1:\d+\/\?replicaSet=rs0&directConnection=true&authSource=admin$/,
    );
    const url = said.replace('replicaSet=rs0', 'replicaSet=embedded');
    const client = await new MongoClient(url).connect();
    const folder = await mkdtemp(join(tmpdir(), 'tunnel-'));
    try {
      const leads = Array.from({ length: 5_000 }, (_, n) => ({ _id: n as never, name: 'x'.repeat(500) }));
      await client.db('crm').collection('leads').insertMany(leads);
      const manifest = await createBackup({
        store: await openStore(parseStoreUrl(`file:${folder}`)),
        scope: { project: 'crm', environment: 'production' },
        source: { url },
        recipients: null,
        verify: false,
      });
      expect(manifest.collections).toContainEqual(
        expect.objectContaining({ db: 'crm', collection: 'leads', documents: 5_000 }),
      );
    } finally {
      await client.close();
      await mongo.close();
      await rm(folder, { recursive: true });
    }
  });

  it('has no address where it does not run or is none, and says why nothing answers', async () => {
    expect(await target.storeUrl!('another')).toBeUndefined();
    platform.twin.listening.clear();
    await expect(target.storeUrl!('redis')).rejects.toMatchObject({
      message: expect.stringMatching(/crm-production-redis:6379: connect ECONNREFUSED/),
    });
    platform.twin.changeByHand('crm-production-redis', (spec) => {
      spec.Mode = { Replicated: { Replicas: 0 } };
    });
    await platform.twin.clock.sleep(5_000);
    expect(await target.storeUrl!('redis')).toBeUndefined();
  });
});
