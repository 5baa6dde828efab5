/**
 * One process that wants a lock, for tests: `lock-holder.ts '<json>'`. It says on lines of its own what becomes of it, and does what
 * lines on its stdin ask: `append` (an entry of the ledger), `assert`, `release`. It ends with its stdin.
 */
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { fileLedger } from '../src/ledger/file-ledger.ts';
import { GitLedger } from '../src/ledger/git-ledger.ts';
import { isHeld, type Ledger } from '../src/ledger/ledger.ts';
import type { LockTerms } from '../src/ledger/lock-terms.ts';

export interface HolderOptions {
  readonly who: string;
  readonly kind: 'file' | 'git';
  /** The ledger's folder, or the clone. */
  readonly folder: string;
  readonly terms: LockTerms;
}

const { who, kind, folder, terms }: HolderOptions = JSON.parse(process.argv[2]!);
const say = (line: string) => process.stdout.write(`${line}\n`);
const ledger: Ledger =
  kind === 'file'
    ? fileLedger(folder, 'production', terms)
    : new GitLedger(folder, 'origin', 'production', terms);

const by = { user: who, host: hostname() };
const lock = await ledger.acquire({ by, reason: who, onWait: () => say('watches') });
if (!isHeld(lock)) {
  say(`refused by ${lock.by.user}`);
  process.exit();
}
say(`holds ${lock.token}`);
lock.lost.addEventListener('abort', () => say(`lost ${lock.lost.reason.code}`));
const asked: Record<string, () => Promise<void>> = {
  append: () => ledger.append({ type: 'stopped', at: new Date().toISOString(), by }, lock),
  assert: () => lock.assertHeld(),
  release: () => lock.release(),
};
for await (const line of createInterface({ input: process.stdin })) {
  await asked[line]!().then(
    () => say(`${line} done`),
    (error) => say(`${line} ${error.code}`),
  );
}
process.exit();
