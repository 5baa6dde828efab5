import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLedger } from './file-ledger.ts';
import { GitLedger } from './git-ledger.ts';
import { isHeld, type Ledger } from './ledger.ts';
import type { HeldLock } from './lock.ts';
import type { Fact } from './record.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-ledger-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const by = { user: 'ana', host: 'laptop' };
const started = (deploy: string): Fact => ({
  type: 'started',
  deploy,
  kind: 'deploy',
  version: 'v1',
  previous: null,
  at: '2026-01-01T00:00:00.000Z',
  by,
});
async function take(ledger: Ledger): Promise<HeldLock> {
  const lock = await ledger.acquire({ by, reason: 'test' });
  if (!isHeld(lock)) throw new Error('the lock is taken');
  return lock;
}
const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Several people at one environment: their ledgers, however they are kept. */
const kinds: Record<string, (people: number) => Promise<Ledger[]>> = {
  'a file ledger': async (people) =>
    Array.from({ length: people }, () => fileLedger(join(folder, 'env'), 'production')),
  'a git ledger': async (people) => {
    const remote = join(folder, 'remote.git');
    git('init', '-q', '--bare', remote);
    return Array.from({ length: people }, (_, i) => {
      const clone = join(folder, `clone-${i}`);
      git('clone', '-q', remote, clone);
      return new GitLedger(clone, 'origin', 'production');
    });
  },
};

describe.each(Object.entries(kinds))('%s', (_, open) => {
  it('is empty at first, and remembers what is added for everyone', async () => {
    const [ana, ben] = (await open(2)) as [Ledger, Ledger];
    expect((await ana.history()).deploys).toEqual([]);
    const lock = await take(ana);
    await ana.append(started('1'), lock);
    await ana.append(started('2'), lock);
    await lock.release();
    expect((await ben.history()).deploys.map(({ deploy }) => deploy)).toEqual(['1', '2']);
  });

  it('is held by exactly one of ten who race for it, and names them to the others', async () => {
    const people = await open(10);
    const locks = await Promise.all(people.map((ledger) => ledger.acquire({ by, reason: 'race' })));
    const held = locks.filter(isHeld);
    expect(held).toHaveLength(1);
    for (const lock of locks)
      if (!isHeld(lock)) expect(lock).toMatchObject({ by, reason: 'race', token: held[0]!.token });
    await held[0]!.release();
    expect(await people[0]!.holder()).toBeUndefined();
    await (await take(people[9]!)).release();
  }, 60_000);

  it('refuses the writes of a holder whose lock was ended', async () => {
    const [ana, ben] = (await open(2)) as [Ledger, Ledger];
    const old = await take(ana);
    await ana.append(started('1'), old);
    await ben.breakLock(by);
    const lock = await take(ben);
    await expect(ana.append(started('2'), old)).rejects.toMatchObject({ code: 'lock.lost', exit: 6 });
    await expect(old.assertHeld()).rejects.toMatchObject({ code: 'lock.lost' });
    await ben.append(started('3'), lock);
    expect((await ana.history()).deploys.map(({ deploy }) => deploy)).toEqual(['1', '3']);
    await lock.release();
    await old.release().catch((error) => expect(error).toMatchObject({ code: 'lock.lost' }));
  });
});

describe('a file ledger on the disk', () => {
  const file = () => join(folder, 'ledger.jsonl');

  it('counts the torn end of a line as not written, and goes on after it', async () => {
    const ledger = fileLedger(folder, 'production');
    const lock = await take(ledger);
    await ledger.append(started('1'), lock);
    await appendFile(file(), '{"type":"star');
    expect((await ledger.history()).deploys).toHaveLength(1);
    await ledger.append(started('2'), lock);
    expect((await ledger.history()).deploys.map(({ deploy }) => deploy)).toEqual(['1', '2']);
    await lock.release();
  });

  it.each(['no json\n', '{"type":"nonsense","token":1}\n', '\n'])(
    'tells %j from an empty one',
    async (text) => {
      const ledger = fileLedger(folder, 'production');
      const lock = await take(ledger);
      await ledger.append(started('1'), lock);
      await appendFile(file(), text);
      await expect(ledger.history()).rejects.toMatchObject({ code: 'ledger.corrupted', exit: 7 });
      await lock.release();
    },
  );

  it('holds an entry of an overtaken holder void, wherever it stands', async () => {
    const ledger = fileLedger(folder, 'production');
    const entry = (deploy: string, token: number) => `${JSON.stringify({ ...started(deploy), token })}\n`;
    await writeFile(file(), entry('1', 1) + entry('2', 2) + entry('late', 1));
    expect((await ledger.history()).deploys.map(({ deploy }) => deploy)).toEqual(['1', '2']);
  });
});
