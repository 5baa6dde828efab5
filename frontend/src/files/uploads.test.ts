import { expect, it } from 'vitest';
import { Uploads } from './uploads.ts';

const link = { entity: 'deal', id: 'one' } as const;
const file = (name: string, size = 10) => ({ file: new File(['x'.repeat(size)], name) });

/** Uploads whose sending the test ends itself. */
function underHand() {
  const sent: string[] = [];
  const open: {
    name: string;
    end: () => void;
    fail: (error: Error) => void;
    progress: (part: number) => void;
  }[] = [];
  const uploads = new Uploads((_link, { name }, { signal, onProgress }) => {
    sent.push(name);
    return new Promise<void>((end, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason));
      open.push({ name, end, fail, progress: onProgress });
    });
  });
  const shown = () => uploads.list.map((one) => [one.file.name, one.state, one.part]);
  return { uploads, sent, open, shown };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

it('sends one after another, says how far each is, and tells of each that arrived', async () => {
  const { uploads, open, shown } = underHand();
  let arrived = 0;
  uploads.add(link, [file('a'), file('b')], () => arrived++);
  open[0]!.progress(0.4);
  expect(shown()).toEqual([
    ['a', 'sending', 0.4],
    ['b', 'waiting', 0],
  ]);
  open[0]!.end();
  await settled();
  expect(shown()).toEqual([['b', 'sending', 0]]);
  open[1]!.end();
  await settled();
  expect([shown(), arrived]).toEqual([[], 2]);
});

it('does not send what is too large, empty or a folder, and sends the rest', async () => {
  const { uploads, sent } = underHand();
  const large = { file: { name: 'large', size: 10 * 1024 * 1024 + 1 } as File };
  uploads.add(link, [large, file('empty', 0), { ...file('folder'), isFolder: true }, file('good')], () => {});
  expect(uploads.list.map(({ refusal }) => refusal)).toEqual(['tooLarge', 'empty', 'folder', undefined]);
  expect(sent).toEqual(['good']);
});

it('goes on after one that was cancelled, and one that failed waits to be tried again', async () => {
  const { uploads, sent, open, shown } = underHand();
  uploads.add(link, [file('a'), file('b'), file('c')], () => {});
  uploads.remove(uploads.list[0]!.id);
  await settled();
  expect(sent).toEqual(['a', 'b']);
  const failure = new Error('offline');
  open[1]!.fail(failure);
  await settled();
  expect(shown()).toEqual([
    ['b', 'failed', 0],
    ['c', 'sending', 0],
  ]);
  expect(uploads.list[0]!.error).toBe(failure);
  uploads.retry(uploads.list[0]!.id);
  open[2]!.end();
  await settled();
  expect(sent).toEqual(['a', 'b', 'c', 'b']);
});
