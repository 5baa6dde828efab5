import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { interleaved } from '../test/interleaved.ts';
import { memoryStore } from '../test/memory-store.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { encodeArchive } from './archive/encode.ts';
import { createBackup } from './create.ts';
import { encrypt } from './encryption/encrypt.ts';
import { generateKeyPair, type KeyPair } from './encryption/keys.ts';
import { backupHealth } from './health.ts';
import { dataKey, newBackupId } from './layout.ts';
import { findBackup, listBackups } from './list.ts';
import { type Manifest, parseManifest, readManifest, serializeManifest, writeManifest } from './manifest.ts';
import { runBackup } from './run.ts';
import { type Signing, signerOf } from './signature.ts';
import type { Store } from './stores/store.ts';
import { rereadBackup, verifyBackup } from './verify.ts';

const scope = { project: 'crm', environment: 'production' };
const signing: Signing = { signer: signerOf('the key of the environment, 32 letters'), others: [] };
const strangers: Signing = { signer: signerOf('the key of somebody else, 32 letters'), others: [] };

let server: TestServer;
let client: MongoClient;
let team: KeyPair;
let bucket: ReturnType<typeof memoryStore>;
/** The bucket as the worker and the team see it. */
let store: Store;

beforeAll(async () => {
  team = await generateKeyPair();
  server = await startMongo();
  client = await new MongoClient(server.url).connect();
  await client
    .db('crm')
    .collection('leads')
    .insertMany([{ n: 1 }, { n: 2 }]);
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});
beforeEach(() => {
  bucket = memoryStore();
  store = { ...bucket, signing };
});

const options = (of: Store) => ({
  store: of,
  scope,
  source: { url: server.urlOf('crm') },
  recipients: [team.recipient],
  verify: { url: server.url },
});
const health = () => backupHealth(store, scope);

/** What anybody can make who can write the bucket: encrypted to the public recipients, with a manifest that says that all is well. */
async function forge(signer = strangers.signer): Promise<Manifest> {
  const pieces: Uint8Array[] = [];
  const archive = async function* () {
    const plain: Uint8Array[] = [];
    for await (const piece of encodeArchive(interleaved('crm', ['leads'], 1, 3))) plain.push(piece);
    yield gzipSync(Buffer.concat(plain));
  };
  for await (const piece of encrypt(archive(), [team.recipient])) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const now = new Date();
  const id = newBackupId(now);
  const key = dataKey(scope, id, true);
  bucket.objects.set(key, bytes);
  const at = now.toISOString();
  const manifest: Manifest = {
    ...{ format: 'conductor-backup/1', id, ...scope, purpose: 'scheduled', release: null, sequence: 1e9 },
    ...{ startedAt: at, finishedAt: at },
    source: { version: '7.0.0', embedded: true, replicaSet: null },
    consistency: { kind: 'snapshot', at: { t: 1, i: 1 } },
    data: {
      key,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      recipients: [team.recipient],
    },
    ...{ archiveBytes: 7, collections: [], warnings: [] },
    verification: { state: 'verified', at, duration: 1, server: 'mongod 7.0.0' },
  };
  await writeManifest({ ...bucket, signing: { signer, others: [] } }, manifest);
  return manifest;
}
const withoutSignature = (key: string) => {
  const { signature: _, ...rest } = JSON.parse(bucket.objects.get(key)!.toString());
  bucket.objects.set(key, Buffer.from(JSON.stringify(rest)));
};

