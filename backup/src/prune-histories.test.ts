import fc from 'fast-check';
import { expect, test } from 'vitest';
import { suspicious } from '../test/candidates.ts';
import { memoryStore } from '../test/memory-store.ts';
import { addBackup } from '../test/stored.ts';
import { BackupError } from './errors.ts';
import { listBackups } from './list.ts';
import type { Manifest } from './manifest.ts';
import { pruneBackups, sweep } from './prune.ts';
import type { Store } from './stores/store.ts';

const scope = { project: 'crm', environment: 'production' };
const hour = 3_600_000;
const first = Date.parse('2026-01-01T03:00:00Z');

/** What one night brings, most of them nothing special. */
const night = fc.record({
  /** Hours until the next one. */
  pause: fc.oneof({ weight: 9, arbitrary: fc.constant(24) }, fc.integer({ min: 1, max: 60 * 24 })),
  /** Hours that our clock is wrong by. */
  wrong: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: -9_000, max: 9_000 })),
  /** Of a folder on the same machine, which has the same clock. */
  storeAgrees: fc.boolean(),
  state: fc.constantFrom<('verified' | 'pending' | 'failed')[]>(
    'verified',
    'verified',
    'verified',
    'pending',
    'failed',
  ),
  /** From here on backups have hardly anything, and are suspicious. */
  accident: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
  /** Attempts to restore, each of which makes a backup before. */
  attempts: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 12 })),
  mayDelete: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
  /** The process is killed at this deletion. */
  killedAt: fc.oneof({ weight: 4, arbitrary: fc.constant(99) }, fc.integer({ min: 0, max: 5 })),
});

test('over 50 random histories of 60 nights the last good ones stay, with their data', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(night, { minLength: 20, maxLength: 60, size: 'max' }), async (nights) => {
      let time = first;
      let sequence = 0;
      let lost = false;
      let clock = () => new Date(time);
      const store = memoryStore(() => clock());
      /** In the order in which they were made, whatever their dates say. */
      const good: string[] = [];
      for (const { pause, wrong, storeAgrees, state, accident, attempts, mayDelete, killedAt } of nights) {
        const now = () => new Date(time + wrong * hour);
        clock = storeAgrees ? now : () => new Date(time);
        lost ||= accident;
        const add = async (what: Partial<Manifest>) => {
          sequence++;
          const stamp = now().toISOString().slice(0, 19).replace(/[-:]/g, '');
          const id = `${stamp}Z-${sequence.toString(16).padStart(6, '0')}`;
          await addBackup(store, scope, now(), { id, sequence, ...(lost && { suspicious }), ...what });
          return id;
        };
        for (let attempt = 0; attempt < attempts; attempt++) await add({ purpose: 'before-restore' });
        const at = now().toISOString();
        const made = await add({
          verification:
            state === 'verified'
              ? { state, at, duration: 1, server: 'test' }
              : state === 'failed'
                ? { state, at, reason: 'test' }
                : { state },
        });
        if (state === 'verified' && !lost) good.push(made);
        await prune(faulty(store, mayDelete, killedAt), now);
        await expectAll(store, good.slice(-3));
        time += pause * hour;
      }
    }),
    { numRuns: 50, seed: 20261123 },
  );
});

const trouble = (message: string) => new BackupError({ code: 'store.refused', message });

function faulty(store: Store, mayDelete: boolean, killedAt: number): Store {
  let deletions = 0;
  return {
    ...store,
    async delete(key) {
      if (!mayDelete) throw trouble('AccessDenied');
      if (deletions++ >= killedAt) throw trouble('killed');
      await store.delete(key);
    },
  };
}

async function prune(store: Store, now: () => Date): Promise<void> {
  const policy = { days: 30, weeks: 0, months: 0, minimum: 3 };
  try {
    await pruneBackups({ store, scope, policy, now });
    await sweep(store, scope, now);
  } catch (error) {
    expect(error).toMatchObject({ code: 'store.refused' });
  }
}

async function expectAll(store: ReturnType<typeof memoryStore>, ids: readonly string[]): Promise<void> {
  const { backups } = await listBackups(store, scope);
  for (const id of ids) {
    const found = backups.find((backup) => backup.id === id);
    expect(found, id).toBeDefined();
    expect(store.objects.has(found!.data.key), id).toBe(true);
  }
}
