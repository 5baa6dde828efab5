import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { generateKeyPair } from '../src/index.ts';
import { startMongo } from '../test/mongo.ts';
import { mongoTools } from '../test/mongo-tools.ts';
import { run as runOurs } from '../test/processes.ts';
import { type Shape, shapes } from './shapes.ts';
import { run, type Taken } from './theirs.ts';
import type { Measured, Work } from './work.ts';

/**
 * Backs up and restores databases of several shapes (`shapes.ts`; CONDUCTOR_STORIES=full takes them at their full size). Prints time,
 * the most memory that the backing up and restoring processes had, and bytes, beside mongodump and mongorestore on the same server
 * where they are installed, with what is promised; given a word, only the shapes that have it in their name. Ends with 1 when a promise is not kept.
 */
const MIB = 1024 * 1024;
const MOST_MEMORY = 200 * MIB;
/** Of the bytes of mongodump's archive. */
const MOST_BYTES = 1.1;

const tools = await mongoTools();
if ('reason' in tools) console.log(tools.reason);
const problems: string[] = [];
const wanted = process.argv[2] ?? '';
for (const shape of shapes(process.env.CONDUCTOR_STORIES === 'full'))
  if (shape.name.includes(wanted)) await measure(shape);
process.exitCode = problems.length > 0 ? 1 : 0;
console.log(problems.length > 0 ? `${problems.length} promises are not kept` : 'all promises are kept');

async function measure(shape: Shape): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-bench-'));
  const server = await startMongo();
  // embedded-mongo answers nobody while it builds an index, which takes longer than a driver waits by default.
  const patient = (address: string) => `${address}&connectTimeoutMS=900000`;
  const url = patient(server.urlOf('bench'));
  const client = await new MongoClient(url).connect();
  const theirFile = join(folder, 'theirs');
  try {
    await shape.fill(client.db());
    const megabytes = (await client.db().stats()).dataSize / 1e6;
    console.log(`\n${shape.name}, ${megabytes.toFixed(0)} MB`);
    const { recipient, identity } = await generateKeyPair();
    const common = { folder, recipient, url };

    const dump = await ours({ ...common, kind: 'create' });
    tell('backup', dump, megabytes);
    const theirDump =
      'reason' in tools
        ? undefined
        : await run(tools.mongodump, [
            '--uri',
            patient(server.url),
            '--db',
            'bench',
            '--gzip',
            `--archive=${theirFile}`,
          ]);
    if (!('reason' in tools)) tell('mongodump', theirDump, megabytes);

    await client.db().dropDatabase();
    const restore = await ours({ ...common, kind: 'restore', id: dump.id, identity });
    tell('restore', restore, megabytes);
    if (theirDump !== undefined && !('reason' in tools)) {
      await client.db().dropDatabase();
      // Without a promise: ours reads everything back and compares it, which mongorestore does not.
      const theirRestore = await run(tools.mongorestore, [
        '--uri',
        patient(server.url),
        '--gzip',
        `--archive=${theirFile}`,
      ]);
      tell('mongorestore', theirRestore, megabytes);
    }

    promise('memory of the backup, MiB', dump.peak / MIB, MOST_MEMORY / MIB);
    promise('memory of the restore, MiB', restore.peak / MIB, MOST_MEMORY / MIB);
    if (theirDump !== undefined) {
      promise("seconds of the backup (mongodump's)", dump.seconds, theirDump.seconds);
      const { size } = await stat(theirFile);
      promise("bytes of the archive, of mongodump's", dump.size / size, MOST_BYTES);
    }
  } finally {
    await client.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** In a process of its own, whose memory is that of the work alone. */
async function ours(work: Work): Promise<Measured> {
  const script = fileURLToPath(new URL('./work.ts', import.meta.url));
  const { stdout } = await runOurs(process.execPath, [script, JSON.stringify(work)]);
  return JSON.parse(stdout);
}

function tell(what: string, taken: Taken | undefined, megabytes: number): void {
  if (taken === undefined) {
    console.log(`  ${what}: given up after a quarter of an hour`);
    return;
  }
  const { seconds, peak } = taken;
  const memory = peak === undefined ? 'memory unknown' : `${(peak / MIB).toFixed(0)} MiB of memory`;
  console.log(`  ${what}: ${seconds.toFixed(1)} s, ${(megabytes / seconds).toFixed(0)} MB/s, ${memory}`);
}

/** Says what is promised and what was seen, and remembers when it was more. */
function promise(what: string, seen: number, most: number): void {
  const kept = seen <= most;
  const line = `${kept ? '✓' : '✗'} ${what}: ${seen.toFixed(2)}, at most ${most.toFixed(2)}`;
  console.log(`  ${line}`);
  if (!kept) problems.push(line);
}
