import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill } from '../test/fixture.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { mongoTools } from '../test/mongo-tools.ts';
import { firstMissing, run } from '../test/processes.ts';
import { decodeArchive } from './archive/decode.ts';
import { openArchiveFile } from './archive-file.ts';
import { createBackup } from './create.ts';
import { downloadBackup } from './download.ts';
import { generateKeyPair, type KeyPair } from './encryption/keys.ts';
import type { Manifest } from './manifest.ts';
import { readCatalog } from './mongo/catalog.ts';
import { load } from './mongo/load.ts';
import { fingerprintOf } from './mongo/proof.ts';
import { restoreArchive } from './restore.ts';
import { fileStore } from './stores/file.ts';

const scope = { project: 'crm', environment: 'production' };

describe('without this library', () => {
  let folder: string;
  let server: TestServer;
  let client: MongoClient;
  let team: KeyPair;
  let manifest: Manifest;
  let sealed: string;
  let open: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-standard-tools-'));
    server = await startMongo();
    client = await new MongoClient(server.url).connect();
    await fill(client, 'crm');
    team = await generateKeyPair();
    const store = fileStore(join(folder, 'store'));
    manifest = await createBackup({
      store,
      scope,
      source: { url: server.urlOf('crm') },
      recipients: [team.recipient],
      verify: false,
    });
    sealed = join(folder, 'store', manifest.data.key);
    open = join(folder, 'open.archive.gz');
    const pieces: Uint8Array[] = [];
    for await (const piece of downloadBackup({ store, scope, id: manifest.id, identities: [team.identity] }))
      pieces.push(piece);
    await writeFile(open, Buffer.concat(pieces));
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('age opens a backup, and gzip and the format find in it what was backed up', async ({ skip }) => {
    skip(firstMissing('age') !== undefined, 'age is not installed (Debian: age), so it opened no backup');
    const key = join(folder, 'key.txt');
    await writeFile(key, `${team.identity}\n`, { mode: 0o600 });
    const opened = join(folder, 'by-age');
    await run('age', ['--decrypt', '--identity', key, '--output', opened, sealed]);
    const bytes = await readFile(opened);
    expect(bytes.equals(await readFile(open))).toBe(true);
    let documents = 0;
    for await (const event of decodeArchive([gunzipSync(bytes)])) {
      if (event.kind === 'documents') documents += event.documents.length;
    }
    expect(documents).toBe(manifest.collections.reduce((sum, record) => sum + record.documents, 0));
  });

  test("the guide's commands, word for word, check and open it on a bare machine", async ({ skip }) => {
    skip(firstMissing('age') !== undefined, 'age is not installed (Debian: age), so it opened no backup');
    const guide = await readFile(new URL('../../docs/guides/backups.md', import.meta.url), 'utf8');
    const recovery = guide.slice(guide.indexOf('## On a bare machine'));
    // A command of a numbered step is indented by eight; mongorestore has a test of its own.
    const commands = [...recovery.matchAll(/^ {8}(?!mongorestore)(\S.*)$/gm)].map(([, command]) => command!);
    expect(commands).toHaveLength(4);
    const bare = await mkdtemp(join(folder, 'bare-'));
    await writeFile(join(bare, 'key.txt'), `${team.identity}\n`, { mode: 0o600 });
    await copyFile(sealed, join(bare, 'archive.gz.age'));
    await copyFile(join(dirname(sealed), 'manifest.json'), join(bare, 'manifest.json'));
    const said: string[] = [];
    for (const command of commands) {
      const { stdout, stderr } = await run('sh', ['-c', command], { cwd: bare });
      said.push(stdout.trim() + stderr.trim());
    }
    expect(said).toEqual([manifest.data.sha256, manifest.data.sha256, '', '']);
    expect((await readFile(join(bare, 'archive.gz'))).equals(await readFile(open))).toBe(true);
  });

  test('mongorestore brings a backup back, byte for byte', async ({ skip }) => {
    const tools = await mongoTools();
    if ('reason' in tools) return skip(tools.reason);
    const before = await picture('crm');
    await client.db('crm').dropDatabase();
    await run(tools.mongorestore, ['--uri', server.url, `--archive=${open}`, '--gzip']);
    expect(await picture('crm')).toEqual(before);
  });

  test("mongodump's archive is restored by us, byte for byte", async ({ skip }) => {
    const tools = await mongoTools();
    if ('reason' in tools) return skip(tools.reason);
    const before = await picture('crm');
    const archive = join(folder, 'theirs.gz');
    await run(tools.mongodump, ['--uri', server.url, '--db', 'crm', `--archive=${archive}`, '--gzip']);
    await client.db('crm').dropDatabase();
    await load(decodeArchive([gunzipSync(await readFile(archive))]), client);
    expect(await picture('crm')).toEqual(before);
  });

  test("mongodump's archive of many collections, which come in turns, is restored to the document", {
    timeout: 180_000,
  }, async ({ skip }) => {
    const tools = await mongoTools();
    if ('reason' in tools) return skip(tools.reason);
    const names = ['c0', 'c1', 'c2', 'c3', 'c4'];
    // More than the 16 MB that mongodump collects of each before it turns to the next.
    for (const name of names) {
      const documents = Array.from({ length: 20_000 }, (_, n) => ({ n, text: name.repeat(500) }));
      await client.db('many').collection(name).insertMany(documents);
    }
    await client.db('many').collection('c1').createIndex({ n: 1 }, { unique: true });
    const before = await picture('many');
    for (const more of [[], ['--gzip']]) {
      const archive = join(folder, 'many.archive');
      await run(tools.mongodump, ['--uri', server.url, '--db', 'many', `--archive=${archive}`, ...more]);
      const source = await openArchiveFile(archive);
      if (more.length === 0) expect(await segments(archive)).toBeGreaterThan(names.length);
      await client.db('many').dropDatabase();
      const { restored } = await restoreArchive(source, { url: server.url });
      expect(restored).toHaveLength(names.length);
      expect(await picture('many')).toEqual(before);
    }
    await client.db('many').dropDatabase();
  });

  /** How often an archive turns to a collection; more often than it has collections, when several were written at a time. */
  async function segments(archive: string): Promise<number> {
    let turns = 0;
    for await (const event of decodeArchive(createReadStream(archive))) if (event.kind === 'segment') turns++;
    return turns;
  }

  async function picture(database: string): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const { collection, type, options, indexes } of await readCatalog(client.db(database))) {
      const { documents, hash } = await fingerprintOf(client, { db: database, collection }, type);
      // In which order indexes are built is the tool's own business.
      found[collection] = { type, options, indexes: indexes.toSorted(), documents, hash };
    }
    return found;
  }
});
