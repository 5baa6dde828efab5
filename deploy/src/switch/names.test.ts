import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Names } from './names.ts';

/** What the name server says; a name without an entry is not found. */
let answers: Record<string, string[]>;
let asked: string[];
let said: string[];
let names: Names;

beforeEach(() => {
  vi.useFakeTimers();
  answers = {};
  asked = [];
  said = [];
  const resolve = async (name: string) => {
    asked.push(name);
    const found = answers[name];
    if (found === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return found;
  };
  names = new Names(resolve, (message) => said.push(message));
});

afterEach(() => {
  names.close();
  vi.useRealTimers();
});

test('looks up what is followed each second, and nothing else', async () => {
  answers = { one: ['10.0.0.2', '10.0.0.1'], two: ['10.0.0.3'] };
  names.follow(['one']);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked).toEqual(['one', 'one', 'one', 'one']);
  expect(names.of('one')).toEqual(['10.0.0.1', '10.0.0.2']);
  names.follow(['two']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.slice(4)).toEqual(['two', 'two']);
  expect([names.of('one'), names.of('two')]).toEqual([[], ['10.0.0.3']]);
});

test('tells of a change once, and not of another order', async () => {
  const changed: string[] = [];
  names.onChange = (name) => changed.push(`${name} ${names.of(name)}`);
  answers = { one: ['10.0.0.1', '10.0.0.2'] };
  names.follow(['one']);
  await vi.advanceTimersByTimeAsync(0);
  answers = { one: ['10.0.0.2', '10.0.0.1'] };
  await vi.advanceTimersByTimeAsync(1_000);
  answers = { one: ['10.0.0.2'] };
  await vi.advanceTimersByTimeAsync(2_000);
  expect(changed).toEqual(['one 10.0.0.1,10.0.0.2', 'one 10.0.0.2']);
});

test('keeps what it knows while lookups fail, and says so once each time', async () => {
  answers = { one: ['10.0.0.1'] };
  names.follow(['one', 'never']);
  await vi.advanceTimersByTimeAsync(0);
  answers = {};
  await vi.advanceTimersByTimeAsync(5_000);
  expect(names.of('one')).toEqual(['10.0.0.1']);
  expect(await names.latest('one')).toEqual(['10.0.0.1']);
  answers = { one: ['10.0.0.1'] };
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toEqual([
    'never is not found (ENOTFOUND)',
    'one is not found (ENOTFOUND); it stays 10.0.0.1',
    'one is found again: 10.0.0.1',
  ]);
});

test('says which names have no address, however long they had one before', async () => {
  answers = { one: ['10.0.0.1'], two: ['10.0.0.2'] };
  names.follow(['one', 'two']);
  await vi.advanceTimersByTimeAsync(0);
  answers = { two: ['10.0.0.2'] };
  const missing = names.missing(['one', 'two', 'new'], 2_000, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(1_000);
  answers = { new: ['10.0.0.3'] };
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await missing).toEqual(['one']);
});

test('stops looking when nobody waits any more', async () => {
  const left = new AbortController();
  const missing = names.missing(['one'], 60_000, left.signal);
  await vi.advanceTimersByTimeAsync(500);
  left.abort();
  await vi.advanceTimersByTimeAsync(500);
  expect(await missing).toEqual(['one']);
});