describe('a backup that somebody made who can only write the bucket', () => {
  test.each(['signed with a key of theirs', 'not signed'])('%s is never good', async (how) => {
    const forged = await forge();
    if (how === 'not signed') withoutSignature(`crm/production/${forged.id}/manifest.json`);
    const [listed] = (await listBackups(store, scope)).backups;
    expect(listed).toMatchObject({
      id: forged.id,
      unsigned: expect.stringMatching(/^it is (not signed|signed with a key)/),
    });
    expect((await health()).state).toBe('none');
    await expect(findBackup(store, scope, 'latest')).rejects.toMatchObject({ code: 'backup.not-found' });
    // Nor does looking at it again make it so.
    await rereadBackup({ store, scope, id: forged.id });
    await expect(
      verifyBackup({
        store,
        scope,
        id: forged.id,
        identities: [team.identity],
        scratch: { url: server.url },
      }),
    ).rejects.toMatchObject({ code: 'restore.differs' });
    expect((await listBackups(store, scope)).backups[0]?.unsigned).toBeDefined();
    expect((await health()).state).toBe('none');
  });

  test('does not keep the night from making one, nor says what number it has, nor what it is compared with', async () => {
    await forge();
    const report = await runBackup({ ...options(store), since: new Date(Date.now() - 3_600_000) });
    expect(report).toMatchObject({ outcome: 'good', alarms: [] });
    expect(await health()).toMatchObject({ state: 'good', last: { id: report.backup!.id } });
    expect((await findBackup(store, scope, 'latest')).manifest.id).toBe(report.backup!.id);
    for (const { sequence, unsigned } of (await listBackups(store, scope)).backups)
      if (unsigned === undefined) expect(sequence ?? 1).toBeLessThan(10);
  });
});

describe('a backup that was signed', () => {
  test('is good for those who know the key, also when a new one has come', async () => {
    const made = await createBackup(options(store));
    expect((await readManifest(store, scope, made.id)).manifest.signature?.key).toBe(
      signing.signer.publicKey,
    );
    expect((await health()).state).toBe('good');
    const rotated = { ...bucket, signing: { signer: strangers.signer, others: [signing.signer.publicKey] } };
    expect((await backupHealth(rotated, scope)).state).toBe('good');
    expect((await backupHealth({ ...bucket, signing: strangers }, scope)).state).toBe('none');
    // Proven again, it is signed again.
    await verifyBackup({
      store: rotated,
      scope,
      id: made.id,
      identities: [team.identity],
      scratch: { url: server.url },
    });
    expect((await readManifest(rotated, scope, made.id)).manifest.signature?.key).toBe(
      strangers.signer.publicKey,
    );
  });

  test('cannot be changed, renamed, or put in the place of another', async () => {
    const made = await createBackup(options(store));
    const key = `crm/production/${made.id}/manifest.json`;
    const text = bucket.objects.get(key)!.toString();
    const { signature, checksum: _, ...content } = JSON.parse(text);
    // Whoever changes it can make its checksum right, and not its signature.
    const changed = JSON.parse(serializeManifest({ ...content, archiveBytes: 1 }));
    const forged = JSON.stringify({ ...changed, signature });
    expect(() => parseManifest(forged, scope, made.id, signing)).toThrow(
      'its signature is of something else',
    );
    expect(() => parseManifest(text, scope, newBackupId(new Date()), signing)).toThrow('it belongs to');
    const renamed = newBackupId(new Date(Date.now() + 1_000));
    const elsewhere = JSON.parse(
      serializeManifest({
        ...content,
        id: renamed,
        data: { ...content.data, key: dataKey(scope, renamed, true) },
      }),
    );
    const replayed = JSON.stringify({ ...elsewhere, signature });
    expect(() => parseManifest(replayed, scope, renamed, signing)).toThrow(
      'its signature is of something else',
    );
    bucket.objects.set(key, Buffer.from(forged));
    expect((await health()).state).toBe('none');
    expect((await listBackups(store, scope)).damaged).toHaveLength(1);
  });

  test('is read, and not changed, where there is no key', async () => {
    const made = await createBackup(options(store));
    expect((await backupHealth(bucket, scope)).state).toBe('good');
    await expect(rereadBackup({ store: bucket, scope, id: made.id })).rejects.toMatchObject({
      code: 'manifest.no-signer',
    });
    expect((await health()).state).toBe('good');
  });

  test('stands beside those from before there were signatures, which are readable and do not count', async () => {
    const old = await createBackup(options(bucket));
    expect((await health()).state).toBe('none');
    expect((await listBackups(store, scope)).backups).toMatchObject([
      { id: old.id, unsigned: 'it is not signed' },
    ]);
    expect((await findBackup(store, scope, old.id)).manifest.id).toBe(old.id);
    await expect(findBackup(store, scope, 'latest')).rejects.toMatchObject({
      message: expect.stringContaining(`of the newest, ${old.id}, it is not signed`),
      hint: expect.stringContaining(`conductor restore production ${old.id}`),
    });
  });
});
