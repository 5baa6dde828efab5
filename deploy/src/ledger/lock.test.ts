import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLease } from 'conductor-backup/lease';
import { identityOf, isProvenGone } from 'conductor-backup/process-identity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leaseContract } from '../../../backup/test/lease-contract.ts';
import { fileLedger } from './file-ledger.ts';
import { FileLock } from './file-lock.ts';
import { GitLedger } from './git-ledger.ts';
import { GitLock } from './git-lock.ts';
import { GitRefs } from './git-refs.ts';
import { isHeld, type Ledger } from './ledger.ts';
import { type Lock, type LockDetails, lockedBy, lostLock } from './lock.ts';
import type { LockTerms } from './lock-terms.ts';

const details: LockDetails = {
  by: { user: 'ana', host: 'laptop' },
  pid: 1,
  process: null,
  started: null,
  since: '2026-01-01T00:00:00.000Z',
  renewed: '2026-01-01T00:00:00.000Z',
  reason: 'test',
};
const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }).trim();

let folder: string;
const newFolder = () => mkdtemp(join(tmpdir(), 'conductor-lock-'));

/** A remote that `clone` makes clones of. */
function remoteIn(base: string): () => string {
  const remote = join(base, 'remote.git');
  git('init', '-q', '--bare', remote);
  let clones = 0;
  return () => {
    const clone = join(base, `clone-${++clones}`);
    git('clone', '-q', remote, clone);
    return clone;
  };
}

leaseContract('a folder of this machine', {
  details,
  patience: 900,
  heartbeat: 100,
  async open() {
    const base = await newFolder();
    return {
      place: async () => new FileLock(join(base, 'lock'), 'production'),
      close: () => rm(base, { recursive: true, force: true }),
    };
  },
});

leaseContract('a git ref', {
  details,
  patience: 3000,
  heartbeat: 400,
  async open() {
    const base = await newFolder();
    const clone = remoteIn(base);
    return {
      place: async () => {
        const root = clone();
        return new GitLock({
          refs: new GitRefs(root, 'origin', 'refs/conductor/production'),
          prefix: 'refs/conductor/production',
          environment: 'production',
          note: join(root, '.conductor/production/lock-taken'),
        });
      },
      close: () => rm(base, { recursive: true, force: true }),
    };
  },
});

/** A lock as versions wrote it that trusted the host's name and the clock. */
const earlier = (seconds: number): Record<string, unknown> => ({
  id: '2f1d6c0e-8a53-4f6e-9a51-0e0a4d2c9b11',
  token: 7,
  by: { user: 'ben', host: hostname() },
  pid: process.pid,
  started: 'another boot:1',
  since: '2026-01-01T00:00:00.000Z',
  renewed: new Date(Date.now() - seconds * 1000).toISOString(),
  reason: 'deploy',
  released: false,
});

/** Where a lock lies, and how it is put there by another program. */
interface Bench {
  readonly ledger: Ledger;
  put(lock: Record<string, unknown> | string): Promise<void>;
  read(): Promise<Lock>;
}
const terms: LockTerms = { patience: 60_000, heartbeat: 400 };
const benches: Record<string, () => Promise<Bench>> = {
  async file() {
    const file = join(folder, 'lock/7.json');
    await mkdir(join(folder, 'lock'));
    return {
      ledger: fileLedger(folder, 'production', terms),
      // Whole, as every program writes it.
      async put(lock) {
        await writeFile(`${file}.next`, typeof lock === 'string' ? lock : JSON.stringify(lock));
        await rename(`${file}.next`, file);
      },
      read: async () => JSON.parse(await readFile(join(folder, 'lock/8.json'), 'utf8')),
    };
  },
  async git() {
    const root = remoteIn(folder)();
    const refs = new GitRefs(root, 'origin', 'refs/conductor/production');
    const ref = 'refs/conductor/production/lock';
    return {
      ledger: new GitLedger(root, 'origin', 'production', terms),
      async put(lock) {
        const text = typeof lock === 'string' ? lock : JSON.stringify(lock);
        const to = await refs.commit('lock.json', text, null, 'lock');
        await refs.push([{ ref, from: await refs.commitOf(ref), to }]);
      },
      read: async () => JSON.parse(git('-C', root, 'cat-file', 'blob', `${ref}:lock.json`)),
    };
  },
};

beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each(Object.entries(benches))('a lock of an earlier version (%s)', (_, open) => {
  const by = { user: 'ana', host: hostname() };

  it('is read, refused while it looks alive, and ended by hand', async () => {
    const { ledger, put, read } = await open();
    await put(earlier(0));
    const found = await ledger.acquire({ by, reason: 'next' });
    expect(isHeld(found)).toBe(false);
    expect(found).toMatchObject({ by: { user: 'ben' }, token: 7 });
    expect(await ledger.holder()).toMatchObject({ by: { user: 'ben' } });
    expect(await ledger.breakLock(by)).toMatchObject({ by: { user: 'ben' } });
    expect(await read()).toMatchObject({ token: 8, released: true, by });
    expect(await ledger.breakLock(by)).toBeUndefined();
  });

  it('is not stolen from a living holder with a slow clock, although the host is called the same', async () => {
    const { ledger, put } = await open();
    await put(earlier(65));
    const onWait = vi.fn(async () => put(earlier(64)));
    expect(await ledger.acquire({ by, reason: 'next', onWait })).toMatchObject({ by: { user: 'ben' } });
    expect(onWait).toHaveBeenCalledOnce();
  });

  it('that was let go is taken with the next token', async () => {
    const { ledger, put } = await open();
    await put({ ...earlier(65), released: true });
    const lock = await ledger.acquire({ by, reason: 'next' });
    if (!isHeld(lock)) throw new Error('it is held');
    expect(lock.token).toBe(8);
    await lock.release();
  });

  it('that is corrupted is left as it is', async () => {
    const { ledger, put } = await open();
    await put('no lock');
    await expect(ledger.acquire({ by, reason: 'next' })).rejects.toMatchObject({
      code: 'lock.corrupted',
      exit: 7,
    });
    await expect(ledger.breakLock(by)).rejects.toMatchObject({ code: 'lock.corrupted' });
  });
});

describe.each(Object.entries(benches))('who holds a lock (%s)', (_, open) => {
  const by = { user: 'ana', host: hostname() };
  const unreleased = (seconds: number, beat: number) => ({ ...earlier(seconds), beat, patience: 60_000 });

  it.each([
    ['old', 3600],
    ['of the future', -3600],
  ])('is told after another sign of life when the last one looks %s', async (_, seconds) => {
    const { ledger, put } = await open();
    await put(unreleased(seconds, 1));
    const began = performance.now();
    expect(await ledger.holder()).toBeUndefined();
    expect(performance.now() - began).toBeGreaterThanOrEqual(terms.heartbeat);
    let looking = true;
    const living = async () => {
      for (let beat = 2; looking; beat++) {
        await put(unreleased(seconds, beat));
        await sleep(terms.heartbeat / 4);
      }
    };
    const told = ledger.holder().finally(() => {
      looking = false;
    });
    const [holder] = await Promise.all([told, living()]);
    expect(holder).toMatchObject({ by: { user: 'ben' } });
    // And not yet to be taken over: that takes the whole patience.
    const signal = AbortSignal.timeout(terms.heartbeat * 3);
    await expect(ledger.acquire({ by, reason: 'next', signal })).rejects.toThrow(/abort/i);
  });
});

describe('a process', () => {
  it('is known by its world, its id and its start, and proven to be gone only by its own world', async () => {
    const me = (await identityOf(process.pid))!;
    expect(me).not.toBeNull();
    expect(await isProvenGone(process.pid, me)).toBe(false);
    expect(await isProvenGone(process.pid, { ...me, started: '1' })).toBe(true);
    const ended = spawnedPid();
    expect(await isProvenGone(ended, me)).toBe(true);
    expect(await isProvenGone(ended, { ...me, world: 'another' })).toBe(false);
  });

  const spawnedPid = () =>
    Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
});

describe('the words about a lock', () => {
  const lock: Lock = { ...details, id: 'x', token: 3, beat: 0, patience: 60_000, released: false };

  it('name who has it, and what to do', () => {
    const { message, hint } = lockedBy(lock, 'production');
    expect(message).toBe(
      'production is being changed by ana@laptop (process 1) since 2026-01-01T00:00:00.000Z: test.',
    );
    expect(hint).toContain('conductor lock production');
    expect(lockedBy({ ...lock, released: true }, 'production').message).toContain('until just now');
  });

  it('say how it was lost', () => {
    expect(lostLock('production', lock).message).toContain('taken over by ana@laptop (process 1)');
    expect(lostLock('production', { ...lock, reason: 'lock --release' }).message).toContain(
      'was ended by ana@laptop',
    );
    expect(lostLock('production', undefined, new Error('no network')).message).toContain('no network');
    expect(lostLock('production')).toMatchObject({ code: 'lock.lost', exit: 6 });
  });
});

it('a taker that was overtaken by several holders does not go back to its own token', async () => {
  const lock = new FileLock(join(folder, 'lock'), 'production');
  const behind = {
    read: async () => undefined,
    write: (...args: Parameters<typeof lock.write>) => lock.write(...args),
    lost: lock.lost,
    busy: lock.busy,
  };
  const record = { ...details, id: 'b', token: 2, beat: 0, patience: 60_000, released: false };
  await lock.write({ ...record, id: 'a', token: 1 }, undefined);
  await lock.write(record, await lock.read());
  const taken = await takeLease(behind, { details, patience: 60_000, heartbeat: 100 }).catch(
    (error) => error,
  );
  expect(taken).toMatchObject({ code: 'ledger.busy' });
  expect((await lock.read())?.record.id).toBe('b');
});
