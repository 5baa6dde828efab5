import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Sessions } from '../src/sessions.ts';
import { Store } from '../src/storage/store.ts';
import { type Transaction, Transactions } from '../src/transactions.ts';

let folder: string;
let store: Store;
let sessions: Sessions;
beforeEach(async () => {
  vi.useFakeTimers();
  folder = await mkdtemp(join(tmpdir(), 'embedded-mongo-'));
  store = new Store(join(folder, 'data.db'));
  sessions = new Sessions(new Transactions(store));
});
afterEach(async () => {
  vi.useRealTimers();
  sessions.close();
  store.close();
  await rm(folder, { recursive: true, force: true });
});

const enter = (starts = false): Transaction =>
  sessions.enter({ session: 'a', number: 1, inTransaction: true, starts });

test('a transaction that only reads lives on while it is used', () => {
  enter(true);
  for (let minutes = 0; minutes < 10; minutes++) {
    vi.advanceTimersByTime(59_000);
    enter();
  }
  vi.advanceTimersByTime(61_000);
  expect(() => enter()).toThrow('has been aborted');
});

test('one that has changed something is aborted after a minute, used or not', () => {
  const transaction = enter(true);
  const accounts = store.write(() => store.create('test', 'accounts', {}));
  vi.advanceTimersByTime(40_000);
  transaction.insert(accounts, { _id: 1 });
  enter();
  vi.advanceTimersByTime(30_000);
  expect(() => enter()).toThrow('has been aborted');
});
