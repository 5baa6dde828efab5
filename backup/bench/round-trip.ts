import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { generateKeyPair } from '../src/index.ts';
import { startMongo } from '../test/mongo.ts';
import { mongoTools } from '../test/mongo-tools.ts';
import { run } from '../test/processes.ts';
import type { Measured, Work } from './work.ts';

/**
 * Backs up and restores a database of two million documents, a gigabyte (CONDUCTOR_STORIES=full), or a twentieth of it. Prints
 * throughput in MB of documents a second, and the most memory that the backing up and restoring processes had, beside mongodump
 * and mongorestore on the same server where they are installed. Ends with 1 when memory or throughput are not what they must be.
 */
const full = process.env.CONDUCTOR_STORIES === 'full';
const DOCUMENTS = full ? 2_000_000 : 100_000;
const MOST_MEMORY = 200 * 1024 * 1024;
const VOCABULARY =
  'lead call quote friday contract renewal budget meeting manager interested pricing proposal follow up next week demo product sales team mail phone signed lost won stage deal visit customer asked waits for answer from finance before monday';
/** Of the bytes of mongodump's archive. */
const MOST_BYTES = 1.1;

const folder = await mkdtemp(join(tmpdir(), 'backup-bench-'));
const server = await startMongo();
// embedded-mongo answers nobody while it builds an index, which takes longer than a driver waits by default.
const patient = (address: string) => `${address}&connectTimeoutMS=900000`;
const url = patient(server.urlOf('bench'));
const client = await new MongoClient(url).connect();
const problems: string[] = [];
try {
  const megabytes = (await fill()) / 1e6;
  console.log(`${DOCUMENTS} documents, ${megabytes.toFixed(0)} MB, in ${server.url}`);
  const { recipient, identity } = await generateKeyPair();
  const common = { folder, recipient, url };

  const dump = await measure({ ...common, kind: 'create' });
  report('backup: dump, gzip, encrypt, store', megabytes, dump);
  const theirDump = await mongodump(megabytes);

  await client.db('bench').dropDatabase();
  const restore = await measure({ ...common, kind: 'restore', id: dump.id, identity });
  report('restore: fetch, decrypt, insert, index, read back', megabytes, restore);
  const theirRestore = await mongorestore(megabytes);

  for (const [what, { peak }] of Object.entries({ backup: dump, restore })) {
    if (!(peak > 0 && peak <= MOST_MEMORY))
      problems.push(`${what} had ${mib(peak)} of memory; ${mib(MOST_MEMORY)} is the limit`);
  }
  if (theirDump !== undefined) {
    const share = (dump.size / theirDump.size).toFixed(2);
    console.log(`our archive has ${share} of the bytes of mongodump's`);
    if (!(dump.seconds <= theirDump.seconds)) problems.push('mongodump was faster');
    if (!(dump.size <= MOST_BYTES * theirDump.size))
      problems.push(`the archive is larger than ${MOST_BYTES} of mongodump's`);
  }
  if (theirRestore !== undefined && !(restore.seconds <= theirRestore.seconds))
    problems.push('mongorestore was faster');
} finally {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
for (const problem of problems) console.log(`✗ ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Documents as a CRM has them, about 500 bytes each, with two indexes. Returns their bytes. */
async function fill(): Promise<number> {
  const leads = client.db('bench').collection('leads');
  const words = VOCABULARY.split(' ');
  const note = (seed: number) =>
    Array.from(
      { length: 28 },
      (_, index) => words[(seed * 31 + index * index * 7 + (seed >> (index % 13))) % words.length],
    ).join(' ');
  for (let at = 0; at < DOCUMENTS; at += 10_000) {
    await leads.insertMany(
      Array.from({ length: 10_000 }, (_, index) => ({
        name: `Ana Maria da Silva ${at + index}`,
        email: `lead${at + index}@example.com`,
        phone: `+55119${String(at + index).padStart(8, '0')}`,
        stage: ['new', 'contacted', 'qualified', 'lost'][index % 4],
        value: index * 1.5,
        tags: ['import', `batch-${at}`],
        note: note(at + index),
        createdAt: new Date(1700000000000 + at + index),
      })),
      { ordered: false },
    );
  }
  await leads.createIndex({ email: 1 });
  await leads.createIndex({ stage: 1, createdAt: -1 });
  return (await client.db('bench').stats()).dataSize;
}

async function measure(work: Work): Promise<Measured> {
  const script = fileURLToPath(new URL('./work.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [script, JSON.stringify(work)]);
  return JSON.parse(stdout);
}

function report(
  what: string,
  megabytes: number,
  { seconds, peak }: Pick<Measured, 'seconds' | 'peak'>,
): void {
  console.log(
    `${what}: ${seconds.toFixed(1)} s, ${(megabytes / seconds).toFixed(0)} MB/s, at most ${mib(peak)} of memory`,
  );
}

async function mongodump(megabytes: number): Promise<Theirs | undefined> {
  const tools = await mongoTools();
  if ('reason' in tools) {
    console.log(tools.reason);
    return undefined;
  }
  return theirs(
    tools.mongodump,
    ['--uri', patient(server.url), '--db', 'bench', '--gzip', `--archive=${join(folder, 'theirs')}`],
    megabytes,
  );
}

async function mongorestore(megabytes: number): Promise<Theirs | undefined> {
  const tools = await mongoTools();
  if ('reason' in tools) return undefined;
  await client.db('bench').dropDatabase();
  return theirs(
    tools.mongorestore,
    ['--uri', patient(server.url), '--gzip', `--archive=${join(folder, 'theirs')}`],
    megabytes,
  );
}

/** What a tool of MongoDB took for the same. */
interface Theirs {
  readonly seconds: number;
  /** Bytes of the archive. */
  readonly size: number;
}

async function theirs(program: string, args: readonly string[], megabytes: number): Promise<Theirs> {
  const start = performance.now();
  await run(program, [...args]);
  const seconds = (performance.now() - start) / 1000;
  const { size } = await stat(join(folder, 'theirs'));
  console.log(
    `${basename(dirname(program)) || program}: ${seconds.toFixed(1)} s, ${(megabytes / seconds).toFixed(0)} MB/s, archive of ${mib(size)}`,
  );
  return { seconds, size };
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
