import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chaos, jumped } from '../test/chaos.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { random } from '../test/random.ts';
import { type S3Twin, startS3Twin } from '../test/s3-twin/twin.ts';
import { generateKeyPair } from './encryption/keys.ts';
import { findLeftovers, listBackups } from './list.ts';
import { type RunOptions, type RunReport, runBackup } from './run.ts';
import { s3Store } from './stores/s3.ts';
import type { Store } from './stores/store.ts';
import { prove } from './verify.ts';

/** The short run is the beginning of the full one: each mode once. */
const full = process.env.CONDUCTOR_STORIES === 'full';
const RUNS = full ? 2_000 : chaos.length;
const FIRST_SEED = Number(process.env.BACKUP_SEED ?? 1);
/** Runs at once, each against an S3 of its own: most of their time is waiting. */
const LANES = 4;
/** Milliseconds of a store's silence; and for a whole run, whatever its store does. */
const SILENCE = 200;
const DEADLINE = 20_000;

const scope = { project: 'crm', environment: 'production' };
/** Milliseconds: of a run that is to get into trouble soon, and of one that must not, on a machine with much else to do. */
const leasePatience = 600;
const PATIENT = 20_000;
const team = await generateKeyPair();

let server: TestServer;
let base: Omit<RunOptions, 'store'>;

beforeAll(async () => {
  server = await startMongo();
  const client = await new MongoClient(server.url).connect();
  const documents = Array.from({ length: 100 }, (_, number) => ({
    number,
    text: `lead ${number}`.repeat(20),
  }));
  await client.db('crm').collection('leads').insertMany(documents);
  await client.db('crm').collection('leads').createIndex({ number: 1 }, { unique: true });
  await client.close();
  base = {
    scope,
    source: { url: server.urlOf('crm') },
    recipients: [team.recipient],
    verify: { url: server.url },
    leasePatience,
  };
});
afterAll(() => server?.close());

