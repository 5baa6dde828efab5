import { spawnSync } from 'node:child_process';
import * as node from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { fileStore } from './file.ts';
import type { FileSystem } from './files.ts';
import type { Store } from './store.ts';

/** Milliseconds. */
const TIMEOUT = 200;
const silence = { code: 'store.unreachable', message: expect.stringContaining('no answer for 0.2 s') };

let folder: string;
beforeEach(async () => {
  folder = await node.mkdtemp(join(tmpdir(), 'backup-silent-folder-'));
  return () => node.rm(folder, { recursive: true });
});

type Call = keyof FileSystem | 'read' | 'writeFile' | 'sync';

/** Node's file system until one kind of call is not answered any more: as a mount is whose server is gone. */
function mount() {
  const asked: string[] = [];
  let silent: Call | undefined;
  let wake = () => {};
  const answerTo = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
    asked.push(call);
    if (call === silent) await new Promise<void>((resolve) => (wake = resolve));
    return work();
  };
  const watched = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_, call: string) => {
        const method = Reflect.get(target, call) as unknown;
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) =>
          answerTo(call, async () => {
            const answer = await method.apply(target, given);
            return call === 'open' ? watched(answer) : answer;
          });
      },
    });
  return {
    system: watched<FileSystem>({ ...node }),
    asked,
    fallSilent: (call: Call) => {
      silent = call;
    },
    comeBack: () => {
      silent = undefined;
      wake();
    },
  };
}

async function* bytes() {
  yield Buffer.alloc(100_000);
}
const all = async (items: AsyncIterable<unknown>) => {
  for await (const _ of items);
};

const asked: [what: string, of: Call, ask: (store: Store) => Promise<unknown>][] = [
  ['put', 'mkdir', (store) => store.put('b/c', bytes())],
  ['put', 'open', (store) => store.put('b/c', bytes())],
  ['put', 'writeFile', (store) => store.put('b/c', bytes())],
  ['put', 'sync', (store) => store.put('b/c', bytes())],
  ['put', 'rename', (store) => store.put('b/c', bytes())],
  ['write', 'open', (store) => store.write('b/c', 'x')],
  ['write', 'rename', (store) => store.write('b/c', 'x')],
  ['create', 'link', (store) => store.write('b/c', 'x', { absent: true })],
  ['replace', 'readFile', (store) => store.write('a/b', 'x', { etag: 'y' })],
  ['read', 'readFile', (store) => store.read('a/b')],
  ['open', 'open', (store) => all(store.open('a/b'))],
  ['open', 'read', (store) => all(store.open('a/b'))],
  ['head', 'stat', (store) => store.head('a/b')],
  ['list', 'readdir', (store) => all(store.list(''))],
  ['list', 'stat', (store) => all(store.list(''))],
  ['delete', 'rm', (store) => store.delete('a/b')],
  ['delete', 'rmdir', (store) => store.delete('a/b')],
  ['pending', 'readdir', (store) => all(store.pending(''))],
  ['discard', 'rm', (store) => store.discard({ key: 'a/b', id: 'a/b' })],
  ['time', 'stat', (store) => store.time()],
];

describe('a folder that answers nothing any more', () => {
  test.each(asked)('ends "%s" (%s) with an error in time', async (what, call, ask) => {
    const { system, fallSilent, comeBack } = mount();
    const store = fileStore(folder, { timeout: TIMEOUT, system });
    await store.write('a/b', 'before');
    fallSilent(call);
    const began = performance.now();
    await expect(ask(store)).rejects.toMatchObject(silence);
    expect(performance.now() - began).toBeLessThan(TIMEOUT * 5);
    // A thread of this process is lost to it: no more are, however often it is asked.
    await expect(store.head('a/b')).rejects.toMatchObject(silence);
    comeBack();
    await expect
      .poll(() => store.head('a/b').catch(({ code }) => code))
      .toBe(['delete', 'discard'].includes(what) ? 'store.missing' : 6);
  });

  test('is asked no more than twice at once, whoever waits', async () => {
    const { system, asked, fallSilent, comeBack } = mount();
    const store = fileStore(folder, { timeout: TIMEOUT, system });
    await store.write('a/b', 'before');
    fallSilent('readFile');
    const reads = await Promise.allSettled(Array.from({ length: 8 }, () => store.read('a/b')));
    expect(reads.map(({ status }) => status)).toEqual(Array(8).fill('rejected'));
    expect(asked.filter((call) => call === 'readFile')).toHaveLength(2);
    comeBack();
  });

  test('is one that takes its time, as long as it answers', async () => {
    const store = fileStore(folder, { timeout: TIMEOUT });
    async function* slow() {
      for (let count = 0; count < 6; count++) {
        await sleep(TIMEOUT / 2);
        yield Buffer.alloc(10);
      }
    }
    expect(await store.put('a/b', slow())).toBe(60);
    let size = 0;
    for await (const piece of store.open('a/b')) {
      await sleep(TIMEOUT * 2);
      size += piece.length;
    }
    expect(size).toBe(60);
  });

  test('of a real thread that waits for ever is one, too', async () => {
    const fifo = join(folder, 'fifo');
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
    const store = fileStore(folder, { timeout: TIMEOUT });
    await expect(store.read('fifo')).rejects.toMatchObject(silence);
    // Whoever opens its other end lets the thread go.
    await (await node.open(fifo, 'r+')).close();
  });
});
