import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HolderOptions } from './lock-holder.ts';

const here = import.meta.dirname;
const terms = { patience: 3000, heartbeat: 400 };
const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** A process that wants a lock, and what it says. */
class Holder {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  #heard = Promise.withResolvers<void>();

  constructor(options: HolderOptions, { clock = 0, before = [] as string[] } = {}) {
    const [command, ...args] = [
      ...before,
      process.execPath,
      ...['--import', join(here, 'shifted-clock.mjs'), join(here, 'lock-holder.ts'), JSON.stringify(options)],
    ];
    this.child = spawn(command!, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, CLOCK_SHIFT: String(clock) },
    });
    createInterface({ input: this.child.stdout! })
      .on('line', (line) => {
        this.lines.push(line);
        this.#heard.resolve();
      })
      .on('close', () => {
        this.lines.push('ended');
        this.#heard.resolve();
      });
  }

  /** Waits until it has said one of these. Returns which. */
  async says(...wanted: string[]): Promise<string> {
    for (;;) {
      const said = this.lines.find((line) => wanted.some((each) => line.startsWith(each)));
      if (said) return said;
      if (this.lines.includes('ended')) throw new Error(`It ended and said only: ${this.lines.join(', ')}`);
      await this.#heard.promise;
      this.#heard = Promise.withResolvers();
    }
  }

  /** Asks it to do something, and returns what became of it. */
  async does(what: 'append' | 'assert' | 'release'): Promise<string> {
    const before = this.lines.length;
    this.child.stdin!.write(`${what}\n`);
    for (;;) {
      const said = this.lines.slice(before).find((line) => line.startsWith(what));
      if (said) return said.slice(what.length + 1);
      await this.#heard.promise;
      this.#heard = Promise.withResolvers();
    }
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await closed;
  }
}

let base: string;
let holders: Holder[];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'conductor-lock-processes-'));
  holders = [];
});
afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.end()));
  await rm(base, { recursive: true, force: true });
});

interface Bench {
  /** A machine's own folder. */
  machine(): string;
  /** Tokens of the entries that count. */
  written(): Promise<number[]>;
}
const tokens = (text: string) => {
  let highest = 0;
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const { token } = JSON.parse(line);
    if (token < highest) return [];
    highest = token;
    return [token];
  });
};
const benches: Record<HolderOptions['kind'], () => Bench> = {
  file: () => ({
    machine: () => join(base, 'environment'),
    written: async () => tokens(await readFile(join(base, 'environment/ledger.jsonl'), 'utf8')),
  }),
  git: () => {
    const remote = join(base, 'remote.git');
    git('init', '-q', '--bare', remote);
    let clones = 0;
    return {
      machine() {
        const clone = join(base, `clone-${++clones}`);
        git('clone', '-q', remote, clone);
        return clone;
      },
      written: async () =>
        tokens(git('-C', remote, 'cat-file', 'blob', 'refs/conductor/production/ledger:ledger.jsonl')),
    };
  },
};

/** What runs a command in a namespace of process ids of its own, under this same host name. */
const namespace = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const unshared = spawnSync(namespace[0]!, [...namespace.slice(1), 'true']).status === 0;
if (!unshared) {
  console.warn('skipped: two process namespaces with one host name, because unshare is not permitted here');
}

const minutes = (count: number) => count * 60_000;

describe.each(['file', 'git'] as const)('processes that want one lock (%s)', (kind) => {
  const start = (who: string, folder: string, more: { clock?: number; before?: string[] } = {}) => {
    const holder = new Holder({ who, kind, folder, terms }, more);
    holders.push(holder);
    return holder;
  };

  it.skipIf(!unshared).each([
    ['right', 0, 0],
    ['ten minutes slow', minutes(-10), 0],
    ['ten minutes fast', minutes(10), 0],
    ['ten minutes slow, and ours fast', minutes(-10), minutes(10)],
  ])(
    'leave it to the one in another process namespace, under the same host name, whose clock is %s',
    async (_, its, ours) => {
      const { machine, written } = benches[kind]();
      const first = start('first', machine(), { clock: its, before: namespace });
      await first.says('holds 1');
      const second = start('second', machine(), { clock: ours });
      expect(await second.says('refused', 'holds')).toBe('refused by first');
      if (its !== ours) expect(second.lines).toContain('watches');
      expect(await first.does('append')).toBe('done');
      expect(await first.does('release')).toBe('done');
      expect(await written()).toEqual([1]);
    },
  );

  it.each([
    ['right', 0],
    ['ten minutes slow', minutes(-10)],
    ['ten minutes fast', minutes(10)],
  ])(
    'take it over from one that was frozen, whose clock is %s; woken, it writes nothing',
    async (_, clock) => {
      const { machine, written } = benches[kind]();
      const first = start('first', machine(), { clock });
      await first.says('holds 1');
      expect(await first.does('append')).toBe('done');
      first.child.kill('SIGSTOP');
      const began = performance.now();
      const folder = machine();
      let second = start('second', folder);
      // While its last sign of life looks young nobody watches it yet.
      while ((await second.says('watches', 'refused')) !== 'watches') second = start('second', folder);
      await second.says('holds 2');
      expect(performance.now() - began).toBeGreaterThan(terms.patience);
      expect(await second.does('append')).toBe('done');
      first.child.kill('SIGCONT');
      expect(await first.does('append')).toBe('lock.lost');
      expect(await first.does('assert')).toBe('lock.lost');
      await first.says('lost lock.lost');
      expect(await second.does('append')).toBe('done');
      expect(await first.does('release')).toBe('done');
      expect(await second.does('assert')).toBe('done');
      expect(await written()).toEqual([1, 2, 2]);
    },
  );

  it('take it over at once from one that was killed on this machine', async () => {
    const folder = benches[kind]().machine();
    const first = start('first', folder);
    await first.says('holds 1');
    await first.end();
    const second = start('second', folder);
    await second.says('holds 2');
    expect(second.lines).not.toContain('watches');
  });
});

it('watches a killed one that another checkout of the same machine had begun', async () => {
  const { machine } = benches.git();
  const first = new Holder({ who: 'first', kind: 'git', folder: machine(), terms }, { clock: minutes(-10) });
  holders.push(first);
  await first.says('holds 1');
  await first.end();
  const second = new Holder({ who: 'second', kind: 'git', folder: machine(), terms });
  holders.push(second);
  await second.says('holds 2');
  expect(second.lines[0]).toBe('watches');
});