describe(`${RUNS} seeded runs against ${chaos.length} kinds of a hostile S3`, () => {
  const seen = new Map<string, number>();
  const hit = new Set<string>(['nothing']);
  let longest = 0;
  let proven = 0;

  test(
    'give no false green, no green that cannot be restored, one alarm a failure, no orphans, and all end',
    async () => {
      const seeds = Array.from({ length: RUNS }, (_, index) => FIRST_SEED + index).values();
      await Promise.all(Array.from({ length: LANES }, () => new Lane().work(seeds)));
      const lines = [...seen].sort().map(([what, times]) => `  ${what} ×${times}`);
      console.log(
        `${lines.join('\n')}\n  ${hit.size} kinds met, ${proven} greens restored, longest run ${(longest / 1_000).toFixed(1)} s`,
      );
      const unmet = chaos.map(({ title }) => title).filter((title) => !hit.has(title));
      if (full) expect(unmet).toEqual([]);
      else expect(unmet.length, unmet.join(', ')).toBeLessThan(chaos.length / 3);
      expect([...seen.keys()].some((what) => what.endsWith(': good'))).toBe(true);
      expect(proven).toBeGreaterThan(0);
    },
    RUNS * 10_000,
  );

  class Lane {
    twin!: S3Twin;
    /** As a run has it, and one that is patient, for what is looked at afterwards. */
    hurried!: Store;
    store!: Store;

    async work(seeds: IterableIterator<number>): Promise<void> {
      this.twin = await startS3Twin();
      const { bucket, endpoint, credentials } = this.twin;
      const settings = { bucket, endpoint, credentials, attempts: 2 };
      this.hurried = s3Store({ ...settings, timeout: SILENCE });
      this.store = s3Store({ ...settings, timeout: 5_000 });
      try {
        let made = 0;
        for (const seed of seeds) {
          await this.one(seed);
          if (++made % 5 === 0) await this.expectRecovered(`after seed ${seed}`);
        }
      } finally {
        this.hurried.close();
        this.store.close();
        await this.twin.close();
      }
    }

    async one(seed: number): Promise<void> {
      const dice = random(seed);
      // Each kind in turn, so that a short run has them all.
      const what = chaos[seed % chaos.length]!;
      const killed = dice.below(25) === 0;
      const context = `seed ${seed}: ${killed ? 'kill -9' : what.title}`;
      const before = new Set(this.twin.objects.keys());
      if (killed) await this.runAndKill(dice.below(900));
      else {
        const end = what.begin(this.twin, dice);
        this.countHits(what.title);
        const second = dice.below(8) === 0;
        const trouble = second ? { since: new Date() } : dice.below(8) === 0 ? { now: jumped(dice) } : {};
        const options = { ...base, store: this.hurried, ...trouble };
        const began = performance.now();
        const reports = await Promise.all([runBackup(options), ...(second ? [runBackup(options)] : [])]);
        end();
        longest = Math.max(longest, performance.now() - began);
        expect(performance.now() - began, context).toBeLessThan(DEADLINE);
        expect(reports.filter(({ outcome }) => outcome === 'good').length, context).toBeLessThanOrEqual(1);
        for (const { outcome } of reports) count(`${what.title}: ${outcome}`);
        for (const report of reports) await this.expectHonest(report, context);
      }
      await this.expectRestorable(before, context);
    }

    countHits(title: string): void {
      const { fault } = this.twin;
      if (!fault) return;
      this.twin.fault = (operation) => {
        const found = fault(operation);
        if (found) hit.add(title);
        return found;
      };
    }

    /** The report says what is true of the store. */
    async expectHonest({ outcome, alarms, backup }: RunReport, context: string): Promise<void> {
      if (outcome === 'failed') expect(alarms, context).toHaveLength(1);
      if (outcome === 'skipped') expect(alarms, context).toEqual([]);
      if (outcome !== 'good') return;
      const kept = (await listBackups(this.store, scope)).backups.find(({ id }) => id === backup!.id);
      expect(kept?.verification.state, context).toBe('verified');
    }

    /** Whatever calls itself verified and is new can be restored, with the team's key. */
    async expectRestorable(before: ReadonlySet<string>, context: string): Promise<void> {
      const { store } = this;
      for (const manifest of (await listBackups(store, scope)).backups) {
        if (before.has(manifest.data.key) || manifest.verification.state !== 'verified') continue;
        const proof = prove({ store, manifest, identities: [team.identity], scratch: { url: server.url } });
        await expect(proof, context).resolves.toMatchObject({ state: 'verified' });
        proven++;
      }
    }

    /** Without trouble the next run is good, and nothing is left behind. */
    async expectRecovered(context: string): Promise<void> {
      const { store, twin } = this;
      const { outcome, alarms } = await runBackup({ ...base, store, leasePatience: PATIENT });
      const others = alarms.filter(
        ({ kind, backup }) => kind !== 'retention-blocked' && !(backup && this.isDamaged(backup)),
      );
      expect({ outcome, others }, context).toEqual({ outcome: 'good', others: [] });
      expect(await findLeftovers(store, scope), context).toEqual([]);
      expect([...twin.uploads.values()], context).toEqual([]);
      // So that listings stay short.
      for (const { id, data } of (await listBackups(store, scope)).backups.slice(3)) {
        await store.delete(`crm/production/${id}/manifest.json`);
        await store.delete(data.key);
      }
    }

    /** Whether what is kept of a backup is not what was written, as a store that lies left it: an alarm of that one is true. */
    isDamaged(id: string): boolean {
      const folder = `crm/production/${id}`;
      const { data } = JSON.parse(this.twin.objects.get(`${folder}/manifest.json`)!.toString());
      const kept = this.twin.objects.get(data.key);
      return kept === undefined || createHash('sha256').update(kept).digest('hex') !== data.sha256;
    }

    async runAndKill(after: number): Promise<void> {
      const { bucket, endpoint, credentials } = this.twin;
      const options = {
        settings: { bucket, endpoint, credentials, attempts: 2, timeout: 2_000 },
        scope,
        url: server.urlOf('crm'),
        scratch: server.url,
        recipient: team.recipient,
        leasePatience,
      };
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('../test/run-child.ts', import.meta.url)), JSON.stringify(options)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const gone = once(child, 'exit');
      const [first] = await Promise.race([once(child.stdout, 'data'), gone]);
      expect(String(first)).toBe('started\n');
      await Promise.race([sleep(after), gone]);
      child.kill('SIGKILL');
      await gone;
    }
  }

  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
});
